import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_SHARES, drawSplit, groupPosition, sharesProblem, splitAt, SPLITS } from './holdout.ts';

const shares = fc
	.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 20 }))
	.filter((parts) => parts.some((part) => part > 0))
	.map(([train, dev, test]) => {
		const sum = train + dev + test;
		return { train: train / sum, dev: dev / sum, test: test / sum };
	});

describe('drawSplit', () => {
	it('gives a group the same split every time, and never one with share 0', () => {
		fc.assert(
			fc.property(fc.string(), fc.string(), shares, (salt, group, wanted) => {
				const split = drawSplit({ salt, group, shares: wanted });
				expect(drawSplit({ salt, group, shares: wanted })).toBe(split);
				expect(wanted[split]).toBeGreaterThan(0);
			})
		);
	});

	it('meets the default shares over many groups', () => {
		const counts = { train: 0, dev: 0, test: 0 };
		for (let i = 0; i < 8000; i++) counts[drawSplit({ salt: 'salt', group: `group ${i}` })] += 1;
		for (const split of SPLITS) expect(Math.abs(counts[split] / 8000 - DEFAULT_SHARES[split])).toBeLessThan(0.02);
	});

	it('draws anew under another salt', () => {
		const of = (salt: string): string => Array.from({ length: 60 }, (_, i) => drawSplit({ salt, group: `g${i}` })).join();
		expect(of('one')).not.toBe(of('two'));
	});

	it('only moves groups out of a split that shrinks', () => {
		for (let i = 0; i < 300; i++) {
			if (drawSplit({ salt: 's', group: `g${i}` }) !== 'train') continue;
			expect(drawSplit({ salt: 's', group: `g${i}`, shares: { train: 0.9, dev: 0.05, test: 0.05 } })).toBe('train');
		}
	});

	it('throws on shares that cannot be', () => {
		expect(() => drawSplit({ salt: 's', group: 'g', shares: { train: 0.5, dev: 0, test: 0.4 } })).toThrow(RangeError);
	});
});

describe('splitAt', () => {
	it('gives the bounds to the next split, and nothing to a share of 0 that rounding left open', () => {
		const even = { train: 0.5, dev: 0.25, test: 0.25 };
		expect([0, 0.4999, 0.5, 0.7499, 0.75, 0.9999].map((position) => splitAt(position, even))).toEqual(['train', 'train', 'dev', 'dev', 'test', 'test']);
		expect(splitAt(1 - 2 ** -52, { train: 0.9, dev: 0.1 - 1e-12, test: 0 })).toBe('dev');
		expect(splitAt(1 - 2 ** -52, { train: 1 - 1e-12, dev: 0, test: 0 })).toBe('train');
	});
});

describe('groupPosition', () => {
	it('is in [0, 1)', () => {
		fc.assert(fc.property(fc.string(), fc.string(), (salt, group) => groupPosition(salt, group) >= 0 && groupPosition(salt, group) < 1));
	});
});

describe('sharesProblem', () => {
	it('accepts shares that add up to 1 and names what is wrong with others', () => {
		expect(sharesProblem(DEFAULT_SHARES)).toBeNull();
		expect(sharesProblem({ train: 0.7, dev: 0.2, test: 0.1 })).toBeNull();
		expect(sharesProblem({ train: 1.2, dev: -0.2, test: 0 })).toContain('at least 0');
		expect(sharesProblem({ train: 0.5, dev: 0.1, test: 0.1 })).toContain('add up');
		expect(sharesProblem({ train: NaN, dev: 0, test: 1 })).not.toBeNull();
	});
});
