import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diskFinding, healthOf } from './run-health.ts';
import type { HealthStep } from './run-health.ts';

const run = (count: number, values: (i: number) => Record<string, number>): HealthStep[] => Array.from({ length: count }, (_, i) => ({ step: i + 1, values: { learning_rate: 1e-5, ...values(i) } }));
const rules = (steps: HealthStep[], of = { maxSteps: 100 as number | null, beta: 0.1 as number | null }) => healthOf(steps, of).map(({ rule }) => rule);
/** A run as it should go: the loss falls, accuracy rises, the preferred answers stay where they were. */
const sound = (i: number) => ({ loss: 0.69 - i * 0.005, 'rewards/accuracies': Math.min(0.9, i * 0.03), 'rewards/margins': i * 0.02, 'rewards/chosen': i * 0.01, 'logps/chosen': -200 + i * 0.1 });

describe('health rules', () => {
	it('say nothing of a sound run, of one that has only begun, and of none', () => {
		expect(rules(run(60, sound))).toEqual([]);
		expect(rules(run(3, () => ({ loss: 0.69, 'rewards/accuracies': 1 })))).toEqual([]);
		expect(rules([])).toEqual([]);
	});

	it('speak of a loss that is no number, at its step, and not of an evaluation’s line', () => {
		const steps = run(12, sound);
		steps[7] = { step: 8, values: { learning_rate: 1e-5, grad_norm: 3 } };
		expect(healthOf(steps, { maxSteps: 100, beta: 0.1 })).toEqual([{ rule: 'loss_not_a_number', step: 8, facts: {} }]);
		steps[7] = { step: 8, values: { eval_loss: 0.5 } };
		expect(rules(steps)).toEqual([]);
	});

	it('speak when the margin grows by pushing both answers down', () => {
		expect(rules(run(40, (i) => ({ ...sound(i), 'logps/chosen': -200 - i * 2 })))).toEqual(['chosen_falls']);
		// The same fall without a margin that rises is another matter.
		expect(rules(run(40, (i) => ({ ...sound(i), 'logps/chosen': -200 - i * 2, 'rewards/margins': -i })))).toEqual([]);
	});

	it('speak when every pair is right from the second step on', () => {
		expect(rules(run(12, (i) => ({ ...sound(i), 'rewards/accuracies': i === 0 ? 0 : 1 })))).toEqual(['right_at_once']);
		expect(rules(run(12, (i) => ({ ...sound(i), 'rewards/accuracies': i < 2 ? 0 : 1 })))).toEqual([]);
	});

	it('speak when answers are far from the reference, by reward and β or by the engine’s own figure', () => {
		const far = run(10, (i) => ({ ...sound(i), 'rewards/chosen': -6 }));
		expect(rules(far)).toEqual(['far_from_reference']);
		expect(rules(far, { maxSteps: 100, beta: null })).toEqual([]);
		expect(rules(run(10, (i) => ({ ...sound(i), kl: 80 })), { maxSteps: 100, beta: null })).toEqual(['far_from_reference']);
	});

	it('speak when GPUs mostly wait, not while a run starts and not where nobody samples', () => {
		const used = (share: (i: number) => number, count = 40) => run(count, (i) => ({ ...sound(i), 'gpu/use': share(i) }));
		expect(rules(used(() => 0.1))).toEqual(['gpu_idle']);
		expect(rules(used((i) => (i < 10 ? 0 : 0.9)))).toEqual([]);
		expect(rules(used(() => 0.1, 24))).toEqual([]);
		expect(healthOf(used(() => 0.1, 25), { maxSteps: 100, beta: 0.1 })).toEqual([{ rule: 'gpu_idle', step: 25, facts: { use: expect.closeTo(0.1) } }]);
	});

	it('speak when nothing moves, but not early, and not where accuracy says otherwise', () => {
		const still = (count: number, accuracy: number) => run(count, () => ({ loss: 0.693, 'rewards/accuracies': accuracy }));
		expect(rules(still(40, 0.5))).toEqual(['no_progress']);
		expect(rules(still(40, 0.5), { maxSteps: 1000, beta: 0.1 })).toEqual([]);
		expect(rules(still(40, 0.8))).toEqual([]);
		expect(rules(run(40, () => ({ loss: 2.5 })), { maxSteps: null, beta: null })).toEqual(['no_progress']);
	});

	it('take any numbers, give finite facts, and each rule once', () => {
		const number = fc.double({ noNaN: true, min: -1e6, max: 1e6 });
		const keys = ['loss', 'learning_rate', 'rewards/accuracies', 'rewards/margins', 'rewards/chosen', 'logps/chosen', 'kl'];
		fc.assert(
			fc.property(fc.array(fc.record(Object.fromEntries(keys.map((key) => [key, number])), { requiredKeys: [] }), { maxLength: 60 }), fc.option(fc.integer({ min: 1, max: 200 })), (all, maxSteps) => {
				const found = healthOf(all.map((values, i) => ({ step: i + 1, values: values as Record<string, number> })), { maxSteps, beta: 0.1 });
				expect(new Set(found.map(({ rule }) => rule)).size).toBe(found.length);
				for (const { facts } of found) expect(Object.values(facts).every(Number.isFinite)).toBe(true);
			})
		);
	});

	it('call a disk nearly full by share and by bytes', () => {
		expect(diskFinding({ freeBytes: 4e9, totalBytes: 1e12 }, 3)).toEqual({ rule: 'disk_nearly_full', step: 3, facts: { freeBytes: 4e9 } });
		expect(diskFinding({ freeBytes: 20e9, totalBytes: 1e12 }, 3)).toBeNull();
		expect(diskFinding({ freeBytes: 4e9, totalBytes: 20e9 }, 3)).toBeNull();
	});
});
