import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { readRun, readRunMetrics, readRunRecord } from '#lib/server/usecases/read-run.ts';
import { startRun } from '#lib/server/usecases/start-run.ts';
import { pairs } from '../engine/rows.ts';
import { importedSnapshot } from '../support/loop.ts';
import { processesOf, startWorker, until } from '../support/worker.ts';
import type { WorkerProcess } from '../support/worker.ts';
import { createWorld, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';
import { startSlurm } from './slurm-cluster.ts';
import type { SlurmCluster } from './slurm-cluster.ts';

const STEPS = 300;

let cluster: SlurmCluster;
let world: World;
let worker: WorkerProcess;
let runId: string;
beforeAll(async () => {
	cluster = await startSlurm();
	const { model } = inject('engine');
	await writeFile(join(model.path, 'plumbline.json'), JSON.stringify({ modelType: model.modelType, template: model.template }));
	world = await createWorld({ PLUMBLINE_BASE_MODEL: model.path });
	const { slug } = await world.project({ systemPrompt: 'You are a careful legal assistant.', rows: pairs(60).map((pair) => ({ prompt: pair.messages.at(-1)?.content, chosen: pair.chosen, rejected: pair.rejected })) });
	const recipe = { maxSteps: STEPS, saveSteps: 25, batchSize: 2, maxLength: 256, loraRank: 4, learningRate: 1e-3, rpoAlpha: null };
	runId = valueOf(await startRun(world.app, world.admin, { slug, snapshotId: await importedSnapshot(world, slug), recipe, launcher: 'slurm' })).id;
});
afterAll(async () => {
	await worker?.stop();
	await world?.close();
	await cluster?.stop();
});

const seen = () => worker.output().slice(-3000);
const run = async () => valueOf(await readRun(world.app, world.admin, runId));

it('a run goes through Slurm, survives kill -9 of its worker in one engine only, and is registered', async () => {
	worker = startWorker(world);
	await until('a worker', async () => (await run()).waitingFor?.code !== 'no_worker', 60, seen);
	expect((await run()).waitingFor).toEqual({ code: 'no_launcher', launcher: 'slurm' });
	await worker.stop();

	worker = startWorker(world, { PLUMBLINE_LAUNCHERS: 'local,slurm', SLURM_CONF: process.env.SLURM_CONF ?? '' });
	await until('steps in Slurm', async () => (await run()).step >= 60, 180, seen);
	const placed = valueOf(await readRunRecord(world.app, world.admin, { runId })).events.filter(({ kind }) => kind === 'placed');
	expect(placed.at(-1)?.data).toMatchObject({ launcher: 'slurm', state: 'running' });

	await worker.kill9();
	worker = startWorker(world, { PLUMBLINE_LAUNCHERS: 'local,slurm', SLURM_CONF: process.env.SLURM_CONF ?? '' });
	await until('the second attempt', async () => (await run()).attempt === 2 && (await run()).status === 'running', 180, seen);
	expect(await processesOf(`${runId}.1`)).toEqual([]);
	await until('the end', async () => (await run()).status === 'succeeded', 240, seen);
	const { attempts } = valueOf(await readRunRecord(world.app, world.admin, { runId }));
	expect(attempts.map(({ problem }) => problem?.code ?? null)).toEqual(['worker_lost', null]);
	expect(attempts[1]?.resumedFromStep).toBeGreaterThanOrEqual(25);
	const steps = valueOf(await readRunMetrics(world.app, world.admin, { runId })).map(({ step }) => step);
	expect(steps).toEqual(Array.from({ length: STEPS }, (_, i) => i + 1));
}, 900_000);
