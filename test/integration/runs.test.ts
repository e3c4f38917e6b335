import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RUN_STATUSES, TRANSITIONS } from '#lib/domain/run-state.ts';
import * as checkpoints from '#lib/server/db/checkpoints.ts';
import { rowsOf } from '#lib/server/db/rows.ts';
import { beginAttempt, endWithoutCheckpoint, recordProgress, renewAttempt } from '#lib/server/usecases/attempt-run.ts';
import { cancelRun } from '#lib/server/usecases/cancel-run.ts';
import { freezeSnapshot } from '#lib/server/usecases/freeze-snapshot.ts';
import { continueRun, pauseRun } from '#lib/server/usecases/pause-run.ts';
import { prepareRun } from '#lib/server/usecases/prepare-run.ts';
import { readRun, readRunMetrics, readRunRecord } from '#lib/server/usecases/read-run.ts';
import { registerCheckpoint } from '#lib/server/usecases/register-checkpoint.ts';
import { MAX_FRUITLESS_ATTEMPTS, requeueAttempt } from '#lib/server/usecases/requeue-run.ts';
import { startRun } from '#lib/server/usecases/start-run.ts';
import { sweep } from '#lib/server/usecases/sweep.ts';
import { judgeAll, questions, seededProject } from '../support/judged-project.ts';
import { importedSnapshot, paperWorker, queuedRun, trained } from '../support/loop.ts';
import { createWorld, pairRows, problemOf, untilWaiting, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
let slug: string;
let one: string;
let two: string;
beforeAll(async () => {
	world = await createWorld();
	slug = (await world.project({ rows: pairRows(40) })).slug;
	[one, two] = [await paperWorker(world, 'one'), await paperWorker(world, 'two')];
});
afterAll(() => world?.close());

const run = async (id: string) => valueOf(await readRun(world.app, world.admin, id));
const jobs = async (runId: string) => (await rowsOf<{ n: number }>(world.app.db, sql`select count(*)::int as n from pgboss.job where name = 'train' and data->>'runId' = ${runId}`))[0]?.n;
const steps = (from: number, to: number, loss: number) => Array.from({ length: to - from + 1 }, (_, i) => ({ step: from + i, epoch: null, values: { loss } }));
const progress = (runId: string, attempt: number, metrics: ReturnType<typeof steps> = []) => recordProgress(world.app, { runId, attempt }, { metrics, log: [], events: [], status: 'running' });
/** What the record says of how a run ended, and of putting it back: webhooks are told from it. */
const endings = (runId: string) => world.query(`select action, details->>'code' as code from audit_entries where subject_id = '${runId}' and action in ('run.failed', 'run.cancelled', 'run.requeue') order by id`);
const CANCELLED = { action: 'run.cancelled', code: null };
/** What a worker that was killed leaves behind once its lease is over. */
const lapse = (runId: string) => world.app.db.execute(sql`update run_attempts set lease_expires_at = now() - interval '1 second' where run_id = ${runId} and ended_at is null`);

async function begun(runId: string, workerId = one): Promise<number> {
	const at = await beginAttempt(world.app, { runId, workerId });
	if (!at) throw new Error('the run was not to be had');
	return at.attempt;
}

describe('a run that cannot work', () => {
	it.each([
		['kto', { batchSize: 1, gradientAccumulation: 1 }, 'impossible_recipe', 'recipe.batchSize'],
		['orpo', { reference: 'parent' }, 'invalid_input', 'recipe.reference'],
		['dpo', { rank: 8 }, 'invalid_input', 'recipe.rank'],
		['dpo', { desirableWeight: 2 }, 'invalid_input', 'recipe.desirableWeight'],
		['dpo', { learningRate: -1 }, 'invalid_input', 'recipe.learningRate'],
		['dpo', { loraRank: 2.5 }, 'invalid_input', 'recipe.loraRank'],
		['dpo', { batchSize: 1000 }, 'impossible_recipe', 'recipe.batchSize'],
		['dpo', { maxSteps: 5, epochs: 1 }, 'impossible_recipe', 'recipe.epochs'],
		['dpo', { maxSteps: null }, 'impossible_recipe', 'recipe.maxSteps'],
		['dpo', { maxSteps: 5, saveSteps: 6 }, 'impossible_recipe', 'recipe.saveSteps'],
		['dpo', { warmupRatio: 1 }, 'impossible_recipe', 'recipe.warmupRatio'],
		['dpo', { objective: 'kto' }, 'impossible_recipe', 'recipe.objective']
	] as const)('is refused before anything waits for it: %s with %o', async (objective, recipe, code, field) => {
		const snapshotId = await importedSnapshot(world, slug, objective);
		const before = await rowsOf<{ n: number }>(world.app.db, sql`select (select count(*)::int from runs) + (select count(*)::int from pgboss.job) as n`);
		const refused = await startRun(world.app, world.admin, { slug, snapshotId, recipe });
		expect(problemOf(refused)).toBe(code);
		expect(refused.ok ? [] : refused.problem.errors?.map((error) => error.field)).toContain(field);
		expect(await rowsOf(world.app.db, sql`select (select count(*)::int from runs) + (select count(*)::int from pgboss.job) as n`)).toEqual(before);
	});

	it('is refused when snapshot or parent are another project’s', async () => {
		const elsewhere = (await world.project({ rows: pairRows(20) })).slug;
		const snapshotId = await importedSnapshot(world, elsewhere);
		expect(problemOf(await startRun(world.app, world.admin, { slug, snapshotId }))).toBe('not_found');
		const foreign = await checkpoints.baseOf(world.app.db, (await rowsOf<{ id: string }>(world.app.db, sql`select id from projects where slug = ${elsewhere}`))[0]?.id ?? '');
		expect(problemOf(await startRun(world.app, world.admin, { slug, snapshotId: await importedSnapshot(world, slug), parentCheckpointId: foreign.id }))).toBe('not_found');
	});

	it('is refused when KTO’s rows are all bad answers, or all good ones', async () => {
		const kto = await seededProject(world, { overlap: 1, seed: 'one-kind' });
		valueOf(await world.importRows(kto.slug, questions(20)));
		await judgeAll(world, kto.slug, await world.person('judge', { slug: kto.slug, role: 'annotator' }), () => 'both_bad');
		const snapshotId = valueOf(await freezeSnapshot(world.app, world.admin, { slug: kto.slug, objective: 'kto' })).id;
		const refused = await startRun(world.app, world.admin, { slug: kto.slug, snapshotId, recipe: { maxSteps: 5, saveSteps: 5 } });
		expect(refused).toMatchObject({ ok: false, problem: { code: 'impossible_recipe', errors: [{ field: 'recipe.objective', message: expect.stringContaining('one kind') as string }] } });
		expect(valueOf(await prepareRun(world.app, world.admin, { slug: kto.slug, snapshotId })).snapshot.oneKindOnly).toBe(true);
	});

	it('is refused when it names another adapter than the one that it goes on with; one that names none takes it', async () => {
		const first = await queuedRun(world, slug, { maxSteps: 10, saveSteps: 2, loraRank: 4, loraAlpha: 12, targetModules: 'mlp' });
		const attempt = await begun(first);
		await progress(first, attempt);
		const parentCheckpointId = (await registerCheckpoint(world.app, trained(first, attempt))) ?? '';
		const snapshotId = await importedSnapshot(world, slug);
		const start = (recipe: Record<string, unknown>) => startRun(world.app, world.admin, { slug, snapshotId, parentCheckpointId, recipe: { maxSteps: 10, saveSteps: 2, ...recipe } });
		for (const [field, other] of [['loraRank', 8], ['loraAlpha', 32], ['targetModules', 'all-linear']] as const) {
			expect(await start({ [field]: other })).toMatchObject({ ok: false, problem: { code: 'impossible_recipe', errors: [{ field: `recipe.${field}` }] } });
		}
		expect((await run(valueOf(await start({})).id)).recipe).toMatchObject({ loraRank: 4, loraAlpha: 12, targetModules: 'mlp' });
		const { parents } = valueOf(await prepareRun(world.app, world.admin, { slug, snapshotId }));
		expect(parents.find((parent) => parent.id === parentCheckpointId)?.facts.adapter).toMatchObject({ loraRank: 4, loraAlpha: 12, targetModules: 'mlp' });
	});

	it('has a job if and only if it has a row', async () => {
		const id = await queuedRun(world, slug);
		expect(await jobs(id)).toBe(1);
		expect(await run(id)).toMatchObject({ status: 'queued', attempt: 0, desiredState: 'run' });
	});
});

describe('an attempt', () => {
	it('is begun by one of sixteen workers that were told of the run at once', async () => {
		const runId = await queuedRun(world, slug);
		const all = await Promise.all(Array.from({ length: 16 }, (_, i) => beginAttempt(world.app, { runId, workerId: i % 2 ? one : two })));
		expect(all.filter(Boolean)).toHaveLength(1);
		expect(await run(runId)).toMatchObject({ status: 'preparing', attempt: 1 });
		expect(await rowsOf(world.app.db, sql`select count(*)::int as n from run_attempts where run_id = ${runId}`)).toEqual([{ n: 1 }]);
	});

	it('whose lease lapsed is followed by another, and can do nothing any more', async () => {
		const runId = await queuedRun(world, slug);
		const first = await begun(runId, one);
		expect(await progress(runId, first, steps(1, 6, 0.9))).toBe(true);
		expect((await sweep(world.app)).runs).toBe(0);
		await lapse(runId);
		// Two sweepers at once put it back once.
		const swept = await Promise.all([sweep(world.app), sweep(world.app)]);
		expect(swept[0].runs + swept[1].runs).toBe(1);
		expect(await run(runId)).toMatchObject({ status: 'queued', attempt: 1 });
		expect(await jobs(runId)).toBe(2);

		const second = await begun(runId, two);
		expect(second).toBe(2);
		// The first one wakes up: paused host, lost network.
		expect(await renewAttempt(world.app, { runId, attempt: first })).toBeNull();
		expect(await progress(runId, first, steps(7, 9, 66))).toBe(false);
		expect(await registerCheckpoint(world.app, trained(runId, first))).toBeNull();
		await endWithoutCheckpoint(world.app, { runId, attempt: first, exitCode: 1, problem: { code: 'x', message: 'x' } });
		expect(await run(runId)).toMatchObject({ status: 'preparing', attempt: 2, problem: null, checkpoint: null });

		// Resumed from step 4: the steps that come again replace those of before.
		expect(await progress(runId, second, steps(5, 10, 0.5))).toBe(true);
		const metrics = valueOf(await readRunMetrics(world.app, world.admin, { runId }));
		expect(metrics.map(({ step, attempt, values }) => [step, attempt, values['loss']])).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((step) => (step < 5 ? [step, 1, 0.9] : [step, 2, 0.5])));
		expect(valueOf(await readRunMetrics(world.app, world.admin, { runId, since: 8 })).map(({ step }) => step)).toEqual([9, 10]);

		expect(await renewAttempt(world.app, { runId, attempt: second })).toBe('run');
		const checkpointId = await registerCheckpoint(world.app, trained(runId, second));
		expect(await run(runId)).toMatchObject({ status: 'succeeded', checkpoint: { id: checkpointId } });
		// Twice is refused: the run is over.
		expect(await registerCheckpoint(world.app, trained(runId, second))).toBeNull();
		expect(await rowsOf(world.app.db, sql`select count(*)::int as n from checkpoints where run_id = ${runId}`)).toEqual([{ n: 1 }]);
		const { attempts } = valueOf(await readRunRecord(world.app, world.admin, { runId }));
		expect(attempts.map(({ number, workerId, problem }) => [number, workerId, problem?.code ?? null])).toEqual([[1, one, 'worker_lost'], [2, two, null]]);
	});

	it('that ends together with another gives its checkpoint a name of its own', async () => {
		const { id, slug } = await world.project({ rows: pairRows(20) });
		const ending: { runId: string; attempt: number }[] = [];
		for (const runId of [await queuedRun(world, slug), await queuedRun(world, slug)]) {
			const attempt = await begun(runId);
			await progress(runId, attempt);
			ending.push({ runId, attempt });
		}
		let registered: Promise<unknown> | null = null;
		await world.app.db.transaction(async (tx) => {
			// A checkpoint cannot be written while its project is held: both have come as far as they can when this lets go.
			await tx.execute(sql`select 1 from projects where id = ${id} for update`);
			registered = Promise.all(ending.map(({ runId, attempt }) => registerCheckpoint(world.app, trained(runId, attempt))));
			await untilWaiting(world, 2);
		});
		await registered;
		expect((await checkpoints.list(world.app.db, id)).flatMap(({ kind, name }) => (kind === 'base' ? [] : [name])).sort()).toEqual(['r1-dpo-1', 'r1-dpo-2']);
	});

	it('that broke off too often ends the run instead of going round for ever', async () => {
		const runId = await queuedRun(world, slug);
		for (let attempt = 1; attempt <= MAX_FRUITLESS_ATTEMPTS; attempt++) {
			expect(await begun(runId)).toBe(attempt);
			await lapse(runId);
			await sweep(world.app);
		}
		expect(await run(runId)).toMatchObject({ status: 'failed', problem: { code: 'worker_lost' } });
		expect(await endings(runId)).toEqual([...Array<unknown>(MAX_FRUITLESS_ATTEMPTS - 1).fill({ action: 'run.requeue', code: 'worker_lost' }), { action: 'run.failed', code: 'worker_lost' }]);
		expect(await beginAttempt(world.app, { runId, workerId: one })).toBeNull();
	});

	it('and had got further, or was given back by a worker that went down or could not reach what it needs, is not held against the run', async () => {
		const runId = await queuedRun(world, slug);
		for (let round = 1; round <= MAX_FRUITLESS_ATTEMPTS + 1; round++) {
			const saving = await begun(runId);
			await recordProgress(world.app, { runId, attempt: saving }, { metrics: [], log: [], events: [{ kind: 'saved', data: { step: round } }], status: 'running' });
			await lapse(runId);
			await sweep(world.app);
			await requeueAttempt(world.app, { runId, attempt: await begun(runId), problem: { code: 'worker_stopped', message: 'The worker was stopped.' }, exitCode: 0 });
			await requeueAttempt(world.app, { runId, attempt: await begun(runId), problem: { code: 'out_of_reach', message: 'The scheduler does not answer.' }, exitCode: null });
		}
		expect(await run(runId)).toMatchObject({ status: 'queued', problem: null });
		// The same save again is no progress.
		for (let attempt = 1; attempt <= MAX_FRUITLESS_ATTEMPTS; attempt++) {
			await recordProgress(world.app, { runId, attempt: await begun(runId) }, { metrics: [], log: [], events: [{ kind: 'saved', data: { step: 2 } }], status: 'running' });
			await lapse(runId);
			await sweep(world.app);
		}
		expect(await run(runId)).toMatchObject({ status: 'failed', problem: { code: 'worker_lost' } });
	});
});

describe('a disk that is full', () => {
	const full = async (runId: string, saved?: number) => {
		const attempt = await begun(runId);
		if (saved !== undefined) await recordProgress(world.app, { runId, attempt }, { metrics: [], log: [], events: [{ kind: 'saved', data: { step: saved } }], status: 'running' });
		await requeueAttempt(world.app, { runId, attempt, problem: { code: 'disk_full', message: 'The disk is full.' }, exitCode: 1 });
	};

	it('ends a run that gets no further for it, and none that does', async () => {
		const runId = await queuedRun(world, slug);
		for (let step = 1; step <= MAX_FRUITLESS_ATTEMPTS + 1; step++) await full(runId, step);
		for (let times = 1; times < MAX_FRUITLESS_ATTEMPTS; times++) await full(runId);
		expect(await run(runId)).toMatchObject({ status: 'queued', problem: null });
		await full(runId);
		expect(await run(runId)).toMatchObject({ status: 'failed', problem: { code: 'disk_full' } });
	});
});

describe('a pause that comes when there is nothing left to train', () => {
	it.each([['waited out', false], ['taken back', true]])('changes nothing, %s: the run is done, and is measured', async (_, takenBack) => {
		const runId = await queuedRun(world, slug);
		const attempt = await begun(runId);
		await progress(runId, attempt, steps(1, 10, 0.5));
		expect(valueOf(await pauseRun(world.app, world.admin, runId))).toEqual({ status: 'stopping' });
		if (takenBack) expect(valueOf(await continueRun(world.app, world.admin, runId))).toEqual({ status: 'stopping' });
		const checkpointId = await registerCheckpoint(world.app, trained(runId, attempt));
		expect(await run(runId)).toMatchObject({ status: 'succeeded', problem: null, checkpoint: { id: checkpointId } });
		expect(await rowsOf(world.app.db, sql`select status from evaluations where checkpoint_id = ${checkpointId}`)).toEqual([{ status: 'queued' }]);
	});
});

describe('stopping', () => {
	const cancel = (runId: string, keep: boolean) => cancelRun(world.app, world.admin, { runId, keep });

	it('ends a run at once that nobody has begun, and only once', async () => {
		const runId = await queuedRun(world, slug);
		expect(valueOf(await cancel(runId, true))).toEqual({ status: 'cancelled' });
		expect(problemOf(await cancel(runId, true))).toBe('already_decided');
		expect(await endings(runId)).toEqual([CANCELLED]);
		expect(await beginAttempt(world.app, { runId, workerId: one })).toBeNull();
	});

	it('says so to the attempt, which keeps its last checkpoint; nothing follows by itself', async () => {
		const runId = await queuedRun(world, slug);
		const attempt = await begun(runId);
		await progress(runId, attempt, steps(1, 4, 1));
		expect(valueOf(await cancel(runId, true))).toEqual({ status: 'stopping' });
		expect(await renewAttempt(world.app, { runId, attempt })).toBe('cancel_keep');
		const checkpointId = await registerCheckpoint(world.app, trained(runId, attempt, 4));
		expect(checkpointId).not.toBeNull();
		expect(await run(runId)).toMatchObject({ status: 'cancelled', problem: null, checkpoint: { id: checkpointId } });
		expect(await rowsOf(world.app.db, sql`select count(*)::int as n from evaluations where checkpoint_id = ${checkpointId}`)).toEqual([{ n: 0 }]);
		expect(await endings(runId)).toEqual([CANCELLED]);
	});

	it('without keeping leaves no checkpoint, also when it is said while the checkpoint is stored', async () => {
		const runId = await queuedRun(world, slug);
		const attempt = await begun(runId);
		await progress(runId, attempt);
		valueOf(await cancel(runId, false));
		expect(await registerCheckpoint(world.app, trained(runId, attempt))).toBeNull();
		expect(await run(runId)).toMatchObject({ status: 'cancelled', problem: null, checkpoint: null });
		const { attempts, events } = valueOf(await readRunRecord(world.app, world.admin, { runId }));
		expect(attempts).toMatchObject([{ exitCode: 0, problem: null, endedAt: expect.any(String) as string }]);
		expect(events.at(-1)).toMatchObject({ kind: 'cancelled', attempt });
	});

	it('without keeping ends cancelled, also when the worker is gone before it could obey', async () => {
		const runId = await queuedRun(world, slug);
		const attempt = await begun(runId);
		await progress(runId, attempt);
		valueOf(await cancel(runId, false));
		await endWithoutCheckpoint(world.app, { runId, attempt, exitCode: 143, problem: { code: 'killed', message: 'It was ended.' } });
		expect(await run(runId)).toMatchObject({ status: 'cancelled', problem: null });

		const orphan = await queuedRun(world, slug);
		await begun(orphan);
		valueOf(await cancel(orphan, false));
		await lapse(orphan);
		await sweep(world.app);
		expect(await run(orphan)).toMatchObject({ status: 'cancelled' });
		expect([await endings(runId), await endings(orphan)]).toEqual([[CANCELLED], [{ action: 'run.cancelled', code: 'worker_lost' }]]);
		expect(await jobs(orphan)).toBe(1);
	});

	it('with keeping goes back in line when the worker is gone: another one collects what was saved', async () => {
		const runId = await queuedRun(world, slug);
		await progress(runId, await begun(runId), steps(1, 4, 1));
		valueOf(await cancel(runId, true));
		await lapse(runId);
		await sweep(world.app);
		expect(await run(runId)).toMatchObject({ status: 'queued', desiredState: 'cancel_keep' });
		const attempt = await begun(runId, two);
		const checkpointId = await registerCheckpoint(world.app, trained(runId, attempt, 4));
		expect(await run(runId)).toMatchObject({ status: 'cancelled', checkpoint: { id: checkpointId } });
	});
});

describe('the database', () => {
	it('knows the same transitions as the domain, and refuses every other', async () => {
		const kept = await rowsOf<{ from: string; to: string }>(world.app.db, sql`select "from", "to" from run_transitions`);
		const known = Object.entries(TRANSITIONS).flatMap(([from, list]) => list.map((to) => `${from} → ${to}`));
		expect(kept.map(({ from, to }) => `${from} → ${to}`).sort()).toEqual(known.sort());
		const runId = await queuedRun(world, slug);
		const legal: string[] = [];
		for (const from of RUN_STATUSES) {
			for (const to of RUN_STATUSES.filter((status) => status !== from)) {
				const [copy] = await rowsOf<{ id: string }>(
					world.app.db,
					sql`insert into runs (project_id, round_id, snapshot_id, snapshot_sha256, parent_checkpoint_id, objective, recipe, created_by, status)
						select project_id, round_id, snapshot_id, snapshot_sha256, parent_checkpoint_id, objective, recipe, created_by, ${from} from runs where id = ${runId} returning id`
				);
				const changed = await world.app.db.execute(sql`update runs set status = ${to} where id = ${copy?.id ?? ''}`).then(
					() => true,
					() => false
				);
				if (changed) legal.push(`${from} → ${to}`);
			}
		}
		expect(legal.sort()).toEqual(known.sort());
		await world.app.db.execute(sql`update runs set status = 'cancelled' where status in ('queued', 'waiting', 'preparing', 'running', 'stopping')`);
	});

	it('never lets an attempt’s number go back, nor an event be changed', async () => {
		const runId = await queuedRun(world, slug);
		await begun(runId);
		await expect(world.query(`update runs set attempt = 0 where id = '${runId}'`)).rejects.toThrow();
		await expect(world.query(`update run_events set kind = 'x' where run_id = '${runId}'`)).rejects.toThrow();
	});
});
