import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { preferenceAccuracy } from './preference-accuracy.ts';
import type { PairLogps, ScoredPair } from './preference-accuracy.ts';

const options = { seed: 's', resamples: 200 };
const at = (chosen: number, rejected: number): PairLogps => ({ chosen, rejected });

function pairs(count: number, logps: (i: number) => ScoredPair['logps'], lengths = at(10, 10)): ScoredPair[] {
	return Array.from({ length: count }, (_, i) => ({ group: `g${i}`, logps: logps(i), lengths }));
}

describe('preferenceAccuracy', () => {
	it('measures the move since the base, not the raw log-probability', () => {
		// The chosen answer stays the less likely one, but it gained 2 nats and the other lost 1.
		const result = preferenceAccuracy(pairs(30, () => ({ base: at(-50, -20), checkpoint: at(-48, -21) })), options);
		expect(result.accuracy?.value).toBe(1);
		expect(result.margin?.value).toBeCloseTo(3, 12);
		expect(result.lengthNormalised.value).toBe(0);
	});

	it('counts an exact zero as ½', () => {
		const same = preferenceAccuracy(pairs(30, () => ({ base: at(-50.3, -20.7), checkpoint: at(-50.3, -20.7) })), options);
		expect(same.accuracy?.value).toBe(0.5);
		expect(same.margin?.value).toBe(0);
	});

	it('shows nothing against the base for the base itself', () => {
		const base = preferenceAccuracy(pairs(30, () => ({ base: at(-5, -20), parent: at(-5, -20), checkpoint: at(-5, -20) })), { ...options, subject: 'base' });
		expect(base).toMatchObject({ accuracy: null, margin: null, versusParent: null, lengthNormalised: { value: 1 } });
	});

	it('divides by each answer’s own length', () => {
		const [pair] = pairs(1, () => ({ base: at(0, 0), checkpoint: at(-30, -20) }), at(60, 20));
		expect(preferenceAccuracy([pair as ScoredPair], options).lengthNormalised.value).toBe(1);
	});

	it('compares with the parent pair by pair', () => {
		const result = preferenceAccuracy(pairs(40, (i) => ({ base: at(-9, -9), parent: at(-8, -9), checkpoint: i % 4 === 0 ? at(-9, -9) : at(-6, -9) })), options);
		expect(result.versusParent?.risen.value).toBe(0.75);
		expect(result.versusParent?.difference.value).toBeCloseTo(0.75 * 2 - 0.25, 12);
	});

	it('has no comparison where no parent was scored', () => {
		expect(preferenceAccuracy(pairs(3, () => ({ base: at(0, 0), checkpoint: at(1, 0) })), options).versusParent).toBeNull();
	});

	it('gives the same against the base as a parent as against the base', () => {
		const logp = fc.double({ min: -500, max: 0, noNaN: true });
		const item = fc.record({ group: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz'), base: fc.tuple(logp, logp), checkpoint: fc.tuple(logp, logp) });
		fc.assert(
			fc.property(fc.array(item, { minLength: 1, maxLength: 40 }), (items) => {
				const scored = items.map(({ group, base, checkpoint }): ScoredPair => ({ group, logps: { base: at(...base), parent: at(...base), checkpoint: at(...checkpoint) }, lengths: at(3, 4) }));
				const result = preferenceAccuracy(scored, { seed: 's', resamples: 20 });
				expect(result.versusParent?.risen).toEqual(result.accuracy);
				expect(result.versusParent?.difference).toEqual(result.margin);
				// Chosen and rejected exchanged: the accuracy mirrors.
				const exchanged = scored.map(({ logps, ...rest }) => ({ ...rest, logps: { base: at(logps.base.rejected, logps.base.chosen), checkpoint: at(logps.checkpoint.rejected, logps.checkpoint.chosen) } }));
				expect(preferenceAccuracy(exchanged, { seed: 's', resamples: 20 }).accuracy?.value).toBeCloseTo(1 - (result.accuracy?.value ?? NaN), 12);
			}),
			{ numRuns: 50 }
		);
	});

	it('takes many pairs of one prompt group as one unit', () => {
		const one = Array.from({ length: 100 }, (): ScoredPair => ({ group: 'only', logps: { base: at(0, 0), checkpoint: at(1, 0) }, lengths: at(1, 1) }));
		expect(preferenceAccuracy(one, options)).toMatchObject({ pairs: 100, groups: 1, tooFew: true, accuracy: { value: 1, low: null, n: 100, groups: 1 } });
	});

	it('counts pairs whose scores are not finite instead of hiding or crashing', () => {
		const items = pairs(25, (i) => ({ base: at(-1, -2), checkpoint: i < 3 ? at(NaN, -1) : at(-1, -3) }));
		expect(preferenceAccuracy(items, options)).toMatchObject({ pairs: 22, notFinite: 3, accuracy: { value: 1, n: 22 } });
		expect(preferenceAccuracy([], options)).toMatchObject({ pairs: 0, tooFew: true, accuracy: { value: null } });
	});

	it('throws on an answer without tokens', () => {
		expect(() => preferenceAccuracy(pairs(1, () => ({ base: at(0, 0), checkpoint: at(0, 0) }), at(0, 1)), options)).toThrow(RangeError);
	});
});
