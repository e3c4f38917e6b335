import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { opposite, SIDE_ORDERS, sideOrder, toCanonical, toShown } from './presentation.ts';
import { PAIR_VERDICTS, SHOWN_PAIR_VERDICTS, SINGLE_VERDICTS } from './verdict.ts';

const orders = fc.constantFrom(...SIDE_ORDERS);

describe('sideOrder', () => {
	it('shows each response on the left equally often within a comparison, give or take one', () => {
		fc.assert(
			fc.property(fc.string(), fc.string(), fc.integer({ min: 1, max: 9 }), (seed, comparison, overlap) => {
				const ab = Array.from({ length: overlap }, (_, position) => sideOrder({ seed, comparison, position })).filter((order) => order === 'ab').length;
				expect(Math.abs(ab - (overlap - ab))).toBeLessThanOrEqual(1);
			})
		);
	});

	it('starts with either order about equally often over comparisons', () => {
		let ab = 0;
		for (let i = 0; i < 2000; i++) if (sideOrder({ seed: 's', comparison: `c${i}`, position: 0 }) === 'ab') ab += 1;
		expect(Math.abs(ab - 1000)).toBeLessThan(150);
	});

	it('depends on the seed', () => {
		const of = (seed: string): string => Array.from({ length: 40 }, (_, i) => sideOrder({ seed, comparison: `c${i}`, position: 0 })).join('');
		expect(of('one')).not.toBe(of('two'));
	});
});

describe('toCanonical and toShown', () => {
	it('undo each other', () => {
		fc.assert(
			fc.property(orders, fc.constantFrom(...PAIR_VERDICTS, ...SINGLE_VERDICTS), fc.constantFrom(...SHOWN_PAIR_VERDICTS, ...SINGLE_VERDICTS), (order, verdict, shown) => {
				expect(toCanonical(order, toShown(order, verdict))).toBe(verdict);
				expect(toShown(order, toCanonical(order, shown))).toBe(shown);
			})
		);
	});

	it('name the response that stood on that side', () => {
		expect(toCanonical('ab', 'left')).toBe('a');
		expect(toCanonical('ba', 'left')).toBe('b');
		expect(toCanonical('ab', 'right')).toBe('b');
		expect(toShown('ba', 'a')).toBe('right');
	});

	it('leave alone what names no side', () => {
		for (const verdict of ['tie', 'both_bad', 'cannot_judge', 'good', 'bad'] as const) expect(toCanonical('ba', verdict)).toBe(verdict);
	});

	it('swap under the opposite order', () => {
		for (const order of SIDE_ORDERS) expect(toCanonical(opposite(order), 'left')).toBe(toCanonical(order, 'right'));
	});
});
