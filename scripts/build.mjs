/** `npm run build`: installs if need be and builds when the sources changed. */
import { ensureBuilt } from './start/build.mjs';
import { ensureInstalled } from './start/install.mjs';
import { ROOT } from './start/settings.mjs';
import { describe } from './start/trouble.mjs';

try {
	await ensureBuilt(ROOT, await ensureInstalled(ROOT));
} catch (error) {
	for (const line of describe(error)) console.error(line);
	process.exit(1);
}
