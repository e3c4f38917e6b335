import fc from 'fast-check';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { SweepPlanSchema } from '#lib/domain/sweep-plan.ts';
import { parseSettings, parseSweep, settingsText, sweepText } from './settings-text.ts';

it('reads lines with or without a sign between name and value', () => {
	expect(parseSettings('maxSteps 200\n\n beta=0.1\nlossType = ipo\nrpoAlpha null\ndora true')).toEqual({ maxSteps: 200, beta: 0.1, lossType: 'ipo', rpoAlpha: null, dora: true });
});

it('gives back what it wrote', () => {
	const name = fc.stringMatching(/^[a-z][A-Za-z]{0,12}$/u).filter((key) => key !== '__proto__');
	fc.assert(
		fc.property(fc.dictionary(name, fc.oneof(fc.integer(), fc.boolean(), fc.constant(null), fc.stringMatching(/^[a-z][a-z_-]{1,12}$/u).filter((word) => !['true', 'false', 'null'].includes(word)))), (settings) => {
			expect(parseSettings(settingsText(settings))).toEqual({ ...settings });
		})
	);
});

it('reads what a sweep tries: values of a grid, or bounds to draw between', () => {
	expect(parseSweep(' \n')).toBeNull();
	expect(parseSweep('beta 0.05 0.1\nlearningRate = 1e-4, 3e-4')).toEqual({ method: 'grid', settings: { beta: [0.05, 0.1], learningRate: [1e-4, 3e-4] } });
	expect(parseSweep('beta 0.05..0.5\nloraRank 8\ndraw 4')).toEqual({ method: 'random', settings: { beta: { from: 0.05, to: 0.5 }, loraRank: { from: 8, to: 8 } }, count: 4, seed: 1 });
	// What says nothing that can be meant is refused where it is taken.
	for (const text of ['beta much', 'beta 0.1..', 'beta 0.05..0.5', 'beta']) expect(v.is(v.nullable(SweepPlanSchema), parseSweep(text))).toBe(false);
});

it('gives back a sweep that it wrote', () => {
	const name = fc.stringMatching(/^[a-z][A-Za-z]{0,12}$/u).filter((key) => !['__proto__', 'draw', 'seed'].includes(key));
	const value = fc.double({ noNaN: true, noDefaultInfinity: true }).map((one) => one + 0);
	const grid = fc.record({ method: fc.constant('grid' as const), settings: fc.dictionary(name, fc.array(value, { minLength: 1, maxLength: 5 }), { minKeys: 1 }) });
	const random = fc.record({ method: fc.constant('random' as const), settings: fc.dictionary(name, fc.record({ from: value, to: value }), { minKeys: 1 }), count: fc.integer({ min: 2, max: 32 }), seed: fc.nat() });
	fc.assert(
		fc.property(fc.oneof(grid, random), (plan) => {
			expect(parseSweep(sweepText(plan))).toEqual({ ...plan, settings: { ...plan.settings } });
		})
	);
});
