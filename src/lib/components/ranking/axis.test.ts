import { describe, expect, it } from 'vitest';
import { axisAround, placeOn } from './axis.ts';

describe('the axis of a ranking', () => {
	it('is as wide as what it shows, in tenths, one half in its middle', () => {
		expect(axisAround([0.5, 0.46, 0.58])).toEqual({ low: 0.4, high: 0.6 });
		expect(axisAround([0.61]).high).toBeCloseTo(0.7, 12);
		expect(axisAround([0.02])).toEqual({ low: 0, high: 1 });
		expect(axisAround([])).toEqual({ low: 0.4, high: 0.6 });
	});

	it('leaves room for a mark at both ends', () => {
		expect([0.2, 0.5, 0.8].map((value) => placeOn({ low: 0.2, high: 0.8 }, value))).toEqual(['4.00%', '50.00%', '96.00%']);
	});
});
