import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitted, held, MOST_ENLARGED, moved, WHOLE, zoomed } from './view.ts';

const side = fc.integer({ min: 1, max: 8000 });
const size = fc.record({ width: side, height: side });
const point = fc.record({ x: fc.integer({ min: -4000, max: 4000 }), y: fc.integer({ min: -4000, max: 4000 }) });

describe('view', () => {
	it('keeps the point under the hand where it is', () => {
		const [image, box] = [{ width: 1000, height: 1000 }, { width: 500, height: 500 }];
		const view = zoomed(WHOLE, 4, { x: 100, y: -50 }, image, box);
		// What was at (100, −50) from the middle is at 4 × that of the image, moved by the view.
		expect({ x: 100 * 4 + view.x, y: -50 * 4 + view.y }).toEqual({ x: 100, y: -50 });
	});

	it('never loses the image and never leaves the bounds of its scale', () => {
		fc.assert(
			fc.property(size, size, fc.array(fc.record({ times: fc.double({ min: 0.1, max: 10, noNaN: true }), at: point, by: point }), { maxLength: 12 }), (image, box, steps) => {
				let view = WHOLE;
				for (const { times, at, by } of steps) view = moved(zoomed(view, times, at, image, box), by, image, box);
				const shown = fitted(image, box);
				expect(view.scale >= 1 && view.scale <= MOST_ENLARGED).toBe(true);
				for (const [at, of, whole] of [[view.x, shown.width, box.width], [view.y, shown.height, box.height]] as const) {
					expect(Math.abs(at)).toBeLessThanOrEqual(Math.max(0, (of * view.scale - whole) / 2) + 1e-6);
				}
			})
		);
	});

	it('brings everything back to the middle when it is whole again', () => {
		const [image, box] = [{ width: 800, height: 300 }, { width: 400, height: 400 }];
		const near = moved(zoomed(WHOLE, 6, { x: 30, y: 30 }, image, box), { x: 999, y: -999 }, image, box);
		expect(zoomed(near, 0.01, { x: 0, y: 0 }, image, box)).toEqual(WHOLE);
	});

	it('survives an image and a box without size', () => {
		expect(held(WHOLE, { width: 0, height: 0 }, { width: 0, height: 0 })).toEqual(WHOLE);
	});
});
