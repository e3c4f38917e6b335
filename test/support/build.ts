import { ensureBuilt } from '../../scripts/start/build.mjs';
import { ROOT } from '../../scripts/start/settings.mjs';

/** Builds the web process when its sources changed: tests that start it must not test yesterday's. Once for all files, before any of them. */
export default async function setup(): Promise<void> {
	await ensureBuilt(ROOT, process.execPath);
}
