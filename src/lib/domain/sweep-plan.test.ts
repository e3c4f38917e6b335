import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { MOST_POINTS, planProblems, sweepPoints, SweepPlanSchema, sweptFields } from './sweep-plan.ts';
import type { SweepPlan } from './sweep-plan.ts';
import { OBJECTIVES, recipeDefaults } from './training-recipe.ts';

const grid = (settings: Record<string, number[]>): SweepPlan => ({ method: 'grid', settings });
const fields = (plan: SweepPlan) => planProblems(plan, 'dpo').map(({ setting, code }) => (setting === null ? code : `${setting} ${code}`));

describe('what a sweep tries', () => {
	it.each(OBJECTIVES)('is what the recipe of %s has as numbers that training depends on, and nothing of the hardware', (objective) => {
		const offered = sweptFields(objective);
		expect(offered).toEqual(expect.arrayContaining(['learningRate', 'loraRank', 'epochs']));
		expect(offered.filter((key) => ['gpus', 'nodes', 'seed', 'saveSteps', 'maxLength', 'targetModules'].includes(key))).toEqual([]);
		const recipe = recipeDefaults(objective, { device: 'gpu' }) as Record<string, unknown>;
		expect(offered.filter((key) => recipe[key] !== null && typeof recipe[key] !== 'number')).toEqual([]);
	});

	it('names what cannot be laid out', () => {
		expect(fields(grid({}))).toEqual(['none_named']);
		expect(fields(grid({ beta: [0.1] }))).toEqual(['nothing_varies']);
		expect(fields(grid({ gpus: [1, 2], lossType: [1] }))).toEqual(['gpus not_offered', 'lossType not_offered']);
		expect(fields(grid({ beta: [0.1, 0.1] }))).toEqual(['beta named_twice']);
		expect(fields(grid({ maxSteps: [10, 20], epochs: [1] }))).toEqual(['epochs length_twice']);
		expect(fields(grid({ beta: [1, 2, 3, 4, 5, 6], learningRate: [1, 2, 3, 4, 5, 6] }))).toEqual(['too_many']);
		const random = (settings: Record<string, { from: number; to: number }>): SweepPlan => ({ method: 'random', settings, count: 4, seed: 1 });
		expect(fields(random({ beta: { from: 2, to: 1 }, learningRate: { from: 0, to: 1 }, loraRank: { from: 1.5, to: 8 }, weightDecay: { from: 0, to: 0.2 } }))).toEqual(['beta bounds_crossed', 'learningRate above_zero', 'loraRank whole']);
		expect(fields(random({ beta: { from: 1, to: 1 } }))).toEqual(['nothing_varies']);
		expect(fields(random({ beta: { from: 1, to: 1 }, loraRank: { from: 1, to: 8 } }))).toEqual([]);
		expect(v.is(SweepPlanSchema, { method: 'random', settings: {}, count: MOST_POINTS + 1, seed: 0 })).toBe(false);
	});
});

describe('the points of a grid', () => {
	it('are the product of its values, each combination once', () => {
		fc.assert(
			fc.property(fc.uniqueArray(fc.double({ min: 1e-4, max: 10, noNaN: true }), { minLength: 1, maxLength: 5 }), fc.uniqueArray(fc.integer({ min: 1, max: 64 }), { minLength: 2, maxLength: 6 }), (betas, ranks) => {
				const points = sweepPoints(grid({ beta: betas, loraRank: ranks }), 'dpo');
				expect(points).toHaveLength(betas.length * ranks.length);
				expect(new Set(points.map((point) => JSON.stringify(point))).size).toBe(points.length);
				expect(points.every(({ beta, loraRank }) => betas.includes(beta ?? NaN) && ranks.includes(loraRank ?? NaN))).toBe(true);
			})
		);
	});
});

describe('drawn points', () => {
	const plan = fc.record({
		method: fc.constant('random' as const),
		settings: fc.record({ learningRate: fc.constant({ from: 1e-6, to: 1e-3 }), loraRank: fc.integer({ min: 1, max: 8 }).map((from) => ({ from, to: from + 20 })), weightDecay: fc.constant({ from: 0, to: 0.3 }), maxSteps: fc.constant({ from: 10, to: 12 }) }),
		count: fc.integer({ min: 2, max: MOST_POINTS }),
		seed: fc.integer({ min: 0, max: 2 ** 31 - 1 })
	});

	it('lie within their bounds, are whole where that is asked, all different, and as many as asked', () => {
		fc.assert(
			fc.property(plan, (one) => {
				const points = sweepPoints(one, 'dpo');
				expect(points).toHaveLength(one.count);
				expect(new Set(points.map((point) => JSON.stringify(point))).size).toBe(one.count);
				for (const point of points) {
					for (const [key, { from, to }] of Object.entries(one.settings)) {
						const value = point[key as keyof typeof point] ?? NaN;
						expect(value >= from && value <= to, `${key} ${value}`).toBe(true);
					}
					expect(Number.isInteger(point.loraRank) && Number.isInteger(point.maxSteps)).toBe(true);
				}
			})
		);
	});

	it('are the same whenever they are drawn again, however the settings are ordered', () => {
		fc.assert(
			fc.property(plan, (one) => {
				const turned = { ...one, settings: Object.fromEntries(Object.entries(one.settings).toReversed()) } as typeof one;
				expect(sweepPoints(turned, 'dpo')).toEqual(sweepPoints(one, 'dpo'));
			})
		);
		const seeded = (seed: number) => sweepPoints({ method: 'random', settings: { beta: { from: 0.01, to: 1 } }, count: 4, seed }, 'dpo');
		expect(seeded(1)).not.toEqual(seeded(2));
	});

	it('give each order of magnitude of a rate the same chance', () => {
		const rates = Array.from({ length: 40 }, (_, seed) => sweepPoints({ method: 'random', settings: { learningRate: { from: 1e-6, to: 1e-3 } }, count: 30, seed }, 'dpo')).flat();
		const below = (limit: number) => rates.filter(({ learningRate }) => (learningRate ?? 1) < limit).length / rates.length;
		expect(below(1e-5)).toBeCloseTo(1 / 3, 1);
		expect(below(1e-4)).toBeCloseTo(2 / 3, 1);
	});

	it('are fewer where there are not as many', () => {
		expect(sweepPoints({ method: 'random', settings: { loraRank: { from: 1, to: 3 } }, count: 10, seed: 5 }, 'dpo').map(({ loraRank }) => loraRank).sort()).toEqual([1, 2, 3]);
	});
});
