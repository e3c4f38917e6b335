import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { healthOf } from '#lib/domain/run-health.ts';
import { chatTemplateHash } from '../../workers/engine/swift/chat-template.ts';
import { mergeAdapter } from '../../workers/engine/swift/merge.ts';
import { scoreRows } from '../../workers/engine/swift/score.ts';
import { verifyAdapter, verifyWhole, waitingCheck } from '../../workers/engine/swift/verify.ts';
import { pairs, writeRows } from '../engine/rows.ts';
import { must, recipe, train } from '../engine/train.ts';

const { environment, model, dir } = inject('engine');
const scripts = { cacheDir: join(dir, 'cache'), threads: 2 };

describe('all weights', () => {
	it('learn by DPO, held to a model of their own, and make a whole model that is scored as one', async () => {
		const { outcome, prepared } = await train('full-dpo', { recipe: recipe('dpo', { tuner: 'full', maxSteps: 4, saveSteps: 2, learningRate: 1e-3 }), referenceModel: model.path });
		const checkpoint = must(outcome);
		expect(checkpoint).toMatchObject({ step: 4, rows: 24 });
		expect(prepared.resumeCheckpoint).toBeUndefined();
		expect(must(await verifyWhole(environment, checkpoint.path, scripts))).toMatchObject({ rank: 0 });
		const rows = await writeRows(join(dir, 'full-rows.jsonl'), pairs(8));
		const scored = must(await scoreRows(environment, { model, checkpoints: { checkpoint: { kind: 'full', path: checkpoint.path } }, rows, output: join(dir, 'full-scored.jsonl') }, scripts));
		const margins = scored.map(({ logps }) => (logps['checkpoint']?.chosen ?? NaN) - (logps['base']?.chosen ?? NaN) - ((logps['checkpoint']?.rejected ?? NaN) - (logps['base']?.rejected ?? NaN)));
		expect(margins.reduce((sum, margin) => sum + margin, 0)).toBeGreaterThan(0);
	});

	it('go on from a whole checkpoint after a kill', async () => {
		const killed = await train('full-killed', { recipe: recipe('sft', { tuner: 'full', maxSteps: 2000, saveSteps: 5 }) }, { onEvent: (event, { pid }) => void (event.type === 'metrics' && event.step >= 12 && process.kill(-pid, 'SIGKILL')) });
		expect(killed.outcome).toMatchObject({ ok: false, problem: { code: 'killed' } });
		const again = await train('full-again', { ...killed.prepared.request, attempt: 'full-again', dir: join(dir, 'full-again'), resumeFrom: killed.prepared.request.dir, recipe: recipe('sft', { tuner: 'full', maxSteps: 20, saveSteps: 5 }) });
		expect(again.prepared.resumeCheckpoint?.step).toBeGreaterThanOrEqual(10);
		expect(must(again.outcome)).toMatchObject({ step: 20 });
	});
});

it('a merged adapter is the same model, on which a new one of another shape is trained', async () => {
	const first = must((await train('merge-first', { recipe: recipe('dpo', { maxSteps: 6, learningRate: 1e-2 }) })).outcome);
	const merged = must(await mergeAdapter(environment, { model, adapter: first.path, reward: false }, join(dir, 'merged'), scripts));
	expect(await chatTemplateHash(merged)).toBe(await chatTemplateHash(model));
	const rows = await writeRows(join(dir, 'merged-rows.jsonl'), pairs(6));
	const scored = must(await scoreRows(environment, { model, checkpoints: { adapter: { kind: 'adapter', path: first.path }, whole: { kind: 'full', path: merged.path } }, rows, output: join(dir, 'merged-scored.jsonl') }, scripts));
	for (const { logps } of scored) {
		expect(logps['whole']?.chosen).toBeCloseTo(logps['adapter']?.chosen ?? NaN, 1);
		expect(Math.abs((logps['whole']?.chosen ?? 0) - (logps['base']?.chosen ?? 0))).toBeGreaterThan(0.01);
	}
	const second = await train('merge-second', { recipe: recipe('dpo', { maxSteps: 3, loraRank: 8, targetModules: 'q_proj,v_proj' }), model: merged });
	expect(must(await verifyAdapter(environment, merged, must(second.outcome).path, scripts))).toMatchObject({ rank: 8, changed: true });
});

it.each([
	['DoRA', { dora: true }],
	['rsLoRA on named layers', { rsLora: true, targetModules: 'q_proj,v_proj', loraDropout: 0 }],
	['LoRA in fp32 with activations recomputed', { precision: 'fp32', gradientCheckpointing: 'on' }]
] as const)('%s trains', async (name, over) => {
	const { outcome } = await train(`tuner-${name.replaceAll(/\W/g, '')}`, { recipe: recipe('dpo', { maxSteps: 3, ...over }) });
	expect(must(await verifyAdapter(environment, model, must(outcome).path, scripts))).toMatchObject({ changed: true });
});

it('a check that waits gives what one started anew does, of whatever it is asked, and so does one that is gone', async () => {
	const checkpoint = must((await train('waiting', { recipe: recipe('dpo', { maxSteps: 2, saveSteps: 2 }) })).outcome);
	const waiting = await waitingCheck(environment, model, scripts);
	const anew = await verifyAdapter(environment, model, checkpoint.path, scripts);
	expect(await verifyAdapter(environment, model, checkpoint.path, { ...scripts, waiting })).toEqual(anew);
	expect(await verifyAdapter(environment, model, join(dir, 'nothing-here'), { ...scripts, waiting })).toMatchObject({ ok: false, problem: { code: 'checkpoint_refused' } });
	expect(must(await verifyWhole(environment, model.path, { ...scripts, waiting })).rank).toBe(0);
	waiting.stop();
	await waiting.ended;
	expect(await verifyAdapter(environment, model, checkpoint.path, { ...scripts, waiting })).toEqual(anew);
});

it('dropout moves SFT, and no objective of preferences: the recipe offers it there alone', async () => {
	const losses = async (objective: 'dpo' | 'sft', dropout: number) => {
		const { outcome, events } = await train(`dropout-${objective}-${dropout}`, { recipe: recipe(objective, { maxSteps: 3, saveSteps: 3, learningRate: 1e-2, advanced: { lora_dropout: dropout } }) });
		must(outcome);
		return events.flatMap((event) => (event.type === 'metrics' ? [event.values['loss']] : []));
	};
	expect(await losses('dpo', 0.9)).toEqual(await losses('dpo', 0));
	expect(await losses('sft', 0.9)).not.toEqual(await losses('sft', 0));
});

it('a training whose loss stops being a number says so while it runs, and leaves no checkpoint', async () => {
	const { outcome, events } = await train('spoilt', { recipe: recipe('sft', { maxSteps: 5, saveSteps: 5, learningRate: 1e20, warmupRatio: 0 }) });
	const seen = events.flatMap((event) => (event.type === 'metrics' ? [{ step: event.step, values: event.values }] : []));
	expect(healthOf(seen, { maxSteps: 5, beta: null })).toContainEqual({ rule: 'loss_not_a_number', step: expect.any(Number), facts: {} });
	expect(await verifyAdapter(environment, model, must(outcome).path, scripts)).toMatchObject({ ok: false, problem: { code: 'not_a_number' } });
});

it('QLoRA trains on 4-bit weights, and its adapter fits the original ones', async () => {
	const { outcome, prepared } = await train('qlora', { recipe: recipe('dpo', { tuner: 'qlora', maxSteps: 3, precision: 'fp32' }) });
	expect(prepared.request.recipe.tuner).toBe('qlora');
	const checkpoint = must(outcome);
	expect(checkpoint).toMatchObject({ step: 3, rows: 24 });
	expect(must(await verifyAdapter(environment, model, checkpoint.path, scripts))).toMatchObject({ rank: 4, changed: true });
});
