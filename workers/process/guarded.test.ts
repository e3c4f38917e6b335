import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { guardedRunner, runGuarded } from './guarded.ts';

let dir: string;
beforeAll(async () => void (dir = await mkdtemp(join(tmpdir(), 'plumbline-guarded-'))));
afterAll(() => rm(dir, { recursive: true, force: true }));

const command = (name: string, script: string) => ({ argv: [process.execPath, '-e', script], env: { PATH: process.env['PATH'] ?? '' }, cwd: dir, dir: join(dir, name), graceSeconds: 1, selfTerminateSeconds: 20, marker: `guarded-test-${process.pid}-${name}` });

it('gives how a command ended and what it said last', async () => {
	const { exit, log } = await runGuarded(command('said', 'console.log("working"); console.error("no such weights"); process.exitCode = 3'), new AbortController().signal);
	expect(exit).toMatchObject({ code: 3, reason: 'exited' });
	expect(log).toContain('working\nno such weights');
});

it('ends a command that goes on when its signal is raised, and one that was to begin after that', async () => {
	const going = new AbortController();
	const ended = runGuarded(command('going', 'console.log("begun"); setInterval(() => {}, 1000)'), going.signal);
	going.abort();
	expect((await ended).exit.reason).toBe('stopped');
	expect((await runGuarded(command('late', 'setInterval(() => {}, 1000)'), AbortSignal.abort())).exit.reason).toBe('stopped');
});

it('runs short commands the same way: marked, each with its own log, and ended at their time', async () => {
	const { argv, env, ...options } = command('runner', 'console.log(process.env.PLUMBLINE_ATTEMPT)');
	const runner = guardedRunner(options);
	expect(await runner(argv, { env })).toEqual({ code: 0, signal: null, stdout: `${options.marker}\n`, stderr: `${options.marker}\n` });
	expect(await runner([process.execPath, '-e', 'process.exitCode = 3'], { env })).toEqual({ code: 3, signal: null, stdout: '', stderr: '' });
	expect(await runner([process.execPath, '-e', 'process.on("SIGTERM", () => process.exit(0)); setInterval(() => {}, 1000)'], { env, timeoutMs: 1 })).toMatchObject({ code: null });
	expect(await runner([join(dir, 'not-there')], { env })).toMatchObject({ code: 127, stderr: expect.stringContaining('ENOENT') });
});

it('tells every line once, those that come while it runs and the last one without its end', async () => {
	const { env, ...options } = command('lines', '');
	const lines: string[] = [];
	const firstLine = Promise.withResolvers<void>();
	const onLine = (line: string) => {
		lines.push(line);
		firstLine.resolve();
	};
	const going = join(dir, 'go');
	const ended = guardedRunner(options)([process.execPath, '-e', `console.log('progress 1 2 base'); const look = setInterval(() => { if (require('fs').existsSync(${JSON.stringify(going)})) { clearInterval(look); process.stdout.write('progress 2 2 base'); } }, 20)`], { env, onLine });
	// Told while it waits to be let go on.
	await firstLine.promise;
	expect(lines).toEqual(['progress 1 2 base']);
	await writeFile(going, '');
	expect(await ended).toMatchObject({ code: 0 });
	expect(lines).toEqual(['progress 1 2 base', 'progress 2 2 base']);
});
