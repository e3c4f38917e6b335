import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OBJECTIVES, recipeDefaults, totalBatch } from '../training-recipe.ts';
import type { TrainingRecipe } from '../training-recipe.ts';
import { changeThatFits, fitOf, fitsOf } from './fit.ts';
import { planMemory } from './memory-plan.ts';
import { countParameters, readShape } from './model-shape.ts';
import type { ModelShape } from './model-shape.ts';
import { PUBLISHED } from './model-shapes.fixture.ts';

const shapeOf = (name: keyof typeof PUBLISHED): ModelShape => readShape(PUBLISHED[name].config) as ModelShape;
const qwen = shapeOf('Qwen2.5-7B');
const gpu = (over: Partial<TrainingRecipe> = {}, objective: TrainingRecipe['objective'] = 'dpo'): TrainingRecipe => ({ ...recipeDefaults(objective, { device: 'gpu' }), batchSize: 1, ...over }) as TrainingRecipe;
const at = { longest: 2048, answer: 512 };
const total = (recipe: TrainingRecipe, sequences = at, shape = qwen) => planMemory(shape, recipe, sequences).total;

const anyRecipe = fc.record({
	objective: fc.constantFrom(...OBJECTIVES),
	tuner: fc.constantFrom('lora' as const, 'qlora' as const, 'full' as const),
	strategy: fc.constantFrom('single' as const, 'ddp' as const, 'fsdp2' as const, 'zero2' as const, 'zero3' as const, 'zero3_offload' as const),
	gradientCheckpointing: fc.constantFrom('on' as const, 'off' as const),
	precision: fc.constantFrom('bf16' as const, 'fp32' as const),
	batchSize: fc.integer({ min: 1, max: 16 }),
	loraRank: fc.integer({ min: 1, max: 256 }),
	gpus: fc.integer({ min: 2, max: 8 }),
	maxLength: fc.constant(100_000)
}).map(({ objective, ...over }) => gpu(over, objective));
const anyShape = fc.constantFrom(...(Object.keys(PUBLISHED) as (keyof typeof PUBLISHED)[])).map(shapeOf);
const anyLength = fc.integer({ min: 16, max: 8192 });

describe('memory', () => {
	it('is more with more rows, more tokens, a higher rank, kept activations; never less', () => {
		fc.assert(
			fc.property(anyShape, anyRecipe, anyLength, (shape, recipe, longest) => {
				const sequences = { longest, answer: Math.ceil(longest / 3) };
				const now = total(recipe, sequences, shape);
				expect(total({ ...recipe, batchSize: recipe.batchSize + 1 }, sequences, shape)).toBeGreaterThanOrEqual(now);
				expect(total(recipe, { longest: longest + 64, answer: sequences.answer }, shape)).toBeGreaterThanOrEqual(now);
				expect(total(recipe, { longest, answer: sequences.answer + 1 }, shape)).toBeGreaterThanOrEqual(now);
				expect(total({ ...recipe, loraRank: recipe.loraRank + 8 }, sequences, shape)).toBeGreaterThanOrEqual(now);
				expect(total({ ...recipe, gradientCheckpointing: 'off' }, sequences, shape)).toBeGreaterThanOrEqual(total({ ...recipe, gradientCheckpointing: 'on' }, sequences, shape));
				expect(total({ ...recipe, precision: 'fp32' }, sequences, shape)).toBeGreaterThanOrEqual(total({ ...recipe, precision: 'bf16' }, sequences, shape));
			})
		);
	});

	it('of every part is a number and not below nothing, and the parts are the whole', () => {
		fc.assert(
			fc.property(anyShape, anyRecipe, anyLength, (shape, recipe, longest) => {
				const { parts, total: all, host, parameters } = planMemory(shape, recipe, { longest, answer: longest });
				for (const bytes of [...Object.values(parts), host]) expect(Number.isFinite(bytes) && bytes >= 0).toBe(true);
				expect(Object.values(parts).reduce((sum, bytes) => sum + bytes, 0)).toBeCloseTo(all, 0);
				expect(parameters.trained).toBeLessThanOrEqual(parameters.total);
			})
		);
	});

	it('is less on each device with more of them, where the model is spread', () => {
		for (const strategy of ['fsdp2', 'zero3'] as const) expect(total(gpu({ tuner: 'full', strategy, gpus: 8 }))).toBeLessThan(total(gpu({ tuner: 'full', strategy, gpus: 2 })));
	});

	it('does not depend on a length that the recipe cuts off', () => {
		expect(total(gpu({ maxLength: 1024 }), { longest: 9000, answer: 400 })).toBe(total(gpu({ maxLength: 1024 }), { longest: 1024, answer: 400 }));
	});

	it('QLoRA holds the blocks in about a quarter, and an adapter needs no second model', () => {
		const { parts } = planMemory(qwen, gpu({ tuner: 'qlora' }), at);
		expect(parts.weights / planMemory(qwen, gpu(), at).parts.weights).toBeCloseTo(0.36, 1);
		expect(parts.reference).toBe(0);
		expect(planMemory(qwen, gpu({ tuner: 'full' }), at).parts.reference).toBe(2 * PUBLISHED['Qwen2.5-7B'].parameters);
		expect(planMemory(qwen, gpu({ tuner: 'full' }, 'orpo'), at).parts.reference).toBe(0);
	});

	it('QLoRA leaves experts as they are: most of a model that is made of them', () => {
		const moe = shapeOf('Qwen3-30B-A3B');
		const weights = (tuner: 'lora' | 'qlora') => planMemory(moe, gpu({ tuner }), at).parts.weights;
		expect(weights('qlora') / weights('lora')).toBeGreaterThan(0.95);
		expect(weights('qlora')).toBeGreaterThan(2 * countParameters(moe).experts);
	});

	it('ORPO scores whole conversations, DPO from where the answers begin', () => {
		const logits = (objective: TrainingRecipe['objective']) => planMemory(qwen, gpu({}, objective), { longest: 2000, answer: 400 }).parts.logits;
		expect(logits('orpo') / logits('dpo')).toBeCloseTo((2000 * 18) / (400 * 16), 10);
	});

	it('is divided where devices share the length of a row, which is then scored whole', () => {
		const parts = (size: number) => planMemory(qwen, gpu({ strategy: 'ddp', gpus: 4, advanced: { sequence_parallel_size: size } }), { longest: 2000, answer: 400 }).parts;
		expect(parts(4).activations).toBe(parts(1).activations / 4);
		expect(parts(4).logits / parts(1).logits).toBeCloseTo(2000 / 400 / 4, 10);
	});

	it('all weights that learn in fp16 are kept in fp32, and what holds them back is not', () => {
		const { parts } = planMemory(qwen, gpu({ tuner: 'full', precision: 'fp16' }), at);
		expect([parts.weights, parts.reference, parts.optimiser].map((bytes) => bytes / PUBLISHED['Qwen2.5-7B'].parameters)).toEqual([4, 2, 8]);
	});

	it('all weights in bf16 take 8 bytes a parameter, with DDP’s buckets 10, with DeepSpeed’s fp32 copies or under FSDP2, which keeps what learns in fp32, 16', () => {
		const states = (recipe: TrainingRecipe) => (({ parts: { weights, gradients, optimiser } }) => (weights + gradients + optimiser) / PUBLISHED['Qwen2.5-7B'].parameters)(planMemory(qwen, recipe, at));
		expect(states(gpu({ tuner: 'full' }, 'sft'))).toBe(8);
		expect(states(gpu({ tuner: 'full', strategy: 'ddp', gpus: 4 }, 'sft'))).toBe(10);
		expect(states(gpu({ tuner: 'full', strategy: 'zero2', gpus: 1 }, 'sft'))).toBe(16);
		expect(4 * states(gpu({ tuner: 'full', strategy: 'fsdp2', gpus: 4 }, 'sft'))).toBe(16);
	});

	it('under FSDP2 keeps what stands still and the blocks that are gathered in the precision that computes', () => {
		const { parts } = planMemory(qwen, gpu({ tuner: 'full', strategy: 'fsdp2', gpus: 2 }), at);
		expect(parts.reference).toBe(PUBLISHED['Qwen2.5-7B'].parameters);
		const weights = (tuner: 'lora' | 'full') => planMemory(qwen, gpu({ tuner, strategy: 'fsdp2', gpus: 2 }, 'sft'), at).parts.weights;
		expect(weights('full')).toBe(2 * weights('lora'));
		const gathered = (strategy: 'fsdp2' | 'zero3') => planMemory(qwen, gpu({ tuner: 'full', strategy, gpus: 1000 }, 'sft'), at).parts.buffers;
		expect(gathered('fsdp2')).toBe(gathered('zero3'));
	});

	it('holds what reads images, which learns only where it is not left as it is', () => {
		const vision = { depth: 32, hidden_size: 1280, intermediate_size: 3420, hidden_act: 'silu', out_hidden_size: 3584, patch_size: 14, spatial_merge_size: 2, temporal_patch_size: 2 };
		const seeing = readShape({ model_type: 'qwen2_5_vl', text_config: PUBLISHED['Qwen2.5-7B'].config, vision_config: vision }) as ModelShape;
		const of = (over: Partial<TrainingRecipe>) => planMemory(seeing, gpu(over, 'sft'), at);
		const { encoder, joint } = seeing.images ?? { encoder: 0, joint: 0 };
		const text = PUBLISHED['Qwen2.5-7B'].parameters;
		expect([encoder > 0.6e9, joint > 40e6, seeing.exact]).toEqual([true, true, false]);
		expect(of({}).parts.weights).toBe(2 * (text + encoder + joint));
		const whole = (over: Partial<TrainingRecipe>) => of({ tuner: 'full', ...over }).parameters.trained;
		expect([whole({}), whole({ freezeAligner: false }), whole({ freezeVit: false, freezeAligner: false })]).toEqual([text, text + joint, text + encoder + joint]);
		// What is left as it is stays in the precision that computes also where the rest is kept in fp32.
		expect(of({ tuner: 'full', precision: 'fp16' }).parts.weights).toBe(4 * text + 2 * (encoder + joint));
		expect(of({ freezeVit: false }).parameters.trained).toBeGreaterThan(of({}).parameters.trained);
		expect(of({ tuner: 'qlora' }).parts.weights - planMemory(qwen, gpu({ tuner: 'qlora' }, 'sft'), at).parts.weights).toBeCloseTo(2 * (encoder + joint), 0);
	});

	it('on CPU is that of fp32 weights, near what the bundled model was measured to need', () => {
		const smol = shapeOf('SmolLM2-135M');
		const recipe: TrainingRecipe = recipeDefaults('orpo', { device: 'cpu' });
		const { total: bytes, parts } = planMemory(smol, recipe, { longest: 120, answer: 60 }, 'cpu');
		expect(parts.weights).toBe(4 * PUBLISHED['SmolLM2-135M'].parameters);
		expect(bytes / 1e9).toBeGreaterThan(1.9);
		expect(bytes / 1e9).toBeLessThan(3.7);
	});

	it('a pair is two conversations, and a reward model scores no words', () => {
		const activations = (objective: TrainingRecipe['objective']) => planMemory(qwen, gpu({ loraDropout: 0 }, objective), at).parts.activations;
		expect(activations('dpo')).toBe(2 * activations('sft'));
		expect(planMemory(qwen, gpu({}, 'rm'), at).parts.logits).toBe(0);
	});
});

const anything = { assumed: false, startable: () => true };

describe('whether it fits', () => {
	const a10 = { kind: 'gpu' as const, name: 'NVIDIA A10', memoryBytes: 24 * 2 ** 30, count: 1 };
	it('a 7B model with QLoRA on 24 GB does, with all weights it does not', () => {
		expect(fitOf(planMemory(qwen, gpu({ tuner: 'qlora', gradientCheckpointing: 'on' }), at), a10)).toBe('fits');
		expect(fitOf(planMemory(qwen, gpu({ tuner: 'full' }), at), a10)).toBe('too_large');
	});

	it('what to change fits, keeps the batch, and is no more than is needed', () => {
		const change = changeThatFits(qwen, gpu({ batchSize: 8, gradientAccumulation: 2 }), at, a10, anything);
		expect(change?.settings).toMatchObject({ batchSize: 1, gradientAccumulation: 16 });
		expect(fitOf(change?.plan ?? { total: Infinity, host: 0 }, a10)).toBe('fits');
		fc.assert(
			fc.property(anyShape, anyRecipe, fc.constantFrom(8, 16, 24, 48, 80), fc.integer({ min: 1, max: 8 }), (shape, recipe, gib, count) => {
				const gpus = { kind: 'gpu' as const, name: 'any', memoryBytes: gib * 2 ** 30, count, hostBytes: 2 * gib * 2 ** 30 };
				const found = changeThatFits(shape, recipe, at, gpus, anything);
				if (found) expect(fitOf(found.plan, gpus)).toBe('fits');
				if (found) expect(planMemory(shape, { ...recipe, ...found.settings } as TrainingRecipe, at).total).toBe(found.plan.total);
			})
		);
	});

	it('an update reads as many rows as were asked for, wherever the devices divide them', () => {
		// The recipe that a GPU gets by itself: 4 rows at a time, gathered 4 times, which four devices make of one row at a time.
		const byItself: TrainingRecipe = recipeDefaults('dpo', { device: 'gpu' });
		const four = { kind: 'gpu' as const, name: 'any', memoryBytes: 12 * 2 ** 30, count: 4 };
		expect(changeThatFits(qwen, byItself, at, four, anything)?.settings).toEqual({ batchSize: 1, strategy: 'fsdp2', gpus: 4 });
		fc.assert(
			fc.property(anyShape, anyRecipe, fc.constantFrom(8, 12, 16, 24, 48), fc.integer({ min: 1, max: 8 }), (shape, recipe, gib, count) => {
				const found = changeThatFits(shape, recipe, at, { ...four, memoryBytes: gib * 2 ** 30, count }, anything);
				const changed = { ...recipe, ...found?.settings } as TrainingRecipe;
				const rowsAtATime = totalBatch({ ...changed, gradientAccumulation: 1 });
				const away = Math.abs(totalBatch(changed) - totalBatch(recipe));
				if (totalBatch(recipe) % rowsAtATime === 0) expect(away).toBe(0);
				else expect(away).toBeLessThan(rowsAtATime);
			}),
			{ numRuns: 300 }
		);
	});

	it('nothing here makes 47 billion parameters fit 8 GB', () => expect(changeThatFits(shapeOf('Mixtral-8x7B'), gpu(), at, { ...a10, memoryBytes: 8 * 2 ** 30 }, anything)).toBeNull());

	it('a shorter length is a way out only where rows that are too long are cut, or nobody knows how long they are', () => {
		const long = { longest: 32_768, answer: 32_768 };
		const wayOut = (tooLong: 'refuse' | 'left', assumed = false) => changeThatFits(qwen, gpu({ tooLong, maxLength: 32_768 }), long, a10, { ...anything, assumed })?.settings;
		expect(wayOut('left')).toHaveProperty('maxLength');
		expect(wayOut('refuse', true)).toHaveProperty('maxLength');
		expect(wayOut('refuse') ?? {}).not.toHaveProperty('maxLength');
	});

	it('what is offloaded must fit the machine’s own memory, and is not offered where it would not be started', () => {
		const two = { ...a10, count: 2 };
		const offloaded = planMemory(qwen, gpu({ tuner: 'full', strategy: 'zero3_offload', gpus: 2 }), at);
		expect([fitOf(offloaded, two), fitOf(offloaded, { ...two, hostBytes: offloaded.host / 2 }), fitOf(offloaded, { ...two, hostBytes: offloaded.host / 0.95 }), fitOf(offloaded, { ...two, hostBytes: offloaded.host * 2 })]).toEqual(['fits', 'too_large', 'tight', 'fits']);
		expect(fitsOf(offloaded, { ...two, hostBytes: 1 })).toEqual({ device: 'fits', host: 'too_large' });
		const small = { kind: 'gpu' as const, name: 'any', memoryBytes: 12e9, count: 8 };
		const offered = (of: { deepspeed: boolean; hostBytes?: number }) => changeThatFits(shapeOf('Qwen3-30B-A3B'), gpu({ tuner: 'full' }), at, { ...small, ...(of.hostBytes ? { hostBytes: of.hostBytes } : {}) }, { assumed: false, startable: ({ strategy }) => of.deepspeed || strategy !== 'zero3_offload' })?.settings.strategy;
		expect([offered({ deepspeed: true }), offered({ deepspeed: false }), offered({ deepspeed: true, hostBytes: 1e9 })]).toEqual(['zero3_offload', undefined, undefined]);
	});

	it('what would not be started is never offered, and a way that another makes possible is', () => {
		const eight = { ...a10, count: 8 };
		const whole = gpu({ tuner: 'full' });
		const free = changeThatFits(qwen, whole, at, { ...eight, memoryBytes: 80 * 2 ** 30 }, anything);
		expect(free?.settings.strategy).toBe('fsdp2');
		// As where no engine has what FSDP2 wants for a second model: a spread adapter needs none.
		const startable = ({ strategy, tuner }: TrainingRecipe) => strategy === 'single' || (strategy === 'fsdp2' && tuner === 'lora');
		const large = shapeOf('Mixtral-8x7B');
		expect(changeThatFits(large, whole, at, eight, { assumed: false, startable })?.settings).toMatchObject({ strategy: 'fsdp2', tuner: 'lora' });
		fc.assert(
			fc.property(anyShape, anyRecipe, fc.constantFrom(8, 24, 80), fc.constantFrom(...(['lora', 'qlora', 'full', 'fsdp2', 'zero3_offload', 'single'] as const)), (shape, recipe, gib, never) => {
				const found = changeThatFits(shape, recipe, at, { ...eight, memoryBytes: gib * 2 ** 30 }, { assumed: true, startable: ({ tuner, strategy }) => tuner !== never && strategy !== never });
				const { tuner, strategy } = { ...recipe, ...found?.settings };
				if (found) expect([tuner, strategy]).not.toContain(never);
			})
		);
	});

	it('FSDP2 gathers the whole model, then the whole state of the optimiser, in the machine’s memory when it saves', () => {
		expect(planMemory(qwen, gpu({ tuner: 'full', strategy: 'fsdp2', gpus: 4 }, 'sft'), at).host).toBe(8 * PUBLISHED['Qwen2.5-7B'].parameters);
		expect(planMemory(qwen, gpu({ strategy: 'fsdp2', gpus: 2 }), at).host).toBeGreaterThan(2 * PUBLISHED['Qwen2.5-7B'].parameters);
		expect(planMemory(qwen, gpu({ strategy: 'ddp', gpus: 2 }), at).host).toBe(0);
	});

	it('processes on one processor share its memory: one alone is a way out', () => {
		const smol = shapeOf('SmolLM2-135M');
		const two: TrainingRecipe = { ...recipeDefaults('orpo', { device: 'cpu' }), strategy: 'ddp', gpus: 2 };
		const one = planMemory(smol, { ...two, strategy: 'single' }, { longest: 120, answer: 60 }, 'cpu');
		const both = planMemory(smol, two, { longest: 120, answer: 60 }, 'cpu');
		const adapter = one.parts.adapter;
		expect(both.total).toBeCloseTo(2 * (one.total + adapter), 0);
		const cpu = { kind: 'cpu' as const, name: 'CPU', memoryBytes: 1.5 * one.total, count: 1 };
		expect(changeThatFits(smol, two, { longest: 120, answer: 60 }, cpu, anything)?.settings).toEqual({ strategy: 'single', gpus: 1, gradientAccumulation: 2 * two.gradientAccumulation });
	});
});
