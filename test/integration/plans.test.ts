import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as checkpoints from '#lib/server/db/checkpoints.ts';
import { announceWorker, retireWorker } from '#lib/server/usecases/announce-worker.ts';
import { beginAttempt, recordProgress } from '#lib/server/usecases/attempt-run.ts';
import { failInspection, finishInspection, giveBackInspection, inspectionAlive, takeNextInspection } from '#lib/server/usecases/inspect-snapshot.ts';
import { planRun } from '#lib/server/usecases/plan-run.ts';
import type { PlanRequest } from '#lib/server/usecases/plan-run.ts';
import { prepareRun } from '#lib/server/usecases/prepare-run.ts';
import { registerCheckpoint } from '#lib/server/usecases/register-checkpoint.ts';
import type { Trained } from '#lib/server/usecases/register-checkpoint.ts';
import { startRun } from '#lib/server/usecases/start-run.ts';
import { decide } from '#lib/server/usecases/decide.ts';
import { PUBLISHED } from '#lib/domain/memory/model-shapes.fixture.ts';
import type { WorkerCapabilities } from '#lib/domain/worker-capabilities.ts';
import { importedSnapshot, paperWorker, playOnPaper, queuedRun, trained } from '../support/loop.ts';
import { PASSWORD } from '../support/password.ts';
import { createWorld, pairRows, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
let slug: string;
let snapshotId: string;
let workerId: string;
beforeAll(async () => {
	world = await createWorld({ PLUMBLINE_GPU_HOUR: '2.50 EUR' });
	workerId = await paperWorker(world);
	slug = (await world.project({ rows: pairRows(60) })).slug;
	snapshotId = await importedSnapshot(world, slug);
});
afterAll(() => world?.close());

const plan = async (more: Partial<PlanRequest> = {}) => valueOf(await planRun(world.app, world.admin, { slug, snapshotId, ...more }));
/** Ten steps as the engine reports them: of each the mean since the training began, the slow first one included. */
const meanSpeeds = (seconds: number, first = seconds) => Array.from({ length: 10 }, (_, index) => ({ step: index + 1, epoch: 0, values: { 'train_speed(s/it)': (first + seconds * index) / (index + 1) } }));
/** A plan with the time on its first kind of device. */
const timed = async (more: Partial<PlanRequest>) => {
	const { times: [first], ...planned } = await plan(more);
	return { ...planned, time: first?.time ?? null, cost: first?.cost ?? null };
};
const a10 = { name: 'A10', memoryGb: 24 };
const found = { config: PUBLISHED['Qwen2.5-7B'].config, tokenizerSha256: 'a'.repeat(64), chatTemplateSha256: 'b'.repeat(64), lengths: { rows: { '300': 30, '1800': 14, '3000': 2 }, tokens: 90_000, longestAnswer: 400 }, withImages: 0 };

describe('a plan', () => {
	it('asks a worker once to look model and rows over, and tells what is known without it', async () => {
		const waiting = await plan({ recipe: { maxSteps: 12, saveSteps: 6 }, device: a10 });
		expect(waiting).toMatchObject({ steps: 12, inspection: { status: 'waiting' }, memory: [], lengths: null, times: [{ devices: { name: 'A10' }, time: null, cost: null }], problems: [] });
		await plan();
		const at = await takeNextInspection(world.app);
		expect(at).toMatchObject({ inspection: { snapshotId, attempt: 1 }, base: { kind: 'base' } });
		expect(await takeNextInspection(world.app)).toBeNull();
		if (!at) throw new Error('nothing to look over');
		expect(await inspectionAlive(world.app, at)).toBe(true);
		await giveBackInspection(world.app, at);
		const again = await takeNextInspection(world.app);
		expect(again?.inspection.attempt).toBe(2);
		// The first attempt has lost its place and writes nothing any more.
		await failInspection(world.app, at, { code: 'worker_failed', message: 'too late' });
		expect(await inspectionAlive(world.app, at)).toBe(false);
		if (again) await finishInspection(world.app, again, found);
		expect((await plan()).inspection).toEqual({ status: 'done' });
	});

	it('says by part what fits, and what to change where it does not', async () => {
		const small = await plan({ recipe: { tuner: 'qlora', batchSize: 1, gradientCheckpointing: 'on' }, device: a10 });
		expect(small.problems).toEqual(expect.arrayContaining([expect.objectContaining({ code: 'engine_lacks' })]));
		expect(small.memory).toMatchObject([{ fit: 'fits', change: null, devices: { name: 'A10', count: 1 }, assumed: false }]);
		expect(small.parameters).toMatchObject({ exact: true, trained: 40_370_176 });
		const large = await plan({ recipe: { tuner: 'full' }, device: a10 });
		expect(large.memory[0]).toMatchObject({ fit: 'too_large', change: { settings: { tuner: expect.stringMatching(/lora/) as string } } });
		const takenOver = await plan({ recipe: { tuner: 'full', ...large.memory[0]?.change?.settings }, device: a10 });
		expect(takenOver.memory[0]?.fit).toBe('fits');
	});

	it('is made for where the run shall be: what a scheduler’s hosts have is not known here, but what they compute on is', async () => {
		const cluster = await announceWorker(world.app, { hostname: 'cluster', pid: 1, hostKey: 'cluster', capabilities: { cpus: 2, memoryBytes: 8e9, gpus: [], device: 'gpu', launchers: ['slurm'], labels: ['h100'], engine: { state: 'ready', versions: {} } } });
		expect(await plan({ launcher: 'slurm', recipe: { maxLength: 4096 } })).toMatchObject({ memory: [], problems: [], recipe: { epochs: 1, maxSteps: null, learningRate: 5e-5 } });
		expect((await plan({ launcher: 'slurm', labels: ['npu'] })).recipe.maxSteps).toBe(100);
		expect((await plan()).recipe).toMatchObject({ maxSteps: 100, learningRate: 1e-3 });
		expect((await plan({ launcher: 'slurm', device: a10 })).memory).toMatchObject([{ devices: { name: 'A10', count: 1 } }]);
		const spread = { strategy: 'ddp', gpus: 8, nodes: 2, batchSize: 1, gradientAccumulation: 1, maxLength: 4096 };
		expect([(await plan({ launcher: 'slurm', recipe: spread })).problems, (await plan({ recipe: spread })).problems.map(({ code }) => code)]).toEqual([[], expect.arrayContaining(['one_machine', 'too_few_gpus'])]);
		await retireWorker(world.app, cluster);
	});

	it('is made on hosts that train themselves: what a worker beside a scheduler has is no local run’s, nor is its DeepSpeed', async () => {
		const announce = (hostname: string, of: Partial<WorkerCapabilities>) => announceWorker(world.app, { hostname, pid: 1, hostKey: hostname, capabilities: { cpus: 8, memoryBytes: 900e9, gpus: [], engine: { state: 'ready', versions: {} }, ...of } });
		const [a100, small] = [{ name: 'A100', memoryBytes: 80e9 }, { name: 'small', memoryBytes: 7.25e9 }];
		const engine = { state: 'ready', versions: { bitsandbytes: '0.49.0' } } as const;
		const deepspeed = { state: 'ready', versions: { ...engine.versions, deepspeed: '0.18.2' } } as const;
		const beside = await announce('beside', { gpus: [small], launchers: ['slurm'], engine: deepspeed });
		const fsdp2 = { strategy: 'fsdp2', gpus: 2, maxLength: 4096 };
		expect((await plan({ recipe: fsdp2 })).problems.map(({ code }) => code)).toEqual(['needs_gpu']);
		expect((await plan()).memory.map(({ devices }) => devices.name)).toEqual(['CPU']);
		const own = await announce('own', { gpus: [a100, a100], launchers: ['local'] });
		expect((await plan({ recipe: { ...fsdp2, batchSize: 1 } })).memory).toMatchObject([{ devices: { name: 'A100', count: 2, hostBytes: 900e9 }, fit: 'fits' }]);
		// Only what DeepSpeed offloads makes it fit.
		const many = await announce('many', { gpus: Array(8).fill(small) as (typeof small)[], engine });
		const way = async () => (await plan({ recipe: { tuner: 'full', batchSize: 1, maxLength: 4096 } })).memory.find(({ devices }) => devices.name === 'small')?.change?.settings.strategy;
		expect(await way()).toBeUndefined();
		const other = await announce('other', { gpus: [small], engine: deepspeed });
		expect(await way()).toBe('zero3_offload');
		for (const id of [beside, own, many, other]) await retireWorker(world.app, id);
	});

	it('offers only what would be started', async () => {
		const host = await announceWorker(world.app, { hostname: 'eight', pid: 1, hostKey: 'eight', capabilities: { cpus: 8, memoryBytes: 900e9, gpus: Array.from({ length: 8 }, () => ({ name: 'A100', memoryBytes: 40 * 2 ** 30 })), engine: { state: 'ready', versions: {} } } });
		for (const tuner of ['full', 'lora']) {
			const recipe = { tuner, batchSize: 8, maxLength: 4096, gradientCheckpointing: 'off' };
			const { memory: [memory] } = await plan({ recipe });
			expect(memory?.fit).toBe('too_large');
			// No engine has msgspec, bitsandbytes or DeepSpeed.
			expect((await plan({ recipe: { ...recipe, ...memory?.change?.settings } })).problems).toEqual([]);
		}
		await retireWorker(world.app, host);
	});

	it('says that KTO leaves a remainder of one row out, and counts steps without it', async () => {
		const kto = await importedSnapshot(world, slug, 'kto');
		const rows = valueOf(await prepareRun(world.app, world.admin, { slug, snapshotId: kto })).snapshot.rows;
		const batchSize = Array.from({ length: rows }, (_, i) => i + 2).find((size) => rows % size === 1) ?? 0;
		const planned = (size: number) => plan({ snapshotId: kto, recipe: { epochs: 1, batchSize: size, gradientAccumulation: 1 } });
		expect(await planned(batchSize)).toMatchObject({ dropped: [{ reason: 'kto_remainder', rows: 1 }], steps: (rows - 1) / batchSize });
		expect(await planned(2)).toMatchObject({ dropped: [], steps: rows / 2 });
	});

	it('says that DPO on several devices leaves out what cannot be shared evenly, and counts steps without it', async () => {
		const rows = valueOf(await prepareRun(world.app, world.admin, { slug, snapshotId })).snapshot.rows;
		const gpus = Array.from({ length: 7 }, (_, i) => i + 2).find((devices) => rows % devices !== 0) ?? 0;
		const planned = (count: number) => plan({ recipe: { strategy: 'ddp', gpus: count, epochs: 1, batchSize: 1, gradientAccumulation: 1, maxLength: 4096 } });
		expect(await planned(gpus)).toMatchObject({ dropped: [{ reason: 'device_remainder', rows: rows % gpus }], steps: Math.floor(rows / gpus) });
		expect(await planned(1)).toMatchObject({ dropped: [], steps: rows });
	});

	it('counts the rows that the recipe would cut or refuse', async () => {
		expect((await plan({ recipe: { maxLength: 2048 } })).lengths).toMatchObject({ longest: 3000, median: 300, most: 1800, over: 2, tooLong: 'refuse' });
		expect((await plan({ recipe: { maxLength: 2048 } })).problems).toMatchObject([{ field: 'maxLength', code: 'rows_too_long', detail: '2' }]);
		expect(problemOf(await startRun(world.app, world.admin, { slug, snapshotId, recipe: { maxSteps: 10, saveSteps: 5, maxLength: 2048 } }))).toBe('impossible_recipe');
		expect((await plan({ recipe: { maxLength: 1024, tooLong: 'left' } })).lengths).toMatchObject({ over: 16, tooLong: 'left' });
	});

	it('counts rows with images by their words and the largest images, and says what it does not know', async () => {
		const project = (await world.project({ rows: pairRows(20) })).slug;
		const pictures = await importedSnapshot(world, project);
		const ask = async (recipe: object) => (await plan({ slug: project, snapshotId: pictures, recipe: { maxLength: 4096, ...recipe }, device: a10 })).memory[0];
		await ask({});
		let at = await takeNextInspection(world.app);
		// Others' come before it.
		for (; at && at.inspection.snapshotId !== pictures; at = await takeNextInspection(world.app)) await finishInspection(world.app, at, found);
		const vision = { depth: 32, hidden_size: 1280, intermediate_size: 3420, hidden_act: 'silu', out_hidden_size: 3584, patch_size: 14, spatial_merge_size: 2, temporal_patch_size: 2 };
		const config = { model_type: 'qwen2_5_vl', text_config: PUBLISHED['Qwen2.5-7B'].config, vision_config: vision };
		const pictured = { longest: 100, longestAnswer: 60, shortestQuestion: 20, images: 1 };
		if (at) await finishInspection(world.app, at, { ...found, config, lengths: { rows: { '80': 1 }, tokens: 160, longestAnswer: 30, shortestQuestion: 40, pictured }, withImages: 199 });
		const [bounded, assumed] = [await ask({ maxPixels: 1_003_520 }), await ask({})];
		expect([bounded?.assumed, assumed?.assumed, bounded?.withImages]).toEqual([false, true, 199]);
		expect(assumed?.parts.activations).toBeCloseTo(((bounded?.parts.activations ?? 0) * 4096) / (100 + 1282), -3);
		expect(bounded?.parts.weights).toBeGreaterThan(2 * PUBLISHED['Qwen2.5-7B'].parameters + 1.2e9);
	});

	it('names what would refuse the run, and refuses what cannot be read', async () => {
		expect((await plan({ recipe: { strategy: 'fsdp2', gpus: 2, maxLength: 4096 } })).problems).toMatchObject([{ field: 'strategy', code: 'needs_gpu' }]);
		expect((await plan({ recipe: { tuner: 'qlora', maxLength: 4096 } })).problems).toMatchObject([{ field: 'tuner', code: 'engine_lacks' }]);
		expect(problemOf(await planRun(world.app, world.admin, { slug, snapshotId, recipe: { loraRank: 0 } }))).toBe('invalid_input');
		expect(problemOf(await startRun(world.app, world.admin, { slug, snapshotId, recipe: { strategy: 'fsdp2', gpus: 2 } }))).toBe('impossible_recipe');
	});

	it('estimates time from earlier runs like it', async () => {
		const runId = await queuedRun(world, slug, { maxSteps: 10, saveSteps: 5, batchSize: 4, maxLength: 4096 });
		const at = await beginAttempt(world.app, { runId, workerId });
		await recordProgress(world.app, { runId, attempt: at?.attempt ?? 0 }, { metrics: meanSpeeds(2, 60), log: [], events: [], status: 'running' });
		await registerCheckpoint(world.app, trained(runId, at?.attempt ?? 0));
		expect((await timed({ recipe: { maxSteps: 100, saveSteps: 50, batchSize: 8 } })).time).toEqual({ seconds: expect.closeTo(400, 8), low: expect.closeTo(400, 8), high: expect.closeTo(400, 8), runs: 1, devices: 1 });
		expect((await timed({ recipe: { maxSteps: 100, saveSteps: 50, tuner: 'full' } })).time).toBeNull();
		// An attempt that went on after step 4 on another host says what that host did, from its own beginning.
		await world.query(`update run_attempts set resumed_from_step = 4 where run_id = '${runId}'`);
		await world.query(`update run_metrics set "values" = jsonb_build_object('train_speed(s/it)', (60 + 3 * (step - 5)) / (step - 4)::float) where run_id = '${runId}' and step > 4`);
		expect((await timed({ recipe: { maxSteps: 100, saveSteps: 50, batchSize: 4 } })).time?.seconds).toBeCloseTo(300, 8);
		await world.query(`update run_attempts set resumed_from_step = null where run_id = '${runId}'`);
		await world.query(`delete from run_metrics where run_id = '${runId}' and step > 4`);
		expect((await timed({ recipe: { maxSteps: 100, saveSteps: 50, batchSize: 4 } })).time?.seconds).toBeCloseTo(200, 8);
		// On a scheduler's host, of which the worker that placed it says nothing.
		await world.query(`update runs set launcher = 'slurm' where id = '${runId}'`);
		expect((await timed({ recipe: { maxSteps: 100, saveSteps: 50, batchSize: 8 } })).time).toBeNull();
		await world.query(`update runs set launcher = 'local' where id = '${runId}'`);
	});

	it('says of each kind of GPU how long it takes there', async () => {
		const announce = (name: string) => announceWorker(world.app, { hostname: name, pid: 1, hostKey: name, capabilities: { cpus: 8, memoryBytes: 900e9, gpus: [{ name, memoryBytes: 80e9 }], engine: { state: 'ready', versions: {} } } });
		const recipe = { maxSteps: 100, saveSteps: 50, tuner: 'full', maxLength: 4096 };
		const [slow, fast, unknown] = [await announce('L40S'), await announce('H100'), await announce('B200')];
		for (const [host, seconds] of [[slow, 8], [fast, 2]] as const) {
			const runId = await queuedRun(world, slug, { maxSteps: 10, saveSteps: 5, tuner: 'full', maxLength: 4096 });
			const attempt = (await beginAttempt(world.app, { runId, workerId: host }))?.attempt ?? 0;
			await recordProgress(world.app, { runId, attempt }, { metrics: meanSpeeds(seconds), log: [], events: [], status: 'running' });
			await registerCheckpoint(world.app, trained(runId, attempt));
		}
		const { times } = await plan({ recipe });
		const told = Object.fromEntries(times.map(({ devices, time, cost }) => [devices.name, [time && Math.round(time.seconds), cost && cost.amount > 0]]));
		expect(told).toEqual({ L40S: [800, true], H100: [200, true], B200: [null, null] });
		for (const id of [slow, fast, unknown]) await retireWorker(world.app, id);
	});

	it('estimates time and cost for other counts of GPUs than were measured', async () => {
		const gpus = Array.from({ length: 8 }, () => ({ name: 'A10', memoryBytes: 24 * 2 ** 30 }));
		const host = await announceWorker(world.app, { hostname: 'eight', pid: 1, hostKey: 'eight', capabilities: { cpus: 8, memoryBytes: 900e9, gpus, engine: { state: 'ready', versions: {} } } });
		const spread = (count: number) => ({ strategy: 'ddp', gpus: count, epochs: 10, maxSteps: null, saveSteps: 1, batchSize: 1, gradientAccumulation: 1, maxLength: 4096 });
		const runId = await queuedRun(world, slug, spread(2));
		const at = await beginAttempt(world.app, { runId, workerId: host });
		await recordProgress(world.app, { runId, attempt: at?.attempt ?? 0 }, { metrics: meanSpeeds(4), log: [], events: [], status: 'running' });
		await registerCheckpoint(world.app, trained(runId, at?.attempt ?? 0));
		const [two, eight] = [await timed({ recipe: spread(2) }), await timed({ recipe: spread(8) })];
		expect(two.time).toMatchObject({ seconds: expect.closeTo(4 * two.steps, 8), runs: 1, devices: 2 });
		expect(eight.time).toMatchObject({ seconds: expect.closeTo(4 * eight.steps, 8), devices: 2 });
		// Alike but for the last step of an epoch, which is not full.
		expect(eight.steps / two.steps).toBeCloseTo(1 / 4, 1);
		expect((eight.cost?.amount ?? 0) / (two.cost?.amount ?? 1)).toBeCloseTo((8 * eight.steps) / (2 * two.steps), 10);
		await retireWorker(world.app, host);
	});
});

/** Lets a run train to its end on paper. */
async function registered(runId: string, more: Partial<Trained> = {}): Promise<string> {
	const attempt = (await beginAttempt(world.app, { runId, workerId }))?.attempt ?? 0;
	await recordProgress(world.app, { runId, attempt }, { metrics: [], log: [], events: [], status: 'running' });
	return (await registerCheckpoint(world.app, { ...trained(runId, attempt), ...more })) ?? '';
}

describe('what a checkpoint is', () => {
	it('a reward model continues no text model’s line: it is no parent of one, answers nothing and is not promoted', async () => {
		const rm = await importedSnapshot(world, slug, 'rm');
		const { id: runId } = valueOf(await startRun(world.app, world.admin, { slug, snapshotId: rm, recipe: { maxSteps: 10, saveSteps: 5 } }));
		const checkpointId = await registered(runId);
		expect(valueOf(await prepareRun(world.app, world.admin, { slug, snapshotId })).parents.map(({ id }) => id)).not.toContain(checkpointId);
		expect(valueOf(await prepareRun(world.app, world.admin, { slug, snapshotId: rm })).parents.map(({ id }) => id)).toContain(checkpointId);
		expect(problemOf(await startRun(world.app, world.admin, { slug, snapshotId, parentCheckpointId: checkpointId, recipe: { maxSteps: 10, saveSteps: 5 } }))).toBe('impossible_recipe');
		expect(problemOf(await decide(world.app, world.admin, { checkpointId, decision: 'promote', reason: 'It scores well.' }))).toBe('conflict');
	});

	it('a reward model merges an adapter that writes text, and goes on with another reward model’s', async () => {
		const rm = await importedSnapshot(world, slug, 'rm');
		const adapter = await registered(await queuedRun(world, slug));
		const start = (parentCheckpointId: string, recipe: object = {}) => startRun(world.app, world.admin, { slug, snapshotId: rm, parentCheckpointId, recipe: { maxSteps: 10, saveSteps: 5, ...recipe } });
		const refused = await start(adapter, { onParent: 'continue' });
		expect(refused).toMatchObject({ ok: false, problem: { code: 'impossible_recipe', errors: [{ field: 'recipe.onParent' }] } });

		// What is proposed can be started, also with a shape of its own.
		const { id: runId } = valueOf(await start(adapter, { loraRank: 4 }));
		const at = await beginAttempt(world.app, { runId, workerId });
		expect(at).toMatchObject({ run: { recipe: { onParent: 'merge', loraRank: 4 } }, parent: { id: adapter }, parentIsReward: false });
		await recordProgress(world.app, { runId, attempt: 1 }, { metrics: [], log: [], events: [], status: 'running' });
		const reward = (await registerCheckpoint(world.app, trained(runId, 1))) ?? '';
		const { id: second } = valueOf(await start(reward));
		expect(await beginAttempt(world.app, { runId: second, workerId })).toMatchObject({ run: { recipe: { onParent: 'continue', loraRank: 4 } }, parentIsReward: true });
	});

	it('a form begins with what can be started where the promoted checkpoint is an adapter', async () => {
		const project = (await world.project({ rows: pairRows(60) })).slug;
		// Before the next round opens, which has no judgment yet.
		const [dpo, rm] = [await importedSnapshot(world, project), await importedSnapshot(world, project, 'rm')];
		const runId = valueOf(await startRun(world.app, world.admin, { slug: project, snapshotId: dpo, recipe: { maxSteps: 10, saveSteps: 5 } })).id;
		const checkpointId = await playOnPaper(world, runId, workerId);
		const owner = await world.person('owner', { slug: project, role: 'owner' });
		valueOf(await decide(world.app, owner, { checkpointId, decision: 'promote', reason: 'It scores well.', password: PASSWORD }));
		expect(valueOf(await prepareRun(world.app, world.admin, { slug: project, snapshotId: dpo }))).toMatchObject({ parentId: checkpointId, recipe: { onParent: 'continue' } });
		expect(valueOf(await prepareRun(world.app, world.admin, { slug: project, snapshotId: rm }))).toMatchObject({ parentId: checkpointId, recipe: { onParent: 'merge' } });
		expect(valueOf(await planRun(world.app, world.admin, { slug: project, snapshotId: rm })).problems).toEqual([]);
	});

	it('a whole one is a parent that all weights or a new adapter may start from', async () => {
		const runId = await queuedRun(world, slug, { maxSteps: 10, saveSteps: 5, tuner: 'full' });
		const whole = await registered(runId, { kind: 'full', chatTemplateSha256: 'c'.repeat(64) });
		expect(await checkpoints.get(world.app.db, whole)).toMatchObject({ kind: 'full', chatTemplateSha256: 'c'.repeat(64) });
		const start = (recipe: object) => startRun(world.app, world.admin, { slug, snapshotId, parentCheckpointId: whole, recipe: { maxSteps: 10, saveSteps: 5, maxLength: 4096, ...recipe } });
		expect(problemOf(await start({ reference: 'base' }))).toBe('impossible_recipe');
		expect((await start({ loraRank: 64, targetModules: 'q_proj,v_proj' })).ok).toBe(true);
		expect((await start({ tuner: 'full', reference: 'base' })).ok).toBe(true);
	});
});
