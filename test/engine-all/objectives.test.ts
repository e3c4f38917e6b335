import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { mergeAdapter } from '../../workers/engine/swift/merge.ts';
import { scoreRows } from '../../workers/engine/swift/score.ts';
import { verifyAdapter, verifyWhole } from '../../workers/engine/swift/verify.ts';
import { answerRows, pairs, writeRows } from '../engine/rows.ts';
import { must, recipe, steps, train } from '../engine/train.ts';

const { environment, model, dir } = inject('engine');
const scripts = { cacheDir: join(dir, 'cache'), threads: 2 };

describe.each(['cpo', 'simpo', 'sft'] as const)('%s', (objective) => {
	it('trains an adapter that loads', async () => {
		const { outcome, events } = await train(objective, { recipe: recipe(objective, { maxSteps: 3 }) });
		const checkpoint = must(outcome);
		expect(checkpoint).toMatchObject({ step: 3, rows: 24, stoppedEarly: false });
		expect([...new Set(steps(events))]).toEqual([1, 2, 3]);
		expect(must(await verifyAdapter(environment, model, checkpoint.path, scripts))).toMatchObject({ rank: 4, changed: true });
	});
});

it.each(['ipo', 'robust'] as const)('DPO trains with the %s loss', async (lossType) => {
	const { outcome } = await train(`dpo-${lossType}`, { recipe: recipe('dpo', { maxSteps: 3, lossType, labelSmoothing: lossType === 'robust' ? 0.1 : 0 }) });
	expect(must(outcome).metrics).toHaveProperty('rewards/margins');
});

describe('a reward model', () => {
	it('learns to score the preferred answer higher, on questions it never saw', async () => {
		const { outcome } = await train('rm', { recipe: recipe('rm', { maxSteps: 60, saveSteps: 60, learningRate: 5e-3 }) });
		const checkpoint = must(outcome);
		expect(must(await verifyAdapter(environment, model, checkpoint.path, { ...scripts, reward: true }))).toMatchObject({ rank: 4 });
		const rows = await writeRows(join(dir, 'rm-held.jsonl'), pairs(40).slice(24));
		const request = { model, rows, reward: true };
		const adapter = must(await scoreRows(environment, { ...request, checkpoints: { checkpoint: { kind: 'adapter', path: checkpoint.path } }, output: join(dir, 'rm-scored.jsonl') }, scripts));
		expect(adapter.every(({ logps }) => logps['base']?.chosen === 0 && logps['base'].rejected === 0)).toBe(true);
		const right = adapter.filter(({ logps }) => (logps['checkpoint']?.chosen ?? 0) > (logps['checkpoint']?.rejected ?? 0)).length;
		expect(right / adapter.length).toBeGreaterThan(0.8);
		// Merged, it gives the same scores as a model of its own.
		const whole = must(await mergeAdapter(environment, { model, adapter: checkpoint.path, reward: true }, join(dir, 'rm-whole'), scripts));
		expect(must(await verifyWhole(environment, whole.path, { ...scripts, reward: true })).rank).toBe(0);
		const merged = must(await scoreRows(environment, { ...request, checkpoints: { checkpoint: { kind: 'full', path: whole.path } }, output: join(dir, 'rm-merged.jsonl') }, scripts));
		merged.forEach(({ logps }, index) => expect(logps['checkpoint']?.chosen).toBeCloseTo(adapter[index]?.logps['checkpoint']?.chosen ?? NaN, 2));
	});
});

describe('the stage before', () => {
	it('SFT on accepted answers, then DPO on its adapter, held to it', async () => {
		const first = must((await train('stage-sft', { recipe: recipe('sft', { maxSteps: 3 }) }, { rows: answerRows(pairs(24)) })).outcome);
		const { outcome, events } = await train('stage-dpo', { recipe: recipe('dpo', { maxSteps: 3 }), parentAdapter: first.path });
		expect(must(outcome)).toMatchObject({ step: 3, rows: 24 });
		expect(events.find((event) => event.type === 'metrics')).toMatchObject({ step: 1, values: { 'rewards/margins': 0 } });
	});
});
