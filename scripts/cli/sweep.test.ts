import { describe, expect, it } from 'vitest';
import { readPlan } from './sweep.ts';

describe('what --try names', () => {
	it('are values to combine', () => {
		expect(readPlan(['beta=0.05,0.1', 'learningRate=1e-4'], {})).toEqual({ method: 'grid', settings: { beta: [0.05, 0.1], learningRate: [1e-4] } });
	});

	it('or bounds to draw between', () => {
		expect(readPlan(['learningRate=1e-5..1e-3', 'loraRank=8..64'], { count: 8 })).toEqual({ method: 'random', settings: { learningRate: { from: 1e-5, to: 1e-3 }, loraRank: { from: 8, to: 64 } }, count: 8, seed: 1 });
		expect(readPlan(['beta=0.05..0.5'], { count: 2, seed: 7 })).toMatchObject({ seed: 7 });
	});

	it.each([
		[['beta'], {}, '“beta” tries nothing'],
		[['=1'], {}, 'tries nothing'],
		[['beta='], {}, 'tries nothing'],
		[['beta=x'], {}, '“x” is no number that beta'],
		[['beta=0.1,'], {}, '“” is no number'],
		[['beta=0.1', 'beta=0.2'], {}, '“beta” is named twice'],
		[['beta=0.1,0.2', 'learningRate=1e-5..1e-3'], { count: 3 }, 'do not go together'],
		[['beta=0.1,0.2'], { count: 3 }, '--count and --seed'],
		[['beta=0.1..0.2'], {}, '--count 8'],
		[['beta=0.1..0.2..0.3'], { count: 2 }, 'more than two bounds']
	])('%j is refused with the reason', (tried, drawn, reason) => {
		expect(() => readPlan(tried, drawn)).toThrow(reason);
	});
});
