import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Launcher, LaunchSpec } from '../../workers/launchers/launcher.ts';
import { createOutsideLauncher } from '../../workers/launchers/outside/outside.ts';
import type { Scheduler } from '../../workers/launchers/outside/scheduler.ts';
import { findOrphans } from '../../workers/process/groups.ts';
import { until } from '../support/worker.ts';

/** What every scheduler must do for a run: the same for all of them, against the real thing. */
export function outsideLauncherTests(start: () => Promise<{ scheduler: Scheduler; stop: () => Promise<void>; /** Lets it answer nobody any more. */ silence: () => Promise<void> | void }>): void {
	let dir: string;
	let at: Awaited<ReturnType<typeof start>>;
	let launcher: Launcher;
	const renewing: NodeJS.Timeout[] = [];
	const scope = `test${process.pid}`;
	beforeAll(async () => {
		dir = await mkdtemp(join(tmpdir(), 'plumbline-outside-'));
		at = await start();
		launcher = createOutsideLauncher(at.scheduler, { python: 'python3', scope, pollMs: 300 });
	});
	afterAll(async () => {
		for (const timer of renewing) clearInterval(timer);
		await at?.stop();
		await rm(dir, { recursive: true, force: true });
	});

	const spec = (name: string, script: string, more: Partial<LaunchSpec> = {}): LaunchSpec => ({
		attempt: name, dir: join(dir, name), command: { argv: ['/bin/sh', '-c', script], env: { TOLD: 'by the worker' }, cwd: '/' }, graceSeconds: 2, selfTerminateSeconds: 5, ...more
	});
	async function submitted(of: LaunchSpec, renew = true) {
		const job = await launcher.submit(of);
		if (!job.ok) throw new Error(job.problem.message);
		if (renew) renewing.push(setInterval(() => launcher.renew(job.value), 1000));
		return job.value;
	}
	const running = (name: string) => until('the engine', async () => (await findOrphans(`${scope}:${name}`)).length > 0, 30, () => name);
	const nobody = async (name: string) => expect(await findOrphans(`${scope}:${name}`)).toEqual([]);

	it('runs a job to its end: its states, its output, its exit code, and nothing of the worker’s secrets', async () => {
		process.env.PLUMBLINE_TEST_SECRET = 'must-not-travel';
		const job = await submitted(spec('end', 'env; sleep 2; exit 7'));
		const states: string[] = [];
		for await (const { state } of launcher.follow(job)) states.push(state);
		expect(states.at(-1)).toBe('running');
		expect(await launcher.collect(job)).toMatchObject({ code: 7, signal: null, reason: 'exited' });
		const log = await readFile(join(job.dir, 'engine.log'), 'utf8');
		expect(log).toContain('TOLD=by the worker');
		expect(log).not.toMatch(/must-not-travel|DATABASE_URL/);
	});

	it('asks the engine to stop, and kills it and its children after the grace time', async () => {
		const willing = await submitted(spec('willing', 'trap "exit 0" TERM; while :; do sleep 0.1; done'));
		await running('willing');
		await launcher.cancel(willing, { graceSeconds: 10 });
		expect(await launcher.collect(willing)).toMatchObject({ code: 0, reason: 'stopped' });
		const deaf = await submitted(spec('deaf', 'trap "" TERM; sleep 300 & while :; do sleep 0.1; done'));
		await running('deaf');
		await launcher.cancel(deaf, { graceSeconds: 1 });
		expect(await launcher.collect(deaf)).toMatchObject({ signal: 'SIGKILL', reason: 'stopped' });
		await nobody('deaf');
	});

	it('ends by itself when the worker no longer renews', async () => {
		const job = await submitted(spec('forsaken', 'sleep 300'), false);
		await running('forsaken');
		expect(await launcher.collect(job)).toMatchObject({ reason: 'not_renewed' });
		await nobody('forsaken');
	});

	it('is told when the scheduler takes the host away', async () => {
		const job = await submitted(spec('preempted', 'sleep 300'));
		await running('preempted');
		await at.scheduler.cancel(job.id);
		expect(await launcher.collect(job)).toMatchObject({ reason: 'scheduler' });
		await nobody('preempted');
	});

	it('takes a job that still waits out of the queue', async () => {
		const first = await submitted(spec('first', 'sleep 300', { resources: { nodes: 1, gpusPerNode: 0, cpusPerNode: 2 } }));
		await running('first');
		const waiting = await submitted(spec('waiting', 'true', { resources: { nodes: 1, gpusPerNode: 0, cpusPerNode: 2 } }));
		await until('the queue', async () => (await at.scheduler.state(waiting.id)).state === 'waiting', 10, () => '');
		await launcher.cancel(waiting);
		expect(await launcher.collect(waiting)).toMatchObject({ code: null, reason: 'scheduler' });
		await launcher.cancel(first);
		expect(await launcher.collect(first)).toMatchObject({ reason: 'stopped' });
	});

	it('clears what an earlier worker left and nobody owns, and nothing else', async () => {
		await submitted(spec('left', 'sleep 300', { selfTerminateSeconds: 300 }), false);
		await running('left');
		const later = createOutsideLauncher(at.scheduler, { python: 'python3', scope, pollMs: 300 });
		expect(await createOutsideLauncher(at.scheduler, { python: 'python3', scope: 'others' }).clearOrphans(() => false)).toEqual([]);
		expect(await later.clearOrphans(() => true)).toEqual([]);
		expect(await later.clearOrphans(() => false)).toEqual(['left']);
		await until('its end', async () => (await findOrphans(`${scope}:left`)).length === 0, 20, () => '');
	});

	it('says what is wrong with a program that is not there', async () => {
		const job = await submitted({ ...spec('missing', ''), command: { argv: ['/nonexistent'], env: {}, cwd: '/' } });
		expect(await launcher.collect(job)).toMatchObject({ code: null, reason: 'start_failed' });
	});

	it('that answers nobody fails no run', async () => {
		await at.silence();
		expect(await launcher.submit(spec('later', 'true'))).toMatchObject({ ok: false, problem: { code: 'out_of_reach' } });
	});
}
