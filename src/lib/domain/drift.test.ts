import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { driftOf } from './drift.ts';
import type { ScoredAnswer } from './drift.ts';

const seed = 'drift';
const answer = (more: Partial<ScoredAnswer> = {}): ScoredAnswer => ({ group: 'g', tokens: 10, base: -20, parent: -20, checkpoint: -20, ...more });
const logp = fc.double({ min: -500, max: 0, noNaN: true });
const answers = fc.array(fc.record({ group: fc.constantFrom('a', 'b', 'c'), tokens: fc.integer({ min: 1, max: 300 }), base: logp, parent: logp, checkpoint: logp }), { minLength: 1, maxLength: 30 });
const value = (drift: ReturnType<typeof driftOf>, of: 'fromBase' | 'fromParent') => drift?.[of].value ?? NaN;

describe('drift', () => {
	it('counts movement per token whichever way an answer moved', () => {
		const drift = driftOf([answer({ checkpoint: -15 }), answer({ checkpoint: -30, parent: -29 })], { seed });
		expect(value(drift, 'fromBase')).toBeCloseTo((0.5 + 1) / 2);
		expect(value(drift, 'fromParent')).toBeCloseTo((0.5 + 0.1) / 2);
		expect(drift?.fromBase).toMatchObject({ n: 2, groups: 1, tooFew: true });
	});

	it('is zero for a model that has not moved, and nothing where nothing can be said', () => {
		expect(driftOf([answer()], { seed })).toMatchObject({ fromBase: { value: 0 }, fromParent: { value: 0 } });
		expect(driftOf([], { seed })).toBeNull();
		expect(driftOf([answer({ checkpoint: NaN })], { seed })).toBeNull();
	});

	it('from the base is at most what the rounds before and this round add up to, on the same answers', () => {
		fc.assert(
			fc.property(answers, (all) => {
				const own = driftOf(all, { seed, resamples: 10 });
				const before = driftOf(all.map((one) => ({ ...one, checkpoint: one.parent })), { seed, resamples: 10 });
				expect(value(own, 'fromBase')).toBeLessThanOrEqual(value(before, 'fromBase') + value(own, 'fromParent') + 1e-9);
				expect(value(own, 'fromBase')).toBeGreaterThanOrEqual(0);
			})
		);
	});
});
