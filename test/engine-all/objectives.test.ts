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
		// An answer without a word, as a model may give, has a score as well.
		const empty = await writeRows(join(dir, 'rm-empty.jsonl'), pairs(2).map((pair) => ({ ...pair, chosen: [{ role: 'assistant', content: pair.chosen }], rejected: [{ role: 'assistant', content: '' }] })));
		const wordless = must(await scoreRows(environment, { ...request, rows: empty, checkpoints: { checkpoint: { kind: 'adapter', path: checkpoint.path } }, output: join(dir, 'rm-empty-scored.jsonl') }, scripts));
		expect(wordless.every(({ logps }) => Number.isFinite(logps['checkpoint']?.rejected))).toBe(true);
		// Merged, it gives the same scores as a model of its own.
		const whole = must(await mergeAdapter(environment, { model, adapter: checkpoint.path, reward: true }, join(dir, 'rm-whole'), scripts));
		expect(must(await verifyWhole(environment, whole.path, { ...scripts, reward: true })).rank).toBe(0);
		const merged = must(await scoreRows(environment, { ...request, checkpoints: { checkpoint: { kind: 'full', path: whole.path } }, output: join(dir, 'rm-merged.jsonl') }, scripts));
		merged.forEach(({ logps }, index) => expect(logps['checkpoint']?.chosen).toBeCloseTo(adapter[index]?.logps['checkpoint']?.chosen ?? NaN, 2));
	});
});

describe('a reward model that starts from a checkpoint', () => {
	const held = pairs(32).slice(24);
	const scoresOf = async (name: string, path: string, kind: 'adapter' | 'full') => {
		const rows = await writeRows(join(dir, `${name}-held.jsonl`), held);
		const scored = must(await scoreRows(environment, { model, rows, reward: true, checkpoints: { checkpoint: { kind, path } }, output: join(dir, `${name}-scored.jsonl`) }, scripts));
		return scored.map(({ logps }) => logps['checkpoint']?.chosen ?? NaN);
	};

	it('cannot go on with an adapter that writes text; with that merged it has a head of its own', async () => {
		const text = must((await train('text-first', { recipe: recipe('dpo', { maxSteps: 2, saveSteps: 2 }) })).outcome);
		expect((await train('rm-on-text', { recipe: recipe('rm', { maxSteps: 2, saveSteps: 2 }), parentAdapter: text.path })).outcome.ok).toBe(false);
		// Nor is one that writes text taken for one that gives scores.
		expect(await verifyAdapter(environment, model, text.path, { ...scripts, reward: true })).toMatchObject({ ok: false, problem: { code: 'checkpoint_refused', message: expect.stringContaining('holds no head that gives scores') } });
		const merged = must(await mergeAdapter(environment, { model, adapter: text.path, reward: false }, join(dir, 'text-merged'), scripts));
		expect(await verifyWhole(environment, merged.path, { ...scripts, reward: true })).toMatchObject({ ok: false, problem: { message: expect.stringContaining('holds no head that gives scores') } });
		const kept = must((await train('rm-on-merged', { recipe: recipe('rm', { maxSteps: 2, saveSteps: 2 }), model: merged })).outcome);
		expect(must(await verifyAdapter(environment, merged, kept.path, { ...scripts, reward: true }))).toMatchObject({ rank: 4 });
		const whole = must(await mergeAdapter(environment, { model: merged, adapter: kept.path, reward: true }, join(dir, 'rm-on-merged-whole'), scripts));
		expect(must(await verifyWhole(environment, whole.path, { ...scripts, reward: true })).rank).toBe(0);
	});

	it('goes on with another’s scores, by its adapter or merged', async () => {
		const first = must((await train('rm-first', { recipe: recipe('rm', { maxSteps: 30, saveSteps: 30, learningRate: 5e-3 }) })).outcome);
		const before = await scoresOf('rm-first', first.path, 'adapter');
		// A rate at which nothing is learned: what it begins with is what it ends with.
		const still = { maxSteps: 1, saveSteps: 1, learningRate: 1e-8 };
		const on = must((await train('rm-on-rm', { recipe: recipe('rm', still), parentAdapter: first.path })).outcome);
		must(await verifyAdapter(environment, model, on.path, { ...scripts, reward: true }));
		(await scoresOf('rm-on-rm', on.path, 'adapter')).forEach((score, index) => expect(score).toBeCloseTo(before[index] ?? NaN, 2));
		const merged = must(await mergeAdapter(environment, { model, adapter: first.path, reward: true }, join(dir, 'rm-merged-first'), scripts));
		const anew = must((await train('rm-on-merged-rm', { recipe: recipe('rm', { ...still, loraRank: 8 }), model: merged })).outcome);
		const whole = must(await mergeAdapter(environment, { model: merged, adapter: anew.path, reward: true }, join(dir, 'rm-on-merged-rm-whole'), scripts));
		(await scoresOf('rm-on-merged-rm', whole.path, 'full')).forEach((score, index) => expect(score).toBeCloseTo(before[index] ?? NaN, 1));
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
