import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { thinned } from './thinned.ts';

const curve = (count: number, y: (i: number) => number) => Array.from({ length: count }, (_, i) => ({ x: i + 1, y: y(i) }));

describe('thinned', () => {
	it('leaves few points as they are', () => {
		const few = curve(3, (i) => i);
		expect(thinned(few, 400)).toEqual(few);
	});

	it('keeps a peak, both ends and the order of ten thousand points in four hundred of theirs', () => {
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 9998 }), (peak) => {
				const all = curve(10_000, (i) => (i === peak ? 50 : Math.sin(i / 500)));
				const kept = thinned(all, 400);
				expect(kept.length).toBeLessThanOrEqual(400);
				expect(kept.map(({ y }) => y)).toContain(50);
				expect([kept[0]?.x, kept.at(-1)?.x]).toEqual([1, 10_000]);
				expect(kept.every(({ x, y }, i) => all[x - 1]?.y === y && (i === 0 || x > (kept[i - 1]?.x ?? 0)))).toBe(true);
			}),
			{ numRuns: 20 }
		);
	});
});
