import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import * as evaluations from '#lib/server/db/evaluations.ts';
import { beginAttempt, recordProgress } from '#lib/server/usecases/attempt-run.ts';
import { cancelRun } from '#lib/server/usecases/cancel-run.ts';
import { continueRun, pauseRun } from '#lib/server/usecases/pause-run.ts';
import { readCheckpoint } from '#lib/server/usecases/read-checkpoint.ts';
import { readRun, readRunMetrics, readRunRecord } from '#lib/server/usecases/read-run.ts';
import { requeueAttempt } from '#lib/server/usecases/requeue-run.ts';
import { startRun } from '#lib/server/usecases/start-run.ts';
import { importedSnapshot, paperWorker } from '../support/loop.ts';
import { startWorker, until } from '../support/worker.ts';
import type { WorkerProcess } from '../support/worker.ts';
import { createWorld, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';
import { pairs } from './rows.ts';

let world: World;
let worker: WorkerProcess;
let slug: string;
/** A run whose attempt’s folder holds everything up to its last step. */
let finished: string;

beforeAll(async () => {
	const { model } = inject('engine');
	await writeFile(join(model.path, 'plumbline.json'), JSON.stringify({ modelType: model.modelType, template: model.template }));
	world = await createWorld({ PLUMBLINE_BASE_MODEL: model.path });
	slug = (await world.project({ systemPrompt: 'You are a careful legal assistant.', rows: pairs(60).map((pair) => ({ prompt: pair.messages.at(-1)?.content, chosen: pair.chosen, rejected: pair.rejected })) })).slug;
});
afterAll(async () => {
	await worker?.stop();
	await world?.close();
});

const seen = () => worker.output().slice(-3000);
const run = async (id: string) => valueOf(await readRun(world.app, world.admin, id));
async function start(maxSteps: number): Promise<string> {
	const recipe = { maxSteps, saveSteps: 25, batchSize: 2, maxLength: 256, loraRank: 4, learningRate: 1e-3, rpoAlpha: null };
	return valueOf(await startRun(world.app, world.admin, { slug, snapshotId: await importedSnapshot(world, slug), recipe })).id;
}

describe('a worker that is stopped', () => {
	it('lets a paused run wait and go on, gives its run back, and what it saved is kept when the run is stopped before the next attempt saves anew', async () => {
		const runId = await start(5000);
		worker = startWorker(world);
		await until('a save', async () => (await run(runId)).step >= 30, 180, seen);
		valueOf(await pauseRun(world.app, world.admin, runId));
		await until('the pause', async () => (await run(runId)).status === 'waiting', 60, seen);
		valueOf(await continueRun(world.app, world.admin, runId));
		await until('the second attempt’s engine', async () => (await run(runId)).attempt === 2 && (await run(runId)).status === 'running', 120, seen);
		expect(await worker.stop()).toBe(0);
		expect(await run(runId)).toMatchObject({ status: 'queued', attempt: 2, problem: null });
		worker = startWorker(world);
		await until('the third attempt', async () => (await run(runId)).attempt === 3, 60, seen);
		valueOf(await cancelRun(world.app, world.admin, { runId, keep: true }));
		const done = await until('the end', async () => (await run(runId)).status === 'cancelled' && (await run(runId)), 120, seen);
		const { attempts, events } = valueOf(await readRunRecord(world.app, world.admin, { runId }));
		expect(attempts.map(({ problem }) => problem?.code ?? null)).toEqual(['paused', 'worker_stopped', null]);
		expect(attempts[1]?.resumedFromStep).toBeGreaterThanOrEqual(25);
		expect(events.filter(({ kind, attempt }) => kind === 'saved' && attempt === 3)).toEqual([]);
		const checkpoint = valueOf(await readCheckpoint(world.app, world.admin, done.checkpoint?.id ?? ''));
		expect(checkpoint.step).toBeGreaterThanOrEqual(25);
	});

	it('gives an evaluation back, which the next one finishes', async () => {
		const runId = (finished = await start(50));
		const { id } = await until('the checkpoint', async () => (await run(runId)).checkpoint, 180, seen);
		const evaluation = () => evaluations.newestOf(world.app.db, id);
		await until('the evaluation', async () => (await evaluation())?.status === 'running', 60, seen);
		expect(await worker.stop()).toBe(0);
		expect(await evaluation()).toMatchObject({ status: 'queued', attempt: 1, problem: null });
		worker = startWorker(world);
		await until('its end', async () => (await evaluation())?.status === 'succeeded', 120, seen);
		expect(await evaluation()).toMatchObject({ attempt: 2, problem: null });
	});

	it('registers what an attempt had saved at its last step before it broke off, and trains no step more', async () => {
		await worker.stop();
		const { snapshot, recipe } = await run(finished);
		const runId = valueOf(await startRun(world.app, world.admin, { slug, snapshotId: snapshot.id, recipe })).id;
		const attempt = (await beginAttempt(world.app, { runId, workerId: await paperWorker(world) }))?.attempt ?? 0;
		await recordProgress(world.app, { runId, attempt }, { metrics: [], log: [], events: [], status: 'running', facts: { outputDir: join(world.dataDir, 'work', 'runs', finished, '1') } });
		await requeueAttempt(world.app, { runId, attempt, problem: { code: 'killed', message: 'It was killed.' }, exitCode: null });
		worker = startWorker(world);
		const done = await until('the end', async () => ['succeeded', 'failed'].includes((await run(runId)).status) && (await run(runId)), 180, seen);
		expect(done).toMatchObject({ status: 'succeeded', step: 50, attempt: 2, problem: null });
		const { attempts } = valueOf(await readRunRecord(world.app, world.admin, { runId }));
		expect(attempts.at(-1)?.argv).toBeNull(); // no engine was started
		expect(valueOf(await readRunMetrics(world.app, world.admin, { runId })).map(({ step }) => step)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
		expect(valueOf(await readCheckpoint(world.app, world.admin, done.checkpoint?.id ?? '')).step).toBe(50);
	});
});
