#!/usr/bin/env node
/**
 * `npx plumbline`: commands for whoever runs this installation. Runs on the machine's Node 20 and
 * goes on under the checkout's Node 24, which reads TypeScript.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { packagedNode24 } from './start/node24.mjs';
import { ROOT } from './start/settings.mjs';

if (Number(process.versions.node.split('.')[0]) >= 24) {
	const { main } = await import('./cli/main.ts');
	process.exitCode = await main(process.argv.slice(2));
} else {
	const node = packagedNode24(ROOT);
	if (node) {
		const ended = spawnSync(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
		process.exitCode = ended.status ?? 1;
	} else {
		console.error('The packages are not installed yet. Run npm start once in this checkout, then this command again.');
		process.exitCode = 1;
	}
}
