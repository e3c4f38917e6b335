import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WorkerCapabilities } from '#lib/domain/worker-capabilities.ts';
import * as runQueue from '#lib/server/db/run-queue.ts';
import { rowsOf } from '#lib/server/db/rows.ts';
import { announceWorker, retireWorker, takeOver } from '#lib/server/usecases/announce-worker.ts';
import { beginAttempt, recordProgress, renewAttempt, takeNextRun } from '#lib/server/usecases/attempt-run.ts';
import { cancelRun } from '#lib/server/usecases/cancel-run.ts';
import { compareRuns } from '#lib/server/usecases/compare-runs.ts';
import { cloneRun } from '#lib/server/usecases/clone-run.ts';
import { gpusElsewhere } from '#lib/server/usecases/left-to-others.ts';
import { continueRun, pauseRun } from '#lib/server/usecases/pause-run.ts';
import { prepareRun } from '#lib/server/usecases/prepare-run.ts';
import { readRun, readRunMetrics, searchRunLog } from '#lib/server/usecases/read-run.ts';
import { MAX_FRUITLESS_ATTEMPTS, PAUSED, requeueAttempt } from '#lib/server/usecases/requeue-run.ts';
import { startRun } from '#lib/server/usecases/start-run.ts';
import { sweep } from '#lib/server/usecases/sweep.ts';
import type { EngineEvent } from '../../workers/engine/engine.ts';
import { watchGpus } from '../../workers/handlers/gpu-watch.ts';
import { HealthWatch } from '../../workers/handlers/health-watch.ts';
import { writeProgress } from '../../workers/handlers/write-progress.ts';
import { importedSnapshot, paperWorker, queuedRun } from '../support/loop.ts';
import { createWorld, pairRows, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
let slug: string;
let workerId: string;
beforeAll(async () => {
	world = await createWorld();
	slug = (await world.project({ rows: pairRows(40) })).slug;
	workerId = await paperWorker(world);
});
afterAll(() => world?.close());

const room = { launchers: ['local'] as const, labels: [], gpus: { total: 0, free: 1 } };
const run = async (id: string) => valueOf(await readRun(world.app, world.admin, id));
const jobs = async (runId: string) => (await rowsOf<{ n: number }>(world.app.db, sql`select count(*)::int as n from pgboss.job where name = 'train' and data->>'runId' = ${runId}`))[0]?.n;
const pause = (id: string) => pauseRun(world.app, world.admin, id);
const goOn = (id: string) => continueRun(world.app, world.admin, id);
const saved = (runId: string, attempt: number, step: number) => recordProgress(world.app, { runId, attempt }, { metrics: [{ step, epoch: null, values: { loss: 0.5 } }], log: [], events: [{ kind: 'saved', data: { step } }], status: 'running' });
const begun = async (runId: string) => (await beginAttempt(world.app, { runId, workerId }))?.attempt ?? 0;
const nobodyWaits = () => world.app.db.execute(sql`update runs set status = 'cancelled' where status in ('queued', 'waiting', 'preparing', 'running', 'stopping')`);

describe('a worker that died', () => {
	it('leaves its own runs to be taken over at once, and those in an outside scheduler until their lease lapses: their engines live still', async () => {
		const dead = await paperWorker(world);
		const [here, outside] = [await queuedRun(world, slug), await queuedRun(world, slug)];
		await world.query(`update runs set launcher = 'slurm' where id = '${outside}'`);
		for (const runId of [here, outside]) expect(await beginAttempt(world.app, { runId, workerId: dead })).toMatchObject({ attempt: 1 });
		expect(await takeOver(world.app, [dead])).toBe(1);
		expect([(await run(here)).status, (await run(outside)).status]).toEqual(['queued', 'preparing']);
		await world.query(`update run_attempts set lease_expires_at = now() - interval '1 second' where run_id = '${outside}'`);
		await sweep(world.app);
		expect((await run(outside)).status).toBe('queued');
		await nobodyWaits();
	});
});

describe('a paused run', () => {
	it('leaves the line when nobody has begun it, and comes back to it', async () => {
		const runId = await queuedRun(world, slug);
		expect(valueOf(await pause(runId))).toEqual({ status: 'waiting' });
		expect(await run(runId)).toMatchObject({ status: 'waiting', waitingFor: { code: 'paused' } });
		expect(await beginAttempt(world.app, { runId, workerId })).toBeNull();
		expect(valueOf(await pause(runId))).toEqual({ status: 'waiting' });
		expect(valueOf(await goOn(runId))).toEqual({ status: 'queued' });
		expect(await jobs(runId)).toBe(2);
		expect(problemOf(await goOn(runId))).toBe('conflict');
		expect(await begun(runId)).toBe(1);
	});

	it('that trains tells its attempt, waits where it was, and goes on as another attempt; pausing is never held against it', async () => {
		const runId = await queuedRun(world, slug);
		for (let attempt = 1; attempt <= MAX_FRUITLESS_ATTEMPTS + 1; attempt += 1) {
			expect(await begun(runId)).toBe(attempt);
			await saved(runId, attempt, 4);
			expect(valueOf(await pause(runId))).toEqual({ status: 'stopping' });
			expect(await renewAttempt(world.app, { runId, attempt })).toBe('pause');
			await requeueAttempt(world.app, { runId, attempt, problem: PAUSED, exitCode: 0 });
			expect(await run(runId)).toMatchObject({ status: 'waiting', step: 4, problem: null, waitingFor: { code: 'paused' } });
			expect(valueOf(await goOn(runId))).toEqual({ status: 'queued' });
		}
	});

	it('that is continued before its engine has ended goes back in line by itself', async () => {
		const runId = await queuedRun(world, slug);
		const attempt = await begun(runId);
		await saved(runId, attempt, 2);
		valueOf(await pause(runId));
		expect(valueOf(await goOn(runId))).toEqual({ status: 'stopping' });
		await requeueAttempt(world.app, { runId, attempt, problem: PAUSED, exitCode: 0 });
		expect(await run(runId)).toMatchObject({ status: 'queued', desiredState: 'run' });
	});

	it('whose worker is lost waits all the same', async () => {
		const runId = await queuedRun(world, slug);
		await saved(runId, await begun(runId), 2);
		valueOf(await pause(runId));
		await world.app.db.execute(sql`update run_attempts set lease_expires_at = now() - interval '1 second' where run_id = ${runId} and ended_at is null`);
		await sweep(world.app);
		expect(await run(runId)).toMatchObject({ status: 'waiting', desiredState: 'pause' });
	});

	it('that is then stopped and kept goes in line so that a worker collects what it saved; without keeping it is over', async () => {
		const keeping = await queuedRun(world, slug);
		const attempt = await begun(keeping);
		await saved(keeping, attempt, 4);
		valueOf(await pause(keeping));
		await requeueAttempt(world.app, { runId: keeping, attempt, problem: PAUSED, exitCode: 0 });
		const before = await jobs(keeping);
		expect(valueOf(await cancelRun(world.app, world.admin, { runId: keeping, keep: true }))).toEqual({ status: 'queued' });
		expect(await jobs(keeping)).toBe((before ?? 0) + 1);
		expect((await beginAttempt(world.app, { runId: keeping, workerId }))?.run.desiredState).toBe('cancel_keep');
		expect(problemOf(await pause(keeping))).toBe('conflict');

		const dropped = await queuedRun(world, slug);
		valueOf(await pause(dropped));
		expect(valueOf(await cancelRun(world.app, world.admin, { runId: dropped, keep: false }))).toEqual({ status: 'cancelled' });
		expect(problemOf(await goOn(dropped))).toBe('already_decided');
	});
});

describe('a step', () => {
	it('that was trained again is told as it was the second time, but for what GPUs did beside it', async () => {
		const runId = await queuedRun(world, slug);
		const tell = (attempt: number, values: Record<string, number>) => recordProgress(world.app, { runId, attempt }, { metrics: [{ step: 5, epoch: 0.5, values }], log: [], events: [], status: 'running' });
		const told = async () => valueOf(await readRunMetrics(world.app, world.admin, { runId })).map(({ attempt, values }) => ({ attempt, values }));
		const first = { learning_rate: 1e-5, loss: 0.5, grad_norm: 1, 'gpu/use': 0.9 };
		await tell(await begun(runId), first);
		await tell(1, { eval_loss: 0.4 });
		expect(await told()).toEqual([{ attempt: 1, values: { ...first, eval_loss: 0.4 } }]);
		await requeueAttempt(world.app, { runId, attempt: 1, problem: PAUSED, exitCode: 0 });
		// Its loss was no number this time.
		await tell(await begun(runId), { learning_rate: 1e-5 });
		expect(await told()).toEqual([{ attempt: 2, values: { learning_rate: 1e-5, 'gpu/use': 0.9 } }]);
	});

	it('is one step to the database, by however many lines it was told at a time', async () => {
		const runId = await queuedRun(world, slug);
		const told = (step: number, values: Record<string, number>): EngineEvent => ({ type: 'metrics', step, maxSteps: 10, epoch: step / 10, values });
		async function* events(): AsyncGenerator<EngineEvent> {
			yield* [told(1, { learning_rate: 1e-5, loss: 0.5 }), told(2, { learning_rate: 1e-5, loss: 0.7 }), told(2, { learning_rate: 1e-5, loss: 0.4 }), told(2, { eval_loss: 0.3 })];
		}
		await writeProgress(world.app, { runId, attempt: await begun(runId) }, events(), { health: new HealthWatch({ maxSteps: 10, beta: 0.1 }, world.dataDir), gpus: watchGpus([]) });
		expect(valueOf(await readRunMetrics(world.app, world.admin, { runId })).map(({ step, values }) => ({ step, values }))).toEqual([
			{ step: 1, values: { learning_rate: 1e-5, loss: 0.5 } },
			{ step: 2, values: { learning_rate: 1e-5, loss: 0.4, eval_loss: 0.3 } }
		]);
	});
});

describe('a copy', () => {
	it('has the settings of its original but for what is changed, and says whose copy it is', async () => {
		const original = await queuedRun(world, slug, { maxSteps: 10, saveSteps: 2, loraRank: 4, seed: 7 });
		const same = await run(valueOf(await cloneRun(world.app, world.admin, original)).id);
		expect(same).toMatchObject({ status: 'queued', clonedFrom: original, recipe: (await run(original)).recipe, snapshot: { id: (await run(original)).snapshot.id } });
		const other = await run(valueOf(await cloneRun(world.app, world.admin, original, { recipe: { epochs: 2, beta: 0.3 }, priority: 7 })).id);
		expect(other).toMatchObject({ priority: 7, recipe: { epochs: 2, maxSteps: null, beta: 0.3, loraRank: 4, seed: 7 } });
		expect(problemOf(await cloneRun(world.app, world.admin, original, { recipe: { batchSize: 1000 } }))).toBe('impossible_recipe');
	});

	it('begins in the form with all that its original has; of another project or objective there is nothing to copy', async () => {
		const snapshotId = await importedSnapshot(world, slug);
		const original = valueOf(await startRun(world.app, world.admin, { slug, snapshotId, recipe: { maxSteps: 9, saveSteps: 3, loraRank: 4 }, priority: 10, stopOn: ['no_progress', 'no_progress'] })).id;
		const prepared = valueOf(await prepareRun(world.app, world.admin, { slug, snapshotId, fromRunId: original }));
		expect(prepared).toMatchObject({ from: { id: original, priority: 10, launcher: 'local', stopOn: ['no_progress'] }, recipe: (await run(original)).recipe, launchers: ['local'] });
		expect(valueOf(await prepareRun(world.app, world.admin, { slug, snapshotId })).from).toBeNull();
		const elsewhere = await world.project({ rows: pairRows(20) });
		const foreign = await importedSnapshot(world, elsewhere.slug);
		expect(problemOf(await prepareRun(world.app, world.admin, { slug: elsewhere.slug, snapshotId: foreign, fromRunId: original }))).toBe('not_found');
		expect(problemOf(await prepareRun(world.app, world.admin, { slug, snapshotId: await importedSnapshot(world, slug, 'orpo'), fromRunId: original }))).toBe('not_found');
		expect(problemOf(await startRun(world.app, world.admin, { slug: elsewhere.slug, snapshotId: foreign, clonedFrom: original }))).toBe('not_found');
		expect(problemOf(await startRun(world.app, world.admin, { slug, snapshotId, priority: 101 }))).toBe('invalid_input');
	});
});

describe('runs beside each other', () => {
	it('show one metric of each over steps, epochs or time, and the settings in which they differ', async () => {
		await nobodyWaits();
		const one = await queuedRun(world, slug, { maxSteps: 10, saveSteps: 2, learningRate: 1e-4 });
		const two = await queuedRun(world, slug, { maxSteps: 10, saveSteps: 2, learningRate: 3e-4 });
		const at = await beginAttempt(world.app, { runId: one, workerId });
		await recordProgress(world.app, { runId: one, attempt: at?.attempt ?? 0 }, { metrics: [1, 2, 3].map((step) => ({ step, epoch: step / 10, values: { loss: 1 / step, 'train_speed(s/it)': 2, ...(step === 3 ? { eval_loss: 0.5 } : {}) } })), log: [], events: [], status: 'running' });
		const compare = async (metric: string, axis: 'step' | 'epoch' | 'time') => valueOf(await compareRuns(world.app, world.admin, { slug, runIds: [two, one], metric, axis }));
		const { runs, metrics, differing } = await compare('loss', 'time');
		expect(runs.map(({ id, curve, last }) => ({ id, curve, last }))).toEqual([
			{ id: one, curve: [{ x: 2, y: 1 }, { x: 4, y: 0.5 }, { x: 6, y: 1 / 3 }], last: 1 / 3 },
			{ id: two, curve: [], last: null }
		]);
		expect(metrics).toEqual(['eval_loss', 'loss', 'train_speed(s/it)']);
		expect(differing).toEqual([{ field: 'learningRate', values: [1e-4, 3e-4] }]);
		expect((await compare('eval_loss', 'epoch')).runs[0]?.curve).toEqual([{ x: 0.3, y: 0.5 }]);
		const elsewhere = await world.project({ rows: pairRows(2) });
		expect(problemOf(await compareRuns(world.app, world.admin, { slug: elsewhere.slug, runIds: [one], metric: 'loss', axis: 'step' }))).toBe('not_found');
		expect(problemOf(await compareRuns(world.app, world.admin, { slug, runIds: Array.from({ length: 101 }, (_, i) => String(i)), metric: 'loss', axis: 'step' }))).toBe('invalid_input');
	});
});

describe('a run’s log', () => {
	it('is searched through, newest first, page by page, taking what is searched for literally', async () => {
		const id = await queuedRun(world, slug);
		const at = await beginAttempt(world.app, { runId: id, workerId });
		const say = (lines: string[]) => recordProgress(world.app, { runId: id, attempt: at?.attempt ?? 0 }, { metrics: [], log: lines, events: [] });
		await say(['100% of rows', 'one', 'Traceback: line 1']);
		await say(Array.from({ length: 130 }, (_, i) => `TRACEBACK no. ${i}`));
		const search = async (text: string, cursor?: string) => valueOf(await searchRunLog(world.app, world.admin, { runId: id, text, cursor }));
		const first = await search('traceback');
		expect([first.lines.length, first.lines[0]?.line, first.hidden]).toEqual([100, 'TRACEBACK no. 129', false]);
		const second = await search('traceback', first.next ?? '');
		expect(second.lines.map(({ line }) => line).slice(-2)).toEqual(['TRACEBACK no. 0', 'Traceback: line 1']);
		expect([second.lines.length, second.next]).toEqual([31, null]);
		expect((await search('0% o')).lines.map(({ line }) => line)).toEqual(['100% of rows']);
		expect((await search('%')).lines).toHaveLength(1);
		expect(problemOf(await searchRunLog(world.app, world.admin, { runId: id, text: 'x', cursor: 'nonsense' }))).toBe('invalid_input');
	});
});

describe('health rules', () => {
	const saw = (runId: string, attempt: number, rule: string) => recordProgress(world.app, { runId, attempt }, { metrics: [], log: [], events: [{ kind: 'health', data: { rule, step: 4, facts: {} } }], status: 'running' });
	const said = (runId: string) => rowsOf<{ kind: string; rule: string }>(world.app.db, sql`select kind, data->>'rule' as rule from run_events where run_id = ${runId} and kind in ('health', 'stopping') order by id`);

	it('speak once a run, and end one that heeds them, keeping what it saved', async () => {
		const snapshotId = await importedSnapshot(world, slug);
		const { id } = valueOf(await startRun(world.app, world.admin, { slug, snapshotId, stopOn: ['no_progress'] }));
		const at = await beginAttempt(world.app, { runId: id, workerId });
		await saw(id, at?.attempt ?? 0, 'chosen_falls');
		await saw(id, at?.attempt ?? 0, 'chosen_falls');
		expect(await run(id)).toMatchObject({ status: 'running', desiredState: 'run' });
		await saw(id, at?.attempt ?? 0, 'no_progress');
		expect(await run(id)).toMatchObject({ status: 'stopping', desiredState: 'cancel_keep' });
		expect(await said(id)).toEqual([
			{ kind: 'health', rule: 'chosen_falls' },
			{ kind: 'health', rule: 'no_progress' },
			{ kind: 'stopping', rule: 'no_progress' }
		]);
	});

	it('that spoke while the run was being paused end it when it goes on and they speak again', async () => {
		const snapshotId = await importedSnapshot(world, slug);
		const { id } = valueOf(await startRun(world.app, world.admin, { slug, snapshotId, stopOn: ['no_progress'] }));
		const first = await begun(id);
		await saved(id, first, 2);
		valueOf(await pause(id));
		await saw(id, first, 'no_progress');
		expect(await run(id)).toMatchObject({ status: 'stopping', desiredState: 'pause' });
		await requeueAttempt(world.app, { runId: id, attempt: first, problem: PAUSED, exitCode: 0 });
		valueOf(await goOn(id));
		await saw(id, await begun(id), 'no_progress');
		expect(await run(id)).toMatchObject({ status: 'stopping', desiredState: 'cancel_keep' });
		expect(await said(id)).toEqual([{ kind: 'health', rule: 'no_progress' }, { kind: 'stopping', rule: 'no_progress' }]);
	});

	it('change nothing of what people have decided', async () => {
		const snapshotId = await importedSnapshot(world, slug);
		const { id } = valueOf(await startRun(world.app, world.admin, { slug, snapshotId, stopOn: ['no_progress'] }));
		const at = await beginAttempt(world.app, { runId: id, workerId });
		await recordProgress(world.app, { runId: id, attempt: at?.attempt ?? 0 }, { metrics: [], log: [], events: [], status: 'running' });
		valueOf(await cancelRun(world.app, world.admin, { runId: id, keep: false }));
		await saw(id, at?.attempt ?? 0, 'no_progress');
		expect(await run(id)).toMatchObject({ status: 'stopping', desiredState: 'cancel_discard' });
	});
});

describe('a cluster', () => {
	it('is offered once a living worker hands runs to it, and takes several machines, which a single host does not', async () => {
		const snapshotId = await importedSnapshot(world, slug);
		const offered = async () => valueOf(await prepareRun(world.app, world.admin, { slug, snapshotId })).launchers;
		expect(await offered()).toEqual(['local']);
		const recipe = { maxSteps: 10, saveSteps: 2, strategy: 'ddp', gpus: 1, nodes: 2 };
		expect(problemOf(await startRun(world.app, world.admin, { slug, snapshotId, recipe, launcher: 'ray' }))).toBe('impossible_recipe');
		const placed = valueOf(await startRun(world.app, world.admin, { slug, snapshotId, recipe, launcher: 'kubernetes' })).id;
		expect(await run(placed)).toMatchObject({ launcher: 'kubernetes', waitingFor: { code: 'no_launcher', launcher: 'kubernetes' } });
		const other = await announceWorker(world.app, { hostname: 'cluster', pid: 1, hostKey: 'cluster', capabilities: { cpus: 2, memoryBytes: 8e9, gpus: [], launchers: ['kubernetes'], engine: { state: 'ready', versions: {} } } });
		expect(await offered()).toEqual(['local', 'kubernetes']);
		await nobodyWaits();
		await retireWorker(world.app, other);
	});
});

describe('experiment trackers', () => {
	it('MLflow is refused before the queue until a worker that could place the run writes to one', async () => {
		const snapshotId = await importedSnapshot(world, slug);
		const start = (launcher: 'local' | 'slurm' = 'local') => startRun(world.app, world.admin, { slug, snapshotId, launcher, recipe: { maxSteps: 10, saveSteps: 2, tracker: 'mlflow' } });
		const refused = await start();
		expect(refused).toMatchObject({ ok: false, problem: { code: 'impossible_recipe', errors: [{ field: 'recipe.tracker' }] } });
		// Nobody places runs in Slurm now: who will is not known.
		expect(valueOf(await start('slurm'))).toMatchObject({ status: 'queued' });
		const other = await announceWorker(world.app, { hostname: 'tracked', pid: 1, hostKey: 'tracked', capabilities: { cpus: 2, memoryBytes: 8e9, gpus: [], engine: { state: 'ready', versions: { mlflow: '3.5.0' } } } });
		expect(valueOf(await prepareRun(world.app, world.admin, { slug, snapshotId })).mlflow).toEqual({ local: true });
		expect(valueOf(await start())).toMatchObject({ status: 'queued' });
		await nobodyWaits();
		await retireWorker(world.app, other);
	});
});

describe('the line', () => {
	it('takes higher priority first, then the project that trains least, then who came first; only what the worker can place', async () => {
		await nobodyWaits();
		const other = (await world.project({ rows: pairRows(40) })).slug;
		const busy = await queuedRun(world, slug);
		await begun(busy);
		const [first, second] = [await queuedRun(world, slug), await queuedRun(world, slug)];
		const quiet = await queuedRun(world, other);
		const urgent = valueOf(await startRun(world.app, world.admin, { slug, snapshotId: await importedSnapshot(world, slug), recipe: { maxSteps: 10, saveSteps: 2 }, priority: 10 })).id;
		const elsewhere = valueOf(await startRun(world.app, world.admin, { slug, snapshotId: await importedSnapshot(world, slug), recipe: { maxSteps: 10, saveSteps: 2 }, priority: 50, launcher: 'slurm' })).id;
		expect(await runQueue.queued(world.app.db)).toEqual([elsewhere, urgent, quiet, first, second]);
		const taken = [];
		for (let at = await takeNextRun(world.app, { workerId, ...room }); at; at = await takeNextRun(world.app, { workerId, ...room })) taken.push(at.run.id);
		// One of the quiet project's trains now: within the first project nobody goes before who came first.
		expect(taken).toEqual([urgent, quiet, first, second]);
		expect(await takeNextRun(world.app, { workerId, ...room, launchers: [] })).toBeNull();
	});

	it('gives a run that asks for labels to a worker that has them all, and keeps nobody else’s waiting behind it', async () => {
		await nobodyWaits();
		const snapshotId = await importedSnapshot(world, slug);
		const asked = { slug, snapshotId, recipe: { maxSteps: 10, saveSteps: 2 } };
		const announced = (name: string, labels: string[]) => announceWorker(world.app, { hostname: name, pid: 1, hostKey: name, capabilities: { cpus: 1, memoryBytes: 1, gpus: [], labels, engine: { state: 'ready', versions: {} } } });
		const half = await announced('half', ['npu']);
		const npu = valueOf(await startRun(world.app, world.admin, { ...asked, priority: 10, labels: ['npu', 'eu'] })).id;
		const any = valueOf(await startRun(world.app, world.admin, asked)).id;
		expect(await run(npu)).toMatchObject({ labels: ['npu', 'eu'], waitingFor: { code: 'no_label', labels: ['npu', 'eu'] } });
		expect((await takeNextRun(world.app, { workerId, ...room, labels: ['npu'] }))?.run.id).toBe(any);
		expect(await takeNextRun(world.app, { workerId, ...room, labels: ['npu'] })).toBeNull();
		const named = await announced('named', ['eu', 'npu']);
		expect((await run(npu)).waitingFor).toEqual({ code: 'starting' });
		expect(valueOf(await prepareRun(world.app, world.admin, { slug, snapshotId, fromRunId: npu }))).toMatchObject({ labels: ['eu', 'npu'], from: { labels: ['npu', 'eu'] } });
		expect((await run(valueOf(await cloneRun(world.app, world.admin, npu)).id)).labels).toEqual(['npu', 'eu']);
		expect(await run(valueOf(await cloneRun(world.app, world.admin, npu, { launcher: 'slurm', labels: [], stopOn: ['no_progress'] })).id)).toMatchObject({ launcher: 'slurm', labels: [], stopOn: ['no_progress'] });
		expect((await takeNextRun(world.app, { workerId: named, ...room, labels: ['eu', 'npu', 'quiet'] }))?.run.id).toBe(npu);
		for (const one of [half, named]) await retireWorker(world.app, one);
		await nobodyWaits();
	});

	it('leaves what processors could train to a living host with GPUs, and what needs a package to an engine that has it', async () => {
		await nobodyWaits();
		const announced = (name: string, gpus: number, of: Partial<WorkerCapabilities> = {}) =>
			announceWorker(world.app, { hostname: name, pid: 1, hostKey: name, capabilities: { cpus: 1, memoryBytes: 1, gpus: Array.from({ length: gpus }, () => ({ name: 'A10', memoryBytes: 24e9 })), engine: { state: 'ready', versions: {} }, ...of } });
		const take = async (of: { workerId?: string; labels?: string[]; gpus?: number } = {}) => {
			const { gpus = 0 } = of;
			return (await takeNextRun(world.app, { workerId, ...room, ...of, gpus: { total: gpus, free: Math.max(1, gpus) } }))?.run.id ?? null;
		};
		const plain = await queuedRun(world, slug);
		const ready = await announced('ready', 1);
		expect([await take(), await gpusElsewhere(world.app, workerId), await gpusElsewhere(world.app, ready)]).toEqual([null, true, false]);
		expect((await run(plain)).waitingFor).toEqual({ code: 'starting' });
		// Neither a host that takes nothing new, nor one without an engine yet, nor one that is gone, keeps it waiting.
		await world.query(`update workers set draining = true where id = '${ready}'`);
		const installing = await announced('installing', 1, { engine: { state: 'installing', done: 1, total: 9, label: 'torch' } });
		expect([await take(), await gpusElsewhere(world.app, workerId)]).toEqual([plain, false]);
		await world.query(`update workers set draining = false where id = '${ready}'`);

		const snapshotId = await importedSnapshot(world, slug);
		const named = valueOf(await startRun(world.app, world.admin, { slug, snapshotId, recipe: { maxSteps: 10, saveSteps: 2 }, labels: ['eu'] })).id;
		// That host is not called what the run asks for.
		expect(await take({ labels: ['eu'] })).toBe(named);
		const other = await queuedRun(world, slug);
		expect([await take(), await take({ workerId: ready, gpus: 1 })]).toEqual([null, other]);
		await retireWorker(world.app, ready);

		const tracked = await announced('tracked', 0, { engine: { state: 'ready', versions: { mlflow: '3.5.0' } } });
		const written = valueOf(await startRun(world.app, world.admin, { slug, snapshotId, recipe: { maxSteps: 10, saveSteps: 2, tracker: 'mlflow' } })).id;
		expect(await take()).toBeNull();
		await retireWorker(world.app, tracked);
		// Now nobody has it: who takes it says so.
		expect(await take()).toBe(written);
		await retireWorker(world.app, installing);
		await nobodyWaits();
	});

	it('gives a run to one of many workers that ask at once', async () => {
		await nobodyWaits();
		const waiting = await Promise.all(Array.from({ length: 6 }, () => queuedRun(world, slug)));
		const takers = await Promise.all(Array.from({ length: 12 }, () => takeNextRun(world.app, { workerId, ...room })));
		const taken = takers.flatMap((at) => (at ? [at.run.id] : []));
		expect(new Set(taken).size).toBe(taken.length);
		const left = await runQueue.queued(world.app.db);
		expect([...taken, ...left].sort()).toEqual([...waiting].sort());
	});
});
