import { spawn } from 'node:child_process';
import { writeFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { identityOf } from './process-identity.mjs';

const PRELOAD = new URL('./exit-with-parent.mjs', import.meta.url).href;

/** A parent that starts one child with the preload and prints the child's process id. */
const PARENT = `
	import { spawn } from 'node:child_process';
	const child = spawn(process.execPath, ['--import', process.argv[1], process.argv[2]], {
		detached: true, stdio: ['pipe', 'inherit', 'inherit'], env: { ...process.env, PLUMBLINE_PARENT_PIPE: '1' }
	});
	console.log('child ' + child.pid);
	setInterval(() => {}, 1000);
`;

async function family(childSource: string) {
	const script = join(mkdtempSync(join(tmpdir(), 'plumbline-child-')), 'child.mjs');
	writeFileSync(script, childSource);
	const parent = spawn(process.execPath, ['--input-type=module', '-e', PARENT, PRELOAD, script]);
	let output = '';
	parent.stdout.on('data', (chunk) => (output += chunk));
	const until = async (pattern: RegExp) => {
		for (let tries = 0; tries < 400; tries++, await sleep(25)) {
			const found = pattern.exec(output);
			if (found) return found;
		}
		throw new Error(`never said ${pattern}: ${output}`);
	};
	const pid = Number((await until(/child (\d+)/))[1]);
	return { parent, pid, until };
}

async function gone(pid: number, ms: number): Promise<boolean> {
	for (const end = Date.now() + ms; Date.now() < end; await sleep(25)) if (identityOf(pid) === null) return true;
	return false;
}

test('a child ends when its parent is killed with -9', async () => {
	const { parent, pid, until } = await family(`console.log('ready'); setInterval(() => {}, 1000);`);
	await until(/ready/);
	parent.kill('SIGKILL');
	expect(await gone(pid, 3000)).toBe(true);
});

test('its own handler of TERM runs first', async () => {
	const { parent, pid, until } = await family(`
		process.on('SIGTERM', () => { console.log('tidied'); process.exit(0); });
		console.log('ready'); setInterval(() => {}, 1000);
	`);
	await until(/ready/);
	parent.kill('SIGKILL');
	await until(/tidied/);
	expect(await gone(pid, 3000)).toBe(true);
});

test('threads and forks of the child inherit the preload and live on', async () => {
	const { parent, pid, until } = await family(`
		import { fork } from 'node:child_process';
		import { Worker, isMainThread } from 'node:worker_threads';
		if (process.argv[2] === 'fork') { setTimeout(() => { process.send('alive'); process.exit(0); }, 300); }
		else {
			new Worker('setTimeout(() => require("node:worker_threads").parentPort.postMessage("alive"), 300)', { eval: true }).on('message', () => console.log('thread alive'));
			fork(process.argv[1], ['fork']).on('message', () => console.log('fork alive'));
			setInterval(() => {}, 1000);
		}
	`);
	await until(/thread alive/);
	await until(/fork alive/);
	expect(identityOf(pid)).not.toBe(null);
	parent.kill('SIGKILL');
	expect(await gone(pid, 3000)).toBe(true);
});
