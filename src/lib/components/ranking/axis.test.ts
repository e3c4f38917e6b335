import { describe, expect, it } from 'vitest';
import { axisAround } from './axis.ts';

describe('the axis of a ranking', () => {
	it('is as wide as what it shows, in tenths, one half in its middle', () => {
		expect(axisAround([0.5, 0.46, 0.58])).toEqual({ low: 0.4, high: 0.6 });
		expect(axisAround([0.61]).high).toBeCloseTo(0.7, 12);
		expect(axisAround([0.02])).toEqual({ low: 0, high: 1 });
		expect(axisAround([])).toEqual({ low: 0.4, high: 0.6 });
	});
});
