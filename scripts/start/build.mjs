import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { withCheckout } from './checkout-lock.mjs';
import { step } from './progress.mjs';
import { childEnv, runNode, tail } from './run.mjs';
import { hashOf, readStamp, writeStamp } from './stamp.mjs';
import { Trouble } from './trouble.mjs';

/** With the list of migrations: the web process knows by it which it needs, also where a version brings SQL alone. */
const SOURCES = ['src', 'static', 'drizzle/meta/_journal.json', 'package.json', 'package-lock.json', 'svelte.config.js', 'vite.config.ts'];

/**
 * What a build writes below src/ (paraglide's output, inlang's notes and cache): counted, every
 * build would be stale as soon as it is done. Tests do not go into the build.
 * @param {string} path
 */
function doesNotCount(path) {
	if (path.startsWith('src/i18n/project.inlang/')) return !path.endsWith('/settings.json');
	return path.startsWith('src/lib/paraglide/') || /\.test\.ts$/.test(path);
}

/**
 * Builds the web process when its sources changed since the last build.
 * @param {string} root
 * @param {string} node
 */
export async function ensureBuilt(root, node) {
	const stampFile = join(root, 'build', '.stamp');
	if (isFresh(root, stampFile)) return;
	await withCheckout(root, async () => {
		if (isFresh(root, stampFile)) return;
		await step('Building the pages', async () => {
			// The hash of before: a file saved during the build must make the next start build again.
			const made = sourceHash(root);
			const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
			const env = childEnv(node, { NODE_ENV: 'production' });
			const ended = await runNode(node, [vite, 'build'], { cwd: root, env });
			if (/ENOSPC/.test(ended.output)) throw new Trouble('The disk filled up while building the pages. Free some space and start again.');
			if (ended.code !== 0 || !existsSync(join(root, 'build', 'index.js'))) {
				const how = ended.signal ? ` (ended by ${ended.signal})` : '';
				throw new Trouble(`Building the pages failed${how}; vite says why above.`, tail(ended.output, 25));
			}
			writeStamp(stampFile, made);
		});
	});
}

/**
 * @param {string} root
 * @param {string} stampFile
 */
function isFresh(root, stampFile) {
	return existsSync(join(root, 'build', 'index.js')) && readStamp(stampFile) === sourceHash(root);
}

/** @param {string} root */
export function sourceHash(root) {
	return hashOf(root, SOURCES, { skip: doesNotCount });
}
