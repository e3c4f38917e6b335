import { readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, inject, it } from 'vitest';
import { plannedSteps } from '#lib/domain/training-recipe.ts';
import { trainArgv } from '../../workers/engine/swift/argv.ts';
import { engineEnv } from '../../workers/engine/swift/engine-env.ts';
import { lastCheckpoint } from '../../workers/engine/swift/last-checkpoint.ts';
import { PICKLED } from '../../workers/engine/swift/pickled.ts';
import { verifyAdapter } from '../../workers/engine/swift/verify.ts';
import { run } from '../../workers/process/run.ts';
import { pairRows, pairs, writeRows } from '../engine/rows.ts';
import { must, recipe, steps, train } from '../engine/train.ts';

const { environment, model, dir } = inject('engine');
const scripts = { cacheDir: join(dir, 'cache'), threads: 2 };

it('two processes train one adapter by DDP, each on half of every batch', async () => {
	const ddp = recipe('dpo', { maxSteps: 3, batchSize: 2, strategy: 'ddp', gpus: 2 });
	const { outcome, events } = await train('ddp', { recipe: ddp, threads: 1 });
	const checkpoint = must(outcome);
	expect(checkpoint).toMatchObject({ step: 3, rows: 24 });
	// 24 rows, 4 a step: three steps are half of the data.
	expect(events.findLast((event) => event.type === 'metrics')).toMatchObject({ step: 3, epoch: 0.5 });
	expect(must(await verifyAdapter(environment, model, checkpoint.path, scripts)).changed).toBe(true);
});

it('of rows that two processes cannot share evenly one is left out by us and told, and every other is trained on', async () => {
	const ddp = recipe('dpo', { maxSteps: null, epochs: 1, batchSize: 2, gradientAccumulation: 1, strategy: 'ddp', gpus: 2 });
	const { outcome, prepared, events } = await train('ddp-odd', { recipe: ddp, threads: 1 }, { rows: pairRows(pairs(25)) });
	expect([prepared.dropped, prepared.rowPlan, prepared.expectedRows]).toEqual([[{ index: 24, reason: 'device_remainder' }], { dropped: [24], order: null }, 24]);
	expect((await readFile(prepared.dataset, 'utf8')).trim().split('\n')).toEqual(pairRows(pairs(24)).map((row) => JSON.stringify(row)));
	const planned = plannedSteps(ddp, 25);
	expect(must(outcome)).toMatchObject({ step: planned, maxSteps: planned, rows: 24 });
	expect(events.findLast((event) => event.type === 'metrics')).toMatchObject({ step: planned, maxSteps: planned, epoch: 1 });
});

it('two processes share a model by FSDP2, whose saves are whole checkpoints that it goes on from', async () => {
	const onCpu = { ...environment, swiftCli: fileURLToPath(new URL('fsdp_on_cpu', import.meta.url)) };
	const fsdp2 = recipe('dpo', { maxSteps: 4, saveSteps: 2, batchSize: 2, strategy: 'fsdp2', gpus: 2, gradientCheckpointing: 'on' });
	const checkpoint = must((await train('fsdp2', { recipe: fsdp2, threads: 1 }, { environment: onCpu })).outcome);
	expect(checkpoint).toMatchObject({ step: 4, rows: 24 });
	expect((await readdir(checkpoint.path)).filter((name) => !PICKLED.test(name))).toEqual(expect.arrayContaining(['adapter_config.json', 'adapter_model.safetensors']));
	expect(must(await verifyAdapter(environment, model, checkpoint.path, scripts)).changed).toBe(true);
	// As after a crash behind the first save.
	await rm(checkpoint.path, { recursive: true });
	const again = await train('fsdp2-again', { recipe: fsdp2, threads: 1, resumeFrom: join(dir, 'fsdp2') }, { environment: onCpu });
	expect([again.prepared.resumeCheckpoint?.step, steps(again.events), must(again.outcome).step]).toEqual([2, [3, 4], 4]);
});

it('two machines train one adapter, met at the first one’s address', async () => {
	const dataset = await writeRows(join(dir, 'nodes.jsonl'), pairRows(pairs(24)));
	const two = recipe('dpo', { maxSteps: 3, batchSize: 2, strategy: 'ddp', gpus: 1, nodes: 2 });
	const outputDir = join(dir, 'nodes-output');
	const node = (rank: number) => {
		const { argv, env } = trainArgv(two, {
			python: environment.python, cli: environment.swiftCli, model: model.path, modelType: model.modelType, template: model.template,
			dataset, datasetBytes: 10_000, outputDir, dataSeed: 42, device: 'cpu', threads: 1, node: { rank, masterAddress: '127.0.0.1', masterPort: 29_541 }
		});
		return run(argv, { env: engineEnv(join(dir, `nodes-cache-${rank}`), env), timeoutMs: 300_000 });
	};
	const ended = await Promise.all([node(0), node(1)]);
	expect(ended.map(({ code }) => code), ended.map(({ stderr }) => stderr.slice(-1500)).join('\n')).toEqual([0, 0]);
	const checkpoint = await lastCheckpoint(outputDir);
	expect(checkpoint).toMatchObject({ step: 3, maxSteps: 3 });
	expect(await readFile(join(outputDir, 'logging.jsonl'), 'utf8')).toContain('"3/3"');
	expect(must(await verifyAdapter(environment, model, checkpoint?.path ?? '', scripts)).changed).toBe(true);
});
