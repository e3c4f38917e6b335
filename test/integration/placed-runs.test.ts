import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { LauncherName } from '#lib/domain/launcher.ts';
import { RUN_CHANNEL } from '#lib/server/db/run-record.ts';
import { StoreDenied } from '#lib/server/artifacts/store-denied.ts';
import * as runs from '#lib/server/db/runs.ts';
import { beginAttempt, recordProgress } from '#lib/server/usecases/attempt-run.ts';
import { cancelRun } from '#lib/server/usecases/cancel-run.ts';
import { requeueAttempt } from '#lib/server/usecases/requeue-run.ts';
import { startRun } from '#lib/server/usecases/start-run.ts';
import { problem } from '../../workers/engine/problem.ts';
import { onHost } from '../../workers/handlers/context.ts';
import { holdLease } from '../../workers/handlers/hold-lease.ts';
import { placeOutside, train } from '../../workers/handlers/train.ts';
import { createDevicePool } from '../../workers/launchers/devices.ts';
import type { Launcher, LaunchSpec } from '../../workers/launchers/launcher.ts';
import { importedSnapshot, paperWorker, storedCheckpoint } from '../support/loop.ts';
import { workerContext } from '../support/worker-context.ts';
import { until } from '../support/worker.ts';
import { createWorld, pairRows, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let home: string;
let world: World;
let slug: string;
beforeAll(async () => {
	home = await mkdtemp(join(tmpdir(), 'plumbline-placed-'));
	await mkdir(join(home, 'base'));
	await writeFile(join(home, 'base', 'config.json'), '{}');
	// Said, so that no engine is asked how to read it.
	await writeFile(join(home, 'base', 'plumbline.json'), JSON.stringify({ modelType: 'llama', template: 'chatml' }));
	world = await createWorld({ PLUMBLINE_BASE_MODEL: join(home, 'base') });
	({ slug } = await world.project({ rows: pairRows(40) }));
});
afterAll(async () => {
	await world?.close();
	await rm(home, { recursive: true, force: true });
});

/** A launcher that starts nothing and keeps what it was to start. */
function noting(name: LauncherName): { launcher: Launcher; asked: LaunchSpec[] } {
	const asked: LaunchSpec[] = [];
	const never = () => Promise.reject(new Error('nothing runs'));
	const submit = async (spec: LaunchSpec) => {
		asked.push(spec);
		return problem('start_failed', 'It starts nothing.', 'Look at the test.');
	};
	return { asked, launcher: { name, submit, follow: async function* () {}, renew: () => undefined, cancel: never, collect: never, clearOrphans: async () => [] } };
}

it('on a host without GPUs computes on processors what runs there, and asks a scheduler for the GPUs that its engine was made for', async () => {
	const made = { dir: home, device: 'gpu' as const, python: 'python', swiftCli: home, versions: {} };
	const [here, there] = [noting('local'), noting('slurm')];
	const context = workerContext(world, await paperWorker(world), { environment: onHost(made, 0), placedEnvironment: made, launchers: new Map([['local', here.launcher], ['slurm', there.launcher]]), workDir: join(home, 'work') });
	const snapshotId = await importedSnapshot(world, slug);
	for (const launcher of ['local', 'slurm'] as const) valueOf(await startRun(world.app, world.admin, { slug, snapshotId, launcher, recipe: { maxSteps: 2, saveSteps: 2 } }));
	expect(await train(context)).toBe(true);
	await placeOutside(context);
	await Promise.all(context.outside);
	expect((await runs.list(world.app.db, (await world.query<{ id: string }>(`select id from projects where slug = '${slug}'`))[0]?.id ?? '')).map((run) => run.problem?.code)).toEqual(['start_failed', 'start_failed']);
	const [local, slurm] = [here.asked[0] ?? expect.fail('no local run'), there.asked[0] ?? expect.fail('no run was placed')];
	expect([local.command.argv.includes('--use_cpu'), slurm.command.argv.includes('--use_cpu')]).toEqual([true, false]);
	expect([local.command.env['CUDA_VISIBLE_DEVICES'], slurm.command.env['CUDA_VISIBLE_DEVICES']]).toEqual(['', undefined]);
	expect([local.resources?.gpusPerNode, slurm.resources?.gpusPerNode]).toEqual([0, 1]);
});

it('on a host with GPUs merges on processors for a run in a scheduler: each of its GPUs is another run’s, or nobody’s', async () => {
	const [python, saw] = [join(home, 'telling-python'), join(home, 'saw')];
	await writeFile(python, `#!/bin/sh\necho "$2 $3 sees [\${CUDA_VISIBLE_DEVICES-all}]" >> ${saw}\nexit 1\n`);
	await chmod(python, 0o755);
	const made = { dir: home, device: 'gpu' as const, python, swiftCli: home, versions: {} };
	const workerId = await paperWorker(world);
	const parent = await storedCheckpoint(world, slug, workerId);
	const { id } = valueOf(await startRun(world.app, world.admin, { slug, snapshotId: parent.snapshotId, parentCheckpointId: parent.checkpointId, launcher: 'slurm', recipe: { maxSteps: 2, saveSteps: 2, onParent: 'merge' } }));
	const context = workerContext(world, workerId, { environment: made, launchers: new Map([['slurm', noting('slurm').launcher]]), devices: createDevicePool([0, 1]), workDir: join(home, 'work') });
	await placeOutside(context);
	await Promise.all(context.outside);
	expect((await runs.get(world.app.db, id))?.problem).toMatchObject({ code: 'merge_failed' });
	expect((await readFile(saw, 'utf8')).trim().split('\n')).toEqual(['--model ' + join(home, 'base') + ' sees []']);
});

/** An adapter as the engine leaves it at its last step. */
async function lastSave(output: string, step: number): Promise<void> {
	const folder = join(output, `checkpoint-${step}`);
	const header = JSON.stringify({ a: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } });
	const length = Buffer.alloc(8);
	length.writeBigUInt64LE(BigInt(header.length));
	await mkdir(folder, { recursive: true });
	await writeFile(join(folder, 'adapter_model.safetensors'), Buffer.concat([length, Buffer.from(header), Buffer.alloc(4)]));
	await writeFile(join(folder, 'trainer_state.json'), JSON.stringify({ global_step: step, max_steps: step }));
	for (const name of ['adapter_config.json', 'optimizer.pt']) await writeFile(join(folder, name), '{}');
}

it('a trained checkpoint that the store denies this worker’s user is kept, and stored once it may be', async () => {
	const python = join(home, 'checking-python');
	await writeFile(python, `#!/bin/sh\necho '{"ok":true,"sha256":"a","parameters":1,"rank":1,"changed":true}'\n`);
	await chmod(python, 0o755);
	const workerId = await paperWorker(world);
	const { id } = valueOf(await startRun(world.app, world.admin, { slug, snapshotId: await importedSnapshot(world, slug), recipe: { maxSteps: 2, saveSteps: 2 } }));
	const first = (await beginAttempt(world.app, { runId: id, workerId })) ?? expect.fail('not to be had');
	await lastSave(join(home, 'trained', 'output'), 2);
	await recordProgress(world.app, { runId: id, attempt: first.attempt }, { metrics: [], log: [], events: [], status: 'running', facts: { outputDir: join(home, 'trained') } });
	await requeueAttempt(world.app, { runId: id, attempt: first.attempt, problem: { code: 'worker_stopped', message: 'The worker was stopped.' }, exitCode: null });
	let denies = true;
	const putTree: typeof world.app.artifacts.putTree = (...args) => (denies ? Promise.reject(new StoreDenied('/store', '/store/sha256/ab', 'EACCES')) : world.app.artifacts.putTree(...args));
	const context = workerContext(world, workerId, { app: { ...world.app, artifacts: { ...world.app.artifacts, putTree } }, environment: { dir: home, device: 'cpu', python, swiftCli: home, versions: {} }, launchers: new Map([['local', noting('local').launcher]]), workDir: join(home, 'work') });
	expect(await train(context)).toBe(true);
	expect(await runs.get(world.app.db, id)).toMatchObject({ status: 'queued', attempt: 2, problem: null });
	expect(await world.query(`select problem->>'code' as code from run_attempts where run_id = '${id}' and number = 2`)).toEqual([{ code: 'out_of_reach' }]);
	denies = false;
	expect(await train(context)).toBe(true);
	expect(await runs.get(world.app.db, id)).toMatchObject({ status: 'succeeded', attempt: 3 });
}, 60_000);

it('goes back in line, with all that it trained so far, where a host is too busy to look how the base is read', async () => {
	const python = join(home, 'killed-python');
	await writeFile(python, '#!/bin/sh\nkill -9 $$\n');
	await chmod(python, 0o755);
	// Nobody says it any more: the engine is asked.
	await rm(join(home, 'base', 'plumbline.json'));
	const snapshotId = await importedSnapshot(world, slug);
	const { id } = valueOf(await startRun(world.app, world.admin, { slug, snapshotId, recipe: { maxSteps: 2, saveSteps: 2 } }));
	const context = workerContext(world, await paperWorker(world), { environment: { dir: home, device: 'cpu', python, swiftCli: home, versions: {} }, launchers: new Map([['local', noting('local').launcher]]), workDir: join(home, 'work') });
	expect(await train(context)).toBe(true);
	expect(await runs.get(world.app.db, id)).toMatchObject({ status: 'queued', attempt: 1, problem: null });
	expect(await world.query(`select problem->>'code' as code from run_attempts where run_id = '${id}'`)).toEqual([{ code: 'killed' }]);
	// Out of the next one's way.
	valueOf(await cancelRun(world.app, world.admin, { runId: id, keep: false }));
});

it('that waits to be collected waits no longer once it is to be thrown away', async () => {
	const python = join(home, 'killed-python');
	const snapshotId = await importedSnapshot(world, slug);
	const { id } = valueOf(await startRun(world.app, world.admin, { slug, snapshotId, recipe: { maxSteps: 2, saveSteps: 2 } }));
	const workerId = await paperWorker(world);
	// So often in a row that the next wait is ten minutes; meanwhile somebody had it stopped and kept.
	for (let times = 0; times < 8; times++) {
		const at = (await beginAttempt(world.app, { runId: id, workerId })) ?? expect.fail('not to be had');
		if (times === 0) valueOf(await cancelRun(world.app, world.admin, { runId: id, keep: true }));
		await requeueAttempt(world.app, { runId: id, attempt: at.attempt, problem: { code: 'out_of_reach', message: 'The hub is away.' }, exitCode: null });
	}
	const context = workerContext(world, workerId, { environment: { dir: home, device: 'cpu', python, swiftCli: home, versions: {} }, launchers: new Map([['local', noting('local').launcher]]), workDir: join(home, 'work') });
	const working = train(context);
	await expect.poll(() => runs.get(world.app.db, id), { timeout: 20_000 }).toMatchObject({ status: 'preparing', attempt: 9 });
	valueOf(await cancelRun(world.app, world.admin, { runId: id, keep: false }));
	expect(await working).toBe(true);
	expect(await runs.get(world.app.db, id)).toMatchObject({ status: 'cancelled', attempt: 9 });
}, 60_000);

it('hears at once what is wanted of it, also what is said while it renews its lease, and after it was asked to end', async () => {
	const snapshotId = await importedSnapshot(world, slug);
	const { id } = valueOf(await startRun(world.app, world.admin, { slug, snapshotId, recipe: { maxSteps: 2, saveSteps: 2 } }));
	const workerId = await paperWorker(world);
	const { attempt } = (await beginAttempt(world.app, { runId: id, workerId })) ?? expect.fail('not to be had');
	// No beat comes, and nothing that moves these clocks on, as expect.poll() would: what is heard was told.
	vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
	const lease = await holdLease(workerContext(world, workerId, { launchers: new Map() }), { runId: id, attempt });
	try {
		/** Comes back once this process has heard what was told of the run before. */
		const heardAll = async () => {
			const heard = Promise.withResolvers<void>();
			const unlisten = await world.app.listen(RUN_CHANNEL, (word) => void (word === 'the end' && heard.resolve()));
			await world.query(`select pg_notify('${RUN_CHANNEL}', 'the end')`);
			await heard.promise;
			await unlisten();
		};
		const waiting = async () => (await world.query<{ n: number }>(`select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`))[0]?.n ?? 0;
		await world.app.db.transaction(async (tx) => {
			await tx.execute(sql`select 1 from run_attempts where run_id = ${id} for update`);
			await world.query(`select pg_notify('${RUN_CHANNEL}', '${id}')`);
			await until('it renews', async () => (await waiting()) === 1, 20);
			// It has looked what is wanted, and waits to write down that it lives.
			valueOf(await cancelRun(world.app, world.admin, { runId: id, keep: true }));
			await heardAll();
			expect(lease.stop.aborted).toBe(false);
		});
		await until('the end', () => Promise.resolve(lease.stop.aborted), 20);
		expect(lease.unwanted.aborted).toBe(false);
		valueOf(await cancelRun(world.app, world.admin, { runId: id, keep: false }));
		await until('that nothing is wanted', () => Promise.resolve(lease.unwanted.aborted), 20);
	} finally {
		lease.end();
		vi.useRealTimers();
	}
}, 120_000);
