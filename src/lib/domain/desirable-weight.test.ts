import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { proposeDesirableWeight } from './desirable-weight.ts';

describe('proposeDesirableWeight', () => {
	it('keeps the weighted ratio within the paper’s bounds', () => {
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 1e6 }), (desirable, undesirable) => {
				const weight = proposeDesirableWeight(desirable, undesirable);
				const ratio = ((weight?.desirable ?? 0) * desirable) / ((weight?.undesirable ?? 1) * undesirable);
				expect(ratio).toBeGreaterThanOrEqual(1 - 1e-9);
				expect(ratio).toBeLessThanOrEqual(4 / 3 + 1e-9);
			})
		);
	});

	it('changes nothing when the counts are balanced already', () => {
		expect(proposeDesirableWeight(100, 100)).toEqual({ desirable: 1, undesirable: 1 });
		expect(proposeDesirableWeight(120, 100)).toEqual({ desirable: 1, undesirable: 1 });
	});

	it('raises rare desirable rows and lowers frequent ones', () => {
		expect(proposeDesirableWeight(100, 300)).toEqual({ desirable: 3, undesirable: 1 });
		expect(proposeDesirableWeight(400, 100)?.desirable).toBeCloseTo(1 / 3);
	});

	it('proposes nothing when one kind is missing', () => {
		expect(proposeDesirableWeight(0, 5)).toBeNull();
		expect(proposeDesirableWeight(5, 0)).toBeNull();
	});
});
