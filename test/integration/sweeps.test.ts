import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as evaluations from '#lib/server/db/evaluations.ts';
import { rowsOf } from '#lib/server/db/rows.ts';
import * as rounds from '#lib/server/db/rounds.ts';
import { beginAttempt, endWithoutCheckpoint } from '#lib/server/usecases/attempt-run.ts';
import { cancelSweep } from '#lib/server/usecases/cancel-sweep.ts';
import { cloneRun } from '#lib/server/usecases/clone-run.ts';
import { decide } from '#lib/server/usecases/decide.ts';
import { loopRecord } from '#lib/server/usecases/loop-record.ts';
import { prepareRun } from '#lib/server/usecases/prepare-run.ts';
import { readCheckpoint } from '#lib/server/usecases/read-checkpoint.ts';
import { readRun } from '#lib/server/usecases/read-run.ts';
import { listSweeps, readSweep } from '#lib/server/usecases/read-sweep.ts';
import { startSweep } from '#lib/server/usecases/start-sweep.ts';
import { seededProject } from '../support/judged-project.ts';
import { importedSnapshot, paperWorker, playPoint } from '../support/loop.ts';
import { createWorld, pairRows, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
let project: { slug: string; id: string };
let snapshotId: string;
let worker: string;
const recipe = { maxSteps: 10, saveSteps: 5 };
const start = (plan: Parameters<typeof startSweep>[2]['plan'], more: Partial<Parameters<typeof startSweep>[2]> = {}) => startSweep(world.app, world.admin, { slug: project.slug, snapshotId, recipe, plan, ...more });
const written = () => rowsOf(world.app.db, sql`select (select count(*)::int from runs) as runs, (select count(*)::int from sweeps) as sweeps, (select count(*)::int from pgboss.job) as jobs`);

beforeAll(async () => {
	world = await createWorld();
	project = await seededProject(world, { overlap: 1, seed: 'sweeps' });
	// Twenty groups to tune on need no more than sixty questions when half of them are kept for that.
	await world.app.db.execute(sql`update projects set split_shares = '{"train": 0.4, "dev": 0.5, "test": 0.1}' where id = ${project.id}`);
	valueOf(await world.importRows(project.slug, pairRows(60)));
	snapshotId = await importedSnapshot(world, project.slug);
	worker = await paperWorker(world);
});
afterAll(() => world?.close());

const play = (runId: string, right: number) => playPoint(world, { runId, workerId: worker, right });

describe('a sweep that cannot work', () => {
	it('is refused whole when one point is, with the point and its field', async () => {
		const before = await written();
		const refused = await start({ method: 'grid', settings: { beta: [0.1, 0.5], loraRank: [8, 9999] } });
		expect(refused).toMatchObject({ ok: false, problem: { code: 'impossible_recipe', detail: expect.stringContaining('2 of 4') as string, errors: [{ field: 'points[1].recipe.loraRank', message: expect.stringContaining('beta 0.1, loraRank 9999') as string }, { field: 'points[3].recipe.loraRank' }] } });
		expect(await start({ method: 'grid', settings: { maxSteps: [3, 10] } })).toMatchObject({ ok: false, problem: { errors: [{ field: 'points[0].recipe.saveSteps' }] } });
		expect(problemOf(await start({ method: 'grid', settings: { gpus: [1, 2] } }))).toBe('invalid_input');
		expect(problemOf(await start({ method: 'grid', settings: { beta: [0.1, 0.2] } }, { priority: 1000 }))).toBe('invalid_input');
		expect(await written()).toEqual(before);
	});

	it('is refused where the snapshot has nothing to tune on', async () => {
		const bare = await seededProject(world, { overlap: 1, seed: 'no-dev' });
		await world.app.db.execute(sql`update projects set split_shares = '{"train": 0.8, "dev": 0, "test": 0.2}' where id = ${bare.id}`);
		valueOf(await world.importRows(bare.slug, pairRows(20)));
		const refused = await start({ method: 'grid', settings: { beta: [0.1, 0.2] } }, { slug: bare.slug, snapshotId: await importedSnapshot(world, bare.slug) });
		expect(refused).toMatchObject({ ok: false, problem: { code: 'conflict', errors: [{ field: 'snapshotId' }] } });
	});

	it('is refused on another project’s snapshot', async () => {
		const elsewhere = (await world.project({ rows: pairRows(20) })).slug;
		expect(problemOf(await start({ method: 'grid', settings: { beta: [0.1, 0.2] } }, { snapshotId: await importedSnapshot(world, elsewhere) }))).toBe('not_found');
	});
});

describe('a sweep', () => {
	it('puts one run in line for each point, behind single runs, and keeps what was asked for', async () => {
		const plan = { method: 'random' as const, settings: { learningRate: { from: 1e-5, to: 1e-3 }, beta: { from: 0.05, to: 0.5 } }, count: 3, seed: 7 };
		const made = valueOf(await start(plan));
		const views = await Promise.all(made.runs.map(async (id) => valueOf(await readRun(world.app, world.admin, id))));
		expect(views.map(({ status, priority, sweep }) => [status, priority, sweep])).toEqual([1, 2, 3].map((point) => ['queued', -10, { id: made.id, point }]));
		expect(new Set(views.map(({ recipe: { learningRate } }) => learningRate)).size).toBe(3);
		const view = valueOf(await readSweep(world.app, world.admin, made.id));
		expect(view).toMatchObject({ plan, ranking: { order: [], best: null }, points: [{ point: 1, score: null }, { point: 2 }, { point: 3 }] });
		expect(view.differing.map(({ field }) => field).toSorted()).toEqual(['beta', 'learningRate']);
		expect(valueOf(await listSweeps(world.app, world.admin, project.slug))[0]).toMatchObject({ id: made.id, states: { queued: 3 } });
		// A worker takes one; what waits is taken out of line, and nothing twice.
		await beginAttempt(world.app, { runId: made.runs[1] ?? '', workerId: worker });
		expect(valueOf(await cancelSweep(world.app, world.admin, made.id))).toEqual({ cancelled: 2 });
		expect(valueOf(await readSweep(world.app, world.admin, made.id)).points.map(({ status }) => status)).toEqual(['cancelled', 'preparing', 'cancelled']);
		expect(problemOf(await cancelSweep(world.app, world.admin, made.id))).toBe('already_decided');
		await endWithoutCheckpoint(world.app, { runId: made.runs[1] ?? '', attempt: 1, exitCode: 1, problem: { code: 'killed', message: 'It was killed.' } });
	});

	it('ranks its points on dev questions only, shows what ended badly, and leaves the round where it was', async () => {
		const made = valueOf(await start({ method: 'grid', settings: { beta: [0.05, 0.1], loraRank: [4, 8] } }));
		const [poor, good, near, broken] = made.runs as [string, string, string, string];
		const { dev } = valueOf(await readSweep(world.app, world.admin, made.id));
		expect(dev.groups).toBeGreaterThanOrEqual(20);
		await play(poor, Math.floor(dev.comparisons * 0.2));
		const checkpointId = await play(good, dev.comparisons - 2);
		await play(near, dev.comparisons - 3);
		await beginAttempt(world.app, { runId: broken, workerId: worker });
		await endWithoutCheckpoint(world.app, { runId: broken, attempt: 1, exitCode: 1, problem: { code: 'out_of_memory', message: 'The memory was too small.' } });

		const view = valueOf(await readSweep(world.app, world.admin, made.id));
		expect(view.ranking).toEqual({ order: [good, near, poor], best: good, close: [near] });
		expect(view.points[1]?.score).toMatchObject({ kind: 'accuracy', figure: { n: dev.comparisons, tooFew: false, low: expect.any(Number) as number } });
		expect(view.points[3]).toMatchObject({ status: 'failed', problem: { code: 'out_of_memory' }, checkpoint: null, score: null });

		expect(await evaluations.newestOf(world.app.db, checkpointId)).toBeNull();
		expect(await world.query(`select 1 from generations where project_id = '${project.id}'`)).toEqual([]);
		expect(valueOf(await readCheckpoint(world.app, world.admin, checkpointId))).toMatchObject({ sweep: { id: made.id, point: 2 }, evaluation: { results: { split: 'dev' } } });
		expect(problemOf(await decide(world.app, world.admin, { checkpointId, decision: 'promote', reason: 'The best.' }))).toBe('conflict');
		// Its settings in earnest: a run like any other, which does not wait where the points waited.
		expect(valueOf(await prepareRun(world.app, world.admin, { slug: project.slug, snapshotId, fromRunId: good })).from).toMatchObject({ id: good, priority: 0 });
		const round = (await rounds.list(world.app.db, project.id))[0];
		if (!round) throw new Error('the round is gone');
		expect(round.status).toBe('collecting');
		expect(await loopRecord(world.app.db, project.id, round)).toMatchObject({ run: null, atHand: null, snapshot: { id: snapshotId } });
		expect(valueOf(await readRun(world.app, world.admin, valueOf(await cloneRun(world.app, world.admin, good)).id))).toMatchObject({ clonedFrom: good, priority: 0, sweep: null, recipe: { beta: 0.05, loraRank: 8 } });
		expect((await rounds.byId(world.app.db, round.id))?.status).toBe('training');
	});
});
