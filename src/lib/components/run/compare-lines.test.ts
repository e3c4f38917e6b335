import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byLook, frameOf, lineLook, logarithmic, smoothed } from './compare-lines.ts';

const curve = fc.array(fc.double({ noNaN: true, min: -1e3, max: 1e3 }), { minLength: 1, maxLength: 60 }).map((all) => all.map((y, x) => ({ x, y })));

describe('lines of several runs', () => {
	it('look apart up to eighteen', () => {
		expect(new Set(Array.from({ length: 18 }, (_, n) => JSON.stringify(lineLook(n)))).size).toBe(18);
	});

	it('are smoothed without leaving their bounds, or a straight line but at its ends', () => {
		fc.assert(
			fc.property(curve, fc.integer({ min: 1, max: 31 }), (points, width) => {
				const mean = smoothed(points, width);
				const { y } = frameOf([points]);
				expect(mean.map(({ x }) => x)).toEqual(points.map(({ x }) => x));
				for (const point of mean) expect(point.y >= y[0] && point.y <= y[1]).toBe(true);
			})
		);
		expect(smoothed([0, 1, 2, 3, 4].map((x) => ({ x, y: 2 * x })), 3).map(({ y }) => y)).toEqual([1, 2, 4, 6, 7]);
	});

	it('have no logarithm at or below zero', () => {
		expect(logarithmic([{ x: 1, y: 100 }, { x: 2, y: 0 }, { x: 3, y: -1 }])).toEqual([{ x: 1, y: 2 }]);
	});

	it('that look alike are one, in their order, with a gap between any two', () => {
		fc.assert(
			fc.property(fc.array(curve, { maxLength: 40 }), (curves) => {
				const looks = byLook(curves.map((points, n) => ({ points, ...lineLook(n) })));
				expect(looks.length).toBe(Math.min(18, curves.length));
				for (const [n, { points, colour, dash }] of looks.entries()) {
					expect({ colour, dash }).toEqual(lineLook(n));
					const stretches = points.reduce<{ x: number; y: number }[][]>((all, point) => (Number.isFinite(point.y) ? [...all.slice(0, -1), [...(all.at(-1) ?? []), point]] : [...all, []]), [[]]);
					expect(stretches).toEqual(curves.filter((_, at) => at % 18 === n));
				}
			})
		);
	});

	it('stand in a frame that holds them all, also when there is none', () => {
		expect(frameOf([])).toEqual({ x: [0, 1], y: [0, 1] });
		expect(frameOf([[{ x: 5, y: 3 }]])).toEqual({ x: [0, 5], y: [expect.closeTo(2.7), expect.closeTo(3.3)] });
	});
});
