import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readExitRecord } from './exit-record.ts';
import { findOrphans, killOrphans } from './groups.ts';
import { startProcess } from './supervise.ts';
import type { StartOptions, SupervisedProcess } from './supervise.ts';

let dir: string;
let marker: string;
beforeEach(async () => {
	dir = await mkdtemp(join(tmpdir(), 'supervise-'));
	marker = `test-${process.pid}-${Math.random().toString(36).slice(2)}`;
});
afterEach(async () => {
	await killOrphans(marker);
	await rm(dir, { recursive: true });
});

/** A child that starts a grandchild in its own session, and obeys or ignores TERM. */
const family = (onTerm: string) => `
	const { spawn } = require('node:child_process');
	process.on('SIGTERM', () => { ${onTerm} });
	spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' });
	spawn(process.execPath, ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)'], { stdio: 'ignore' });
	setInterval(() => {}, 1000);
	console.log('up');
`;
const script = (code: string, more: Partial<StartOptions> = {}): StartOptions => ({
	argv: [process.execPath, '-e', code], env: { PATH: process.env.PATH ?? '' }, cwd: dir, dir,
	graceSeconds: 0.3, selfTerminateSeconds: 30, marker, ...more
});
async function start(options: StartOptions): Promise<SupervisedProcess> {
	const result = await startProcess(options);
	if (!result.ok) throw new Error(`did not start: ${result.exit.message}`);
	return result.process;
}
async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
	for (let i = 0; i < 250; i += 1) {
		if (await holds()) return;
		await new Promise((resolve) => setTimeout(resolve, 40));
	}
	throw new Error(`not within 10 s: ${what}`);
}
const up = () => until('the family is up', async () => (await readFile(join(dir, 'engine.log'), 'utf8').catch(() => '')).includes('up'));
const nobodyLeft = () => until('nobody is left', async () => (await findOrphans(marker)).length === 0);
const alive = (pid: number) => {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
};

describe('a supervised process', () => {
	it('writes its output to the log and its exit to a file', async () => {
		const child = await start(script('console.log("out"); console.error("err"); process.exitCode = 3'));
		expect(await child.exited).toMatchObject({ code: 3, signal: null, reason: 'exited' });
		expect(await readExitRecord(dir)).toMatchObject({ code: 3, reason: 'exited' });
		expect((await readFile(join(dir, 'engine.log'), 'utf8')).split('\n').sort()).toEqual(['', 'err', 'out']);
	});

	it('gets only the environment it was given', async () => {
		process.env.SUPERVISE_TEST_SECRET = 'x';
		const child = await start(script('console.log(Object.keys(process.env).sort().join())'));
		await child.exited;
		delete process.env.SUPERVISE_TEST_SECRET;
		expect((await readFile(join(dir, 'engine.log'), 'utf8')).trim()).toBe('PATH,PLUMBLINE_ATTEMPT');
	});

	it('says why a program cannot be started', async () => {
		const result = await startProcess(script('', { argv: ['/nonexistent/program'] }));
		expect(result).toMatchObject({ ok: false, exit: { reason: 'start_failed', message: expect.stringContaining('ENOENT') } });
	});

	it('ends by its own hand when it obeys TERM, and its descendants with it', async () => {
		const child = await start(script(family('process.exit(0)')));
		await up();
		expect((await findOrphans(marker)).length).toBe(3);
		expect(await child.stop(5)).toMatchObject({ code: 0, reason: 'stopped' });
		await nobodyLeft();
	});

	it('is killed after the grace time when it ignores TERM', async () => {
		const child = await start(script(family('')));
		await up();
		expect(await child.stop(0.2)).toMatchObject({ code: null, signal: 'SIGKILL', reason: 'stopped' });
		await nobodyLeft();
	});

	it('is asked to end once; a later wish may leave it less time, and never more', async () => {
		const child = await start(script(family('console.log("asked")')));
		await up();
		void child.stop(600);
		await until('it is asked', async () => (await readFile(join(dir, 'engine.log'), 'utf8')).includes('asked'));
		void child.stop(0.5);
		expect(await child.stop(600)).toMatchObject({ signal: 'SIGKILL', reason: 'stopped' });
		expect((await readFile(join(dir, 'engine.log'), 'utf8')).match(/asked/g)).toHaveLength(1);
		await nobodyLeft();
	});

	it('ends when nobody renews, and lives as long as somebody does', async () => {
		const child = await start(script(family(''), { selfTerminateSeconds: 1, graceSeconds: 0.2 }));
		await up();
		for (let i = 0; i < 4; i += 1) {
			await new Promise((resolve) => setTimeout(resolve, 400));
			child.renew();
		}
		expect(alive(child.pid)).toBe(true);
		expect(await child.exited).toMatchObject({ signal: 'SIGKILL', reason: 'not_renewed' });
		await nobodyLeft();
	});

	it('ends when its guard is killed', async () => {
		const child = await start(script(family('')));
		await up();
		process.kill(child.guardPid, 'SIGKILL');
		expect(await child.exited).toMatchObject({ signal: 'SIGKILL', reason: 'guard_lost' });
		await nobodyLeft();
	});
});

describe('a worker killed with -9', () => {
	/** A worker in a process of its own, that starts the family and tells its pids. */
	async function worker(): Promise<{ pid: number; guardPid: number; child: number }> {
		const file = join(dir, 'worker.ts');
		const module = fileURLToPath(new URL('./supervise.ts', import.meta.url));
		await writeFile(file, `
			import { startProcess } from ${JSON.stringify(module)};
			const result = await startProcess(${JSON.stringify(script(family('')))});
			console.log(JSON.stringify({ guardPid: result.process.guardPid, child: result.process.pid }));
			setInterval(() => {}, 1000);
		`);
		const started = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] });
		const line = await new Promise<string>((resolve) => started.stdout.once('data', (data) => resolve(String(data))));
		return { pid: started.pid as number, ...(JSON.parse(line) as { guardPid: number; child: number }) };
	}

	it('takes the engine with it, and the guard writes the exit', async () => {
		const { pid, guardPid } = await worker();
		await up();
		process.kill(pid, 'SIGKILL');
		await nobodyLeft();
		await until('the guard is gone', () => !alive(guardPid));
		expect(await readExitRecord(dir)).toMatchObject({ signal: 'SIGKILL', reason: 'worker_gone' });
	});

	it('and its guard too: the next worker finds the engine by its marker', async () => {
		const { pid, guardPid, child } = await worker();
		await up();
		process.kill(guardPid, 'SIGKILL');
		process.kill(pid, 'SIGKILL');
		await until('both are gone', () => !alive(pid) && !alive(guardPid));
		expect((await findOrphans(marker)).map((process) => process.pid)).toContain(child);
		expect(await findOrphans(`${marker}-other`)).toEqual([]);
		expect(await killOrphans(marker)).toBe(3);
		await nobodyLeft();
	});
});
