import { cp } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { ExportPlan } from '#lib/domain/checkpoint-export.ts';
import { FIRST_SUITE } from '#lib/domain/suite/check.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import { decide } from '#lib/server/usecases/decide.ts';
import { freezeSnapshot } from '#lib/server/usecases/freeze-snapshot.ts';
import { listExports } from '#lib/server/usecases/list-exports.ts';
import { readCheckpoint } from '#lib/server/usecases/read-checkpoint.ts';
import { readRounds } from '#lib/server/usecases/read-rounds.ts';
import { readRun, readRunMetrics, readRunRecord } from '#lib/server/usecases/read-run.ts';
import { startExport } from '#lib/server/usecases/start-export.ts';
import { putSuite } from '#lib/server/usecases/put-suite.ts';
import { readSuiteRuns } from '#lib/server/usecases/read-suite-runs.ts';
import { startRun } from '#lib/server/usecases/start-run.ts';
import { startSuiteRun } from '#lib/server/usecases/start-suite-run.ts';
import { submitJudgment } from '#lib/server/usecases/submit-judgment.ts';
import { takeExport } from '#lib/server/usecases/take-export.ts';
import { PASSWORD } from '../support/password.ts';
import { createWorld, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';
import { processesOf, startWorker, until } from '../support/worker.ts';
import type { WorkerProcess } from '../support/worker.ts';
import { pairs } from './rows.ts';
import { servedByWorker } from './served-by-worker.ts';

const STEPS = 400;

let world: World;
let worker: WorkerProcess;
let slug: string;
let engineer: Actor;
let reviewer: Actor;
let runId: string;

beforeAll(async () => {
	const { model, dir } = inject('engine');
	// As one from a hub: its folder says nothing of how the engine reads it.
	const base = join(dir, 'base', '0123456789abcdef0123456789abcdef01234567');
	await cp(model.path, base, { recursive: true, filter: (path) => basename(path) !== 'plumbline.json' });
	world = await createWorld({ PLUMBLINE_BASE_MODEL: base });
	slug = (await world.project({ systemPrompt: 'You are a careful legal assistant.' })).slug;
	engineer = await world.person('engineer', { slug, role: 'engineer' });
	reviewer = await world.person('reviewer', { slug, role: 'reviewer' });
	const labelled = pairs(60).map((pair) => ({ prompt: pair.messages.at(-1)?.content, chosen: pair.chosen, rejected: pair.rejected }));
	const alone = pairs(120).slice(60).map((pair, i) => ({ prompt: pair.messages.at(-1)?.content, completion: i % 2 ? pair.chosen : pair.rejected, label: i % 2 === 1 }));
	const fresh = Array.from({ length: 4 }, (_, i) => ({ messages: [{ role: 'user', content: `A new question ${i} for round 2?` }] }));
	valueOf(await world.importRows(slug, [...labelled, ...alone, ...fresh]));
});
afterAll(async () => {
	await worker?.stop();
	await world?.close();
});

const run = async () => valueOf(await readRun(world.app, engineer, runId));
const seen = () => worker.output().slice(-3000);

describe('the loop, with everything killed once', () => {
	it('waits with a reason while no worker is there', async () => {
		const snapshot = valueOf(await freezeSnapshot(world.app, engineer, { slug, objective: 'dpo', rule: { includeImports: true } }));
		expect(snapshot.rows.train).toBeGreaterThan(30);
		const recipe = { maxSteps: STEPS, saveSteps: 25, batchSize: 2, maxLength: 256, loraRank: 4, learningRate: 1e-3, rpoAlpha: null, tracker: 'tensorboard' };
		runId = valueOf(await startRun(world.app, engineer, { slug, snapshotId: snapshot.id, recipe })).id;
		expect((await run()).waitingFor).toEqual({ code: 'no_worker' });
	});

	it('goes on after kill -9 of the engine, from a checkpoint', async () => {
		worker = startWorker(world);
		await until('first steps', async () => (await run()).step >= 60, 180, seen);
		const [first] = await processesOf(`${runId}.1`);
		expect(first).toBeGreaterThan(1);
		for (const pid of await processesOf(`${runId}.1`)) process.kill(pid, 'SIGKILL');
		await until('a second attempt', async () => (await run()).attempt === 2, 60, seen);
		await until('the second attempt trains', async () => (await run()).status === 'running', 120, seen);
		const { attempts } = valueOf(await readRunRecord(world.app, engineer, { runId }));
		expect(attempts[1]?.resumedFromStep).toBeGreaterThanOrEqual(25);
	});

	it('goes on after kill -9 of the worker, whose engine dies with it', async () => {
		const before = (await run()).step;
		await until('steps of the second attempt', async () => (await run()).step > before + 5, 120, seen);
		await worker.kill9();
		await until('the engine is gone', async () => (await processesOf(`${runId}.2`)).length === 0, 40);
		worker = startWorker(world);
		await until('the third attempt', async () => (await run()).attempt === 3, 60, seen);
		const done = await until('the end of the run', async () => ['succeeded', 'failed'].includes((await run()).status) && (await run()), 300, seen);
		expect(done.problem).toBeNull();
		expect(done.status).toBe('succeeded');
	});

	it('has its metrics once per step, and one checkpoint with its lineage', async () => {
		const metrics = valueOf(await readRunMetrics(world.app, engineer, { runId }));
		expect(metrics.map((metric) => metric.step)).toEqual(Array.from({ length: STEPS }, (_, i) => i + 1));
		const { checkpoint, snapshot } = await run();
		const view = valueOf(await readCheckpoint(world.app, engineer, checkpoint?.id ?? ''));
		expect(view.step).toBe(STEPS);
		expect(view.lineage.map((one) => one.kind)).toEqual(['adapter', 'base']);
		expect(view.snapshot?.id).toBe(snapshot.id);
		expect(view.files?.map((file) => file.path)).toContain('adapter_model.safetensors');
		const { attempts } = valueOf(await readRunRecord(world.app, engineer, { runId }));
		expect(attempts.at(-1)?.argv?.join(' ')).toContain('--rlhf_type dpo');
		expect(attempts.at(-1)?.engineVersions?.['ms-swift']).toBeTruthy();
	});

	it('has kept what the engine wrote for TensorBoard', async () => {
		const { attempts } = valueOf(await readRunRecord(world.app, engineer, { runId }));
		const files = attempts.at(-1)?.tensorboard ?? [];
		expect(files.map(({ path }) => path.split('.').slice(0, 3).join('.'))).toEqual(['events.out.tfevents']);
		expect((await buffer(world.app.artifacts.read(files[0]?.sha256 ?? ''))).includes('train/loss')).toBe(true);
		// A worker that was killed kept nothing of its attempt.
		expect(attempts[1]?.tensorboard).toBeNull();
	});

	it('is evaluated on held-out pairs and answers judged alone, and its answers are the next round’s blind comparisons', async () => {
		const id = (await run()).checkpoint?.id ?? '';
		const view = await until(
			'evaluation and answers',
			async () => {
				const now = valueOf(await readCheckpoint(world.app, engineer, id));
				const over = (status: string | undefined) => status === 'succeeded' || status === 'failed';
				return over(now.evaluation?.status) && over(now.generation?.status) && now;
			},
			300,
			seen
		);
		expect(view.evaluation?.problem, seen()).toBeNull();
		expect(view.generation?.problem, seen()).toBeNull();
		const results = view.evaluation?.results;
		expect(results?.checkpoint.accuracy?.n).toBeGreaterThan(0);
		expect(results?.parent.accuracy).toBeNull();
		// Answers judged alone are no rows of DPO, but held out all the same: they measure.
		const single = results?.single;
		expect(single?.checkpoint.auc?.n).toBe((single?.checkpoint.good ?? 0) + (single?.checkpoint.bad ?? 0));
		expect(single?.checkpoint.auc?.value).toBeGreaterThan(0.5);
		expect(single?.parent.auc).toBeNull();
		const rounds = valueOf(await readRounds(world.app, engineer, slug));
		expect(rounds.map((round) => round.status)).toEqual(['evaluating', 'collecting']);
		expect(rounds[1]?.comparisons).toBeGreaterThan(4);
	});

	it('runs through a suite whose worker is killed -9 in the middle: what was said stays, and nobody is asked twice', async () => {
		const id = (await run()).checkpoint?.id ?? '';
		valueOf(await putSuite(world.app, engineer, { slug, suite: { ...FIRST_SUITE, prompts: 8, samples: 1, maxTokens: 8 } }));
		valueOf(await startSuiteRun(world.app, engineer, { checkpointId: id }));
		const suiteRun = async () => valueOf(await readSuiteRuns(world.app, engineer, { checkpointId: id })).evaluations[0];
		const answers = () => world.query<{ response_id: string }>(`select a.response_id from generation_answers a join generations g on g.id = a.generation_id where g.suite_version_id is not null order by a.response_id`);
		// The checkpoint is asked first; its parent, which needs a server of its own, was not asked yet.
		await until('the first answers', async () => ((await suiteRun())?.done ?? 0) > 0, 120, seen);
		await worker.kill9();
		const before = await answers();
		const [generation] = await world.query<{ id: string; total: number }>('select id, total from generations where suite_version_id is not null');
		expect([generation?.total, before.length < 16]).toEqual([16, true]);
		await until('its model server is gone', async () => (await processesOf(`generation.${generation?.id}.1`)).length === 0, 40);
		worker = startWorker(world);
		const done = await until('the end of the suite', async () => ['succeeded', 'failed'].includes((await suiteRun())?.status ?? '') && (await suiteRun()), 180, seen);
		expect(done.problem, seen()).toBeNull();
		expect(done).toMatchObject({ status: 'succeeded', done: 16 });
		expect(done.results?.measures.find(({ name }) => name === 'length')?.checkpoint?.n).toBe(8);
		const after = (await answers()).map((one) => one.response_id);
		expect([after.length, before.every((one) => after.includes(one.response_id))]).toEqual([16, true]);
	});

	it('is judged against its parent and decided on', async () => {
		const ann = await world.person('ann', { slug, role: 'annotator' });
		for (let task = valueOf(await claimTask(world.app, ann, { slug })); task; task = valueOf(await claimTask(world.app, ann, { slug }))) {
			expect(JSON.stringify(task)).not.toMatch(/checkpoint|r1-dpo|qwen/i);
			valueOf(await submitJudgment(world.app, ann, { taskId: task.taskId, leaseToken: task.leaseToken, verdict: task.mode === 'pair' ? 'tie' : 'good' }));
		}
		const id = (await run()).checkpoint?.id ?? '';
		const { people, peopleSingle } = valueOf(await readCheckpoint(world.app, reviewer, id));
		expect(people?.comparisons).toBeGreaterThan(0);
		expect(people?.winRate.value).toBe(0.5);
		expect(people?.waiting).toBe(0);
		expect(peopleSingle?.own).toMatchObject({ waiting: 0, good: { value: 1 } });
		expect(peopleSingle?.own.good.n).toBeGreaterThan(0);
		valueOf(await decide(world.app, reviewer, { checkpointId: id, decision: 'promote', reason: 'It says what the answer depends on.', password: PASSWORD }));
		const after = valueOf(await readCheckpoint(world.app, reviewer, id));
		expect(after.isChampion).toBe(true);
		expect(valueOf(await readRounds(world.app, engineer, slug))[0]?.status).toBe('decided');
	});

	it('leaves whole, measured again beside itself; rounded and as GGUF only where a worker has what that needs', async () => {
		const id = (await run()).checkpoint?.id ?? '';
		const asked = async (plan: ExportPlan) => valueOf(await startExport(world.app, engineer, { checkpointId: id, plan })).id;
		const [whole, rounded, gguf] = [await asked({ format: 'merged' }), await asked({ format: 'gptq', bits: 4, groupSize: 32, samples: 16, blockTokens: 128 }), await asked({ format: 'gguf', type: 'f16' })];
		const over = (status: string | undefined) => status === 'succeeded' || status === 'failed';
		const made = await until(
			'what was asked for',
			async () => {
				const { exports } = valueOf(await listExports(world.app, engineer, id));
				return exports.every(({ status, evaluation, suite }) => over(status) && (evaluation === null || over(evaluation.status)) && (suite === null || over(suite.status))) && new Map(exports.map((one) => [one.id, one]));
			},
			180,
			seen
		);
		expect(made.get(whole), seen()).toMatchObject({ status: 'succeeded', unfit: null, evaluation: { status: 'succeeded', split: 'test' }, suite: { status: 'succeeded', done: 24, total: 24, against: { trained: { id } } } });
		const { evaluation, files } = made.get(whole) ?? {};
		// The same weights but for rounding: nothing moves by a hundredth of a nat a token.
		expect(evaluation?.own?.n).toBeGreaterThan(0);
		expect(evaluation?.figure?.value).toBeCloseTo(evaluation?.own?.value ?? NaN);
		expect(evaluation?.moved?.value).toBeLessThan(0.01);
		expect(files?.map(({ path }) => path)).toEqual(expect.arrayContaining(['config.json', 'model.safetensors', 'tokenizer.json']));
		const zip = await buffer(valueOf(await takeExport(world.app, engineer, { checkpointId: id, exportId: whole })).stream);
		expect(zip.length).toBeGreaterThan(files?.find(({ path }) => path === 'model.safetensors')?.bytes ?? Infinity);

		// The engine's own parser has taken the command, which is kept; nothing was run.
		expect(made.get(rounded)).toMatchObject({ status: 'failed', problem: { code: 'gpu_missing' }, evaluation: null });
		expect(made.get(rounded)?.command?.join(' ')).toContain('--quant_method gptq --quant_bits 4 --group_size 32 --quant_n_samples 16');
		expect(made.get(rounded)?.calibrationRows).toBeGreaterThan(30);
		expect(made.get(gguf)).toMatchObject({ status: 'failed', problem: { code: 'converter_missing' } });
	});

	it('is served with its base by a server of the worker, which comes back after kill -9, and no more once a file was changed', async () => {
		worker = await servedByWorker(world, engineer, { slug, checkpointId: (await run()).checkpoint?.id ?? '', worker, startAgain: () => startWorker(world) });
	});

	it('goes down on request and leaves nothing running', async () => {
		expect(await worker.stop()).toBe(0);
		expect(await processesOf(`${runId}.3`)).toEqual([]);
	});
});
