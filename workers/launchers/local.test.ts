import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findOrphans } from '../process/groups.ts';
import { startProcess } from '../process/supervise.ts';
import type { LaunchSpec } from './launcher.ts';
import { createLocalLauncher } from './local.ts';

let dir: string;
beforeEach(async () => void (dir = await mkdtemp(join(tmpdir(), 'local-'))));
afterEach(() => rm(dir, { recursive: true }));

const spec = (attempt: string, code: string): LaunchSpec => ({
	attempt, dir, command: { argv: [process.execPath, '-e', code], env: { PATH: process.env.PATH ?? '' }, cwd: dir }, graceSeconds: 0.2, selfTerminateSeconds: 30
});
const name = (what: string) => `local-${process.pid}-${what}`;

it('runs a job to its end', async () => {
	const launcher = createLocalLauncher();
	const job = await launcher.submit(spec(name('end'), 'process.exitCode = 4'));
	if (!job.ok) throw new Error(job.problem.message);
	const states = [];
	for await (const { state } of launcher.follow(job.value)) states.push(state);
	expect(states).toEqual(['running']);
	expect(await launcher.collect(job.value)).toMatchObject({ code: 4, reason: 'exited' });
	expect(await createLocalLauncher().collect(job.value)).toMatchObject({ code: 4, reason: 'exited' });
});

it('cancels, refuses the same attempt twice, and explains a program that is not there', async () => {
	const launcher = createLocalLauncher();
	const job = await launcher.submit(spec(name('cancel'), 'setInterval(() => {}, 1000)'));
	if (!job.ok) throw new Error(job.problem.message);
	expect(await launcher.submit(spec(name('cancel'), ''))).toMatchObject({ ok: false });
	await launcher.cancel(job.value);
	expect(await launcher.collect(job.value)).toMatchObject({ reason: 'stopped' });
	const missing = spec(name('missing'), '');
	expect(await launcher.submit({ ...missing, command: { ...missing.command, argv: ['/nonexistent'] } })).toMatchObject({ ok: false, problem: { code: 'start_failed' } });
});

it('clears what an earlier worker left, and leaves what is owned', async () => {
	const start = (marker: string) => startProcess({ argv: [process.execPath, '-e', 'setInterval(() => {}, 1000)'], env: {}, cwd: dir, dir: join(dir, marker), graceSeconds: 1, selfTerminateSeconds: 30, marker });
	await start(name('left'));
	const owned = await start(name('owned'));
	expect(await createLocalLauncher().clearOrphans((attempt) => attempt !== name('left'))).toEqual([name('left')]);
	expect(await findOrphans(name('left'))).toEqual([]);
	expect(await findOrphans(name('owned'))).toHaveLength(1);
	if (owned.ok) await owned.process.stop(0);
});

it('leaves what another installation of this host runs', async () => {
	const [ours, theirs] = [createLocalLauncher(name('ours')), createLocalLauncher(name('theirs'))];
	const job = await theirs.submit(spec(name('other'), 'setInterval(() => {}, 1000)'));
	if (!job.ok) throw new Error(job.problem.message);
	expect(await ours.clearOrphans(() => false)).toEqual([]);
	expect(await createLocalLauncher(name('theirs')).clearOrphans(() => false)).toEqual([name('other')]);
	expect(await theirs.collect(job.value)).toMatchObject({ signal: 'SIGKILL' });
});
