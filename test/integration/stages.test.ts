import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as evaluations from '#lib/server/db/evaluations.ts';
import * as rounds from '#lib/server/db/rounds.ts';
import { rowsOf } from '#lib/server/db/rows.ts';
import { beginAttempt, endWithoutCheckpoint, recordProgress } from '#lib/server/usecases/attempt-run.ts';
import { cloneRun } from '#lib/server/usecases/clone-run.ts';
import { cancelRun } from '#lib/server/usecases/cancel-run.ts';
import { loopRecord } from '#lib/server/usecases/loop-record.ts';
import { continueRun, pauseRun } from '#lib/server/usecases/pause-run.ts';
import { prepareRun } from '#lib/server/usecases/prepare-run.ts';
import { readRun } from '#lib/server/usecases/read-run.ts';
import { registerCheckpoint } from '#lib/server/usecases/register-checkpoint.ts';
import { startRun } from '#lib/server/usecases/start-run.ts';
import { importedSnapshot, paperWorker, trained } from '../support/loop.ts';
import { createWorld, pairRows, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
let project: { slug: string; id: string };
let pairs: string;
let accepted: string;
let worker: string;
beforeAll(async () => {
	world = await createWorld();
	project = await world.project({ rows: pairRows(40) });
	pairs = await importedSnapshot(world, project.slug);
	accepted = await importedSnapshot(world, project.slug, 'sft');
	worker = await paperWorker(world);
});
afterAll(() => world?.close());

const recipe = { maxSteps: 10, loraRank: 8 };
const start = (more: Partial<Parameters<typeof startRun>[2]> = {}) => startRun(world.app, world.admin, { slug: project.slug, snapshotId: pairs, recipe, stages: [{ snapshotId: accepted, recipe: { maxSteps: 6 } }], ...more });
const run = async (id: string) => valueOf(await readRun(world.app, world.admin, id));
async function started(): Promise<{ first: string; second: string }> {
	const { id, stages } = valueOf(await start());
	return { first: stages[0] ?? '', second: id };
}
async function train(runId: string): Promise<string> {
	const at = await beginAttempt(world.app, { runId, workerId: worker });
	if (!at) throw new Error('the run was not to be had');
	await recordProgress(world.app, { runId, attempt: at.attempt }, { metrics: [], log: [], events: [], status: 'running' });
	return (await registerCheckpoint(world.app, trained(runId, at.attempt))) ?? '';
}
const jobs = async (runId: string) => (await rowsOf<{ n: number }>(world.app.db, sql`select count(*)::int as n from pgboss.job where name = 'train' and data->>'runId' = ${runId}`))[0]?.n;

describe('a stage before a run', () => {
	it('is offered where a snapshot of the same judgments holds the accepted answers', async () => {
		const { stage } = valueOf(await prepareRun(world.app, world.admin, { slug: project.slug, snapshotId: pairs }));
		expect(stage).toMatchObject({ possible: true, snapshot: { id: accepted } });
		expect(valueOf(await prepareRun(world.app, world.admin, { slug: project.slug, snapshotId: accepted })).stage).toEqual({ possible: false, snapshot: null });
	});

	it('goes first; the run waits, says why, and starts from its checkpoint', async () => {
		const { first, second } = await started();
		expect(await run(first)).toMatchObject({ objective: 'sft', status: 'queued', maxSteps: 6, recipe: { loraRank: 8 }, next: { id: second } });
		expect(await run(second)).toMatchObject({ objective: 'dpo', status: 'waiting', waitingFor: { code: 'stage', objective: 'sft' }, recipe: { reference: 'parent' }, stage: { id: first } });
		expect([await jobs(first), await jobs(second)]).toEqual([1, 0]);
		// Nobody can have it before its time, not even by hand.
		await expect(world.app.db.execute(sql`update runs set status = 'queued' where id = ${second}`)).rejects.toMatchObject({ cause: { constraint_name: 'runs_after_its_stage' } });

		const checkpoint = await train(first);
		expect(await run(second)).toMatchObject({ status: 'queued', parent: { id: checkpoint }, reference: { id: checkpoint }, stage: { status: 'succeeded' } });
		expect(await jobs(second)).toBe(1);
		// The stage is measured beside what comes of it; only what comes of it is answered with and decided on.
		expect(await evaluations.newestOf(world.app.db, checkpoint)).toMatchObject({ status: 'queued', split: 'test' });
		expect(await rowsOf(world.app.db, sql`select 1 from generations where checkpoint_id = ${checkpoint}`)).toEqual([]);
		const round = (await rounds.list(world.app.db, project.id))[0];
		if (!round) throw new Error('the round is gone');
		expect(round.status).toBe('training');
		expect(await loopRecord(world.app.db, project.id, round)).toMatchObject({ run: { id: second }, atHand: null });
		// A copy of the run starts from that checkpoint too, without the stage.
		expect(valueOf(await prepareRun(world.app, world.admin, { slug: project.slug, snapshotId: pairs, fromRunId: second }))).toMatchObject({ parentId: checkpoint, from: { stage: null } });
		const last = await train(second);
		expect(await rowsOf(world.app.db, sql`select parent_id from checkpoints where id = ${last}`)).toEqual([{ parent_id: checkpoint }]);
	});

	it('takes the run along when it fails or is cancelled', async () => {
		const failing = await started();
		const at = await beginAttempt(world.app, { runId: failing.first, workerId: worker });
		await endWithoutCheckpoint(world.app, { runId: failing.first, attempt: at?.attempt ?? 0, exitCode: 1, problem: { code: 'out_of_memory', message: 'The memory was too small.' } });
		expect(await run(failing.second)).toMatchObject({ status: 'failed', problem: { code: 'stage_failed' } });
		// Tried again, both are: the form of a copy begins with the stage as it was.
		const { from, stage } = valueOf(await prepareRun(world.app, world.admin, { slug: project.slug, snapshotId: pairs, fromRunId: failing.second }));
		expect([from?.stage, stage.snapshot?.id]).toEqual([{ snapshotId: accepted, steps: 6, rate: (await run(failing.first)).recipe.learningRate }, accepted]);
		expect(valueOf(await cloneRun(world.app, world.admin, failing.second))).toMatchObject({ status: 'waiting', stages: [expect.any(String)] });

		const cancelled = await started();
		valueOf(await cancelRun(world.app, world.admin, { runId: cancelled.first, keep: true }));
		expect(await run(cancelled.second)).toMatchObject({ status: 'cancelled', problem: null });

		const kept = await started();
		valueOf(await cancelRun(world.app, world.admin, { runId: kept.second, keep: true }));
		expect([(await run(kept.first)).status, (await run(kept.second)).status]).toEqual(['queued', 'cancelled']);
		// It came too late for this run; a copy starts from it.
		const given = await train(kept.first);
		expect((await run(kept.second)).status).toBe('cancelled');
		expect(valueOf(await prepareRun(world.app, world.admin, { slug: project.slug, snapshotId: pairs, fromRunId: kept.second }))).toMatchObject({ parentId: given, from: { stage: null } });
		const copy = valueOf(await cloneRun(world.app, world.admin, kept.second));
		expect(await run(copy.id)).toMatchObject({ status: 'queued', parent: { id: given }, reference: { id: given } });
	});

	it('lets a paused run wait on, and one that goes on before its time wait for it', async () => {
		const { first, second } = await started();
		valueOf(await pauseRun(world.app, world.admin, second));
		expect(valueOf(await continueRun(world.app, world.admin, second))).toEqual({ status: 'waiting' });
		valueOf(await pauseRun(world.app, world.admin, second));
		await train(first);
		expect(await run(second)).toMatchObject({ status: 'waiting', waitingFor: { code: 'paused' } });
		expect(valueOf(await continueRun(world.app, world.admin, second))).toEqual({ status: 'queued' });
	});

	it('that is paused when it has nothing left to train takes the run along no less', async () => {
		const { first, second } = await started();
		const at = await beginAttempt(world.app, { runId: first, workerId: worker });
		await recordProgress(world.app, { runId: first, attempt: at?.attempt ?? 0 }, { metrics: [], log: [], events: [], status: 'running' });
		valueOf(await pauseRun(world.app, world.admin, first));
		const checkpoint = await registerCheckpoint(world.app, trained(first, at?.attempt ?? 0));
		expect([(await run(first)).status, await run(second)]).toMatchObject(['succeeded', { status: 'queued', parent: { id: checkpoint } }]);
	});

	it('is refused with the run when either cannot work, or its judgments are others', async () => {
		const before = await rowsOf(world.app.db, sql`select count(*)::int as n from runs`);
		expect(await start({ stages: [{ snapshotId: accepted, recipe: { batchSize: 1000 } }] })).toMatchObject({ ok: false, problem: { code: 'impossible_recipe', errors: [{ field: 'stages[0].recipe.batchSize' }] } });
		expect(await start({ recipe: { ...recipe, batchSize: 1000 } })).toMatchObject({ ok: false, problem: { errors: [{ field: 'recipe.batchSize' }] } });
		// Both shape one adapter.
		expect(await start({ stages: [{ snapshotId: accepted, recipe: { maxSteps: 6, loraRank: 4 } }] })).toMatchObject({ ok: false, problem: { errors: [{ field: 'recipe.loraRank' }] } });
		expect(await start({ stages: [{ snapshotId: pairs }] })).toMatchObject({ ok: false, problem: { code: 'conflict', errors: [{ field: 'stages[0].snapshotId' }] } });
		const other = await world.project({ rows: pairRows(20) });
		expect(problemOf(await start({ stages: [{ snapshotId: await importedSnapshot(world, other.slug, 'sft') }] }))).toBe('not_found');
		valueOf(await world.importRows(project.slug, pairRows(5, 'later')));
		const later = await importedSnapshot(world, project.slug, 'sft');
		expect(await start({ stages: [{ snapshotId: later }] })).toMatchObject({ ok: false, problem: { code: 'conflict', detail: expect.stringContaining('5 comparisons') as string } });
		expect(await rowsOf(world.app.db, sql`select count(*)::int as n from runs`)).toEqual(before);
		// Of the newest accepted answers there is no stage any more; a copy keeps the stage that its original had.
		const { second } = await started();
		const offered = async (fromRunId?: string) => valueOf(await prepareRun(world.app, world.admin, { slug: project.slug, snapshotId: pairs, fromRunId })).stage.snapshot?.id;
		expect([await offered(), await offered(second)]).toEqual([undefined, accepted]);
	});
});
