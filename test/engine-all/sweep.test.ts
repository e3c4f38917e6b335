import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { readCheckpoint } from '#lib/server/usecases/read-checkpoint.ts';
import { readRun, readRunMetrics } from '#lib/server/usecases/read-run.ts';
import { readSweep } from '#lib/server/usecases/read-sweep.ts';
import { startRun } from '#lib/server/usecases/start-run.ts';
import { startSweep } from '#lib/server/usecases/start-sweep.ts';
import { seededProject } from '../support/judged-project.ts';
import { importedSnapshot } from '../support/loop.ts';
import { startWorker, until } from '../support/worker.ts';
import type { WorkerProcess } from '../support/worker.ts';
import { createWorld, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';
import { pairs } from '../engine/rows.ts';

const RECIPE = { maxSteps: 12, saveSteps: 6, batchSize: 2, maxLength: 256, loraRank: 4, learningRate: 1e-3 };

let world: World;
let worker: WorkerProcess;
let slug: string;
let labelled: string;

beforeAll(async () => {
	const { model } = inject('engine');
	await writeFile(join(model.path, 'plumbline.json'), JSON.stringify({ modelType: model.modelType, template: model.template }));
	world = await createWorld({ PLUMBLINE_BASE_MODEL: model.path });
	const project = await seededProject(world, { overlap: 1, seed: 'real-sweep' });
	slug = project.slug;
	// Enough to tune on: a sweep calls no run the best under twenty groups of questions.
	await world.app.db.execute(sql`update projects set split_shares = '{"train": 0.4, "dev": 0.5, "test": 0.1}' where id = ${project.id}`);
	valueOf(await world.importRows(slug, pairs(64).map((pair) => ({ prompt: pair.messages.at(-1)?.content, chosen: pair.chosen, rejected: pair.rejected }))));
	labelled = await importedSnapshot(world, slug);
	worker = startWorker(world);
});
afterAll(async () => {
	await worker?.stop();
	await world?.close();
});

const seen = () => worker.output().slice(-3000);
const ended = (id: string) =>
	until('the end of a run', async () => {
		const now = valueOf(await readRun(world.app, world.admin, id));
		return ['succeeded', 'failed', 'cancelled'].includes(now.status) && now;
	}, 600, seen);

it('a sweep trains its points one by one and ranks them by what they make of the tuning questions', async () => {
	const recipe = { ...RECIPE, rpoAlpha: null };
	const made = valueOf(await startSweep(world.app, world.admin, { slug, snapshotId: labelled, recipe, plan: { method: 'grid', settings: { learningRate: [1e-6, 5e-3] } } }));
	for (const id of made.runs) expect(await ended(id)).toMatchObject({ status: 'succeeded', step: 12, problem: null });
	const view = await until('both scores', async () => {
		const now = valueOf(await readSweep(world.app, world.admin, made.id));
		return now.points.every(({ score }) => score) && now;
	}, 300, seen);
	// A rate of 1e-6 leaves an adapter as it began; one of 5e-3 learns these pairs by heart.
	expect(view.ranking).toMatchObject({ order: [made.runs[1], made.runs[0]], best: made.runs[1] });
	expect(view.points[1]?.score).toMatchObject({ kind: 'accuracy', figure: { value: 1, n: view.dev.comparisons } });
});

it('fine-tuning on accepted answers goes first, and the pairs go on from its adapter', async () => {
	const accepted = await importedSnapshot(world, slug, 'sft');
	const started = valueOf(await startRun(world.app, world.admin, { slug, snapshotId: labelled, recipe: RECIPE, stages: [{ snapshotId: accepted, recipe: { maxSteps: 8, saveSteps: 4 } }] }));
	const first = await ended(started.stages[0] ?? '');
	expect(first).toMatchObject({ objective: 'sft', status: 'succeeded', step: 8, problem: null });
	const second = await ended(started.id);
	expect(second).toMatchObject({ objective: 'dpo', status: 'succeeded', step: 12, problem: null, recipe: { reference: 'parent' } });
	const checkpoint = valueOf(await readCheckpoint(world.app, world.admin, second.checkpoint?.id ?? ''));
	expect(checkpoint).toMatchObject({ parent: { id: first.checkpoint?.id } });
	// Held to the model that the first stage made: at its first step the two are the same.
	const [step] = valueOf(await readRunMetrics(world.app, world.admin, { runId: started.id }));
	expect(step?.values['rewards/margins']).toBeCloseTo(0, 3);
});
