import { describe, expect, it } from 'vitest';
import { clusterMean, MIN_GROUPS, verdictAgainst } from './cluster-bootstrap.ts';
import type { Grouped } from './cluster-bootstrap.ts';
import { createRng } from './rng.ts';

const seed = 'a stored seed';
const noise = (name: string, groups: number, perGroup: number, value: (next: () => number) => number): Grouped[] => {
	const rng = createRng(name);
	return Array.from({ length: groups * perGroup }, (_, i) => ({ group: `g${i % groups}`, value: value(rng.next) }));
};

describe('clusterMean', () => {
	it('gives the plain mean over observations, their number and that of groups', () => {
		const figure = clusterMean([{ group: 'x', value: 1 }, { group: 'x', value: 0 }, { group: 'y', value: 0.5 }], { seed });
		expect(figure).toEqual({ value: 0.5, low: null, high: null, n: 3, groups: 2, tooFew: true, method: 'none' });
	});

	it('says nothing about an interval below 20 groups, and does from 20 on', () => {
		expect(clusterMean(noise('n', MIN_GROUPS - 1, 5, (next) => next()), { seed })).toMatchObject({ tooFew: true, low: null });
		expect(clusterMean(noise('n', MIN_GROUPS, 5, (next) => next()), { seed })).toMatchObject({ tooFew: false, low: expect.any(Number) });
		expect(clusterMean([], { seed })).toMatchObject({ value: null, n: 0, groups: 0, tooFew: true });
	});

	it('gives the same bounds for the same seed in any order of input, and others for another seed', () => {
		const items = noise('n', 30, 3, (next) => next());
		const figure = clusterMean(items, { seed });
		for (const order of ['one', 'two', 'three']) expect(clusterMean(createRng(order).shuffle(items), { seed })).toEqual(figure);
		expect(clusterMean(items, { seed: 'another' }).low).not.toBe(figure.low);
	});

	it('agrees with the normal approximation where observations are independent', () => {
		const items = noise('n', 400, 1, (next) => (next() < 0.7 ? 1 : 0));
		const { value, low, high } = clusterMean(items, { seed, proportion: true });
		const half = 1.96 * Math.sqrt(((value ?? 0) * (1 - (value ?? 0))) / 400);
		expect(low).toBeCloseTo((value ?? 0) - half, 1.7);
		expect(high).toBeCloseTo((value ?? 0) + half, 1.7);
	});

	it('is not fooled by copies: rows that repeat within their group do not narrow the interval', () => {
		const once = noise('n', 40, 1, (next) => (next() < 0.6 ? 1 : 0));
		const tenTimes = once.flatMap((item) => new Array<Grouped>(10).fill(item));
		const [one, ten] = [clusterMean(once, { seed }), clusterMean(tenTimes, { seed })];
		expect(ten.low).toBeCloseTo(one.low ?? NaN, 12);
		expect(ten.high).toBeCloseTo(one.high ?? NaN, 12);
	});

	it('covers the true mean about 95 times in 100', () => {
		let covered = 0;
		for (let trial = 0; trial < 200; trial++) {
			const items = noise(`trial ${trial}`, 40, 3, (next) => next());
			const { low, high } = clusterMean(items, { seed: `s${trial}`, resamples: 400 });
			if ((low ?? 1) <= 0.5 && 0.5 <= (high ?? 0)) covered += 1;
		}
		expect(covered).toBeGreaterThan(180);
		expect(covered).toBeLessThan(200);
	});

	it('does not claim certainty when all observations agree', () => {
		const all = noise('n', 40, 2, () => 1);
		expect(clusterMean(all, { seed, proportion: true })).toMatchObject({ value: 1, high: 1, low: expect.closeTo(0.9124, 4), method: 'wilson' });
	});

	it('throws on values that are no numbers', () => {
		expect(() => clusterMean([{ group: 'g', value: NaN }], { seed })).toThrow(RangeError);
	});
});

describe('verdictAgainst', () => {
	it('decides only when the whole interval is on one side', () => {
		const figure = clusterMean(noise('n', 50, 1, (next) => 0.6 + next() / 10), { seed });
		expect(verdictAgainst(figure, 0.5)).toBe('above');
		expect(verdictAgainst(figure, 0.9)).toBe('below');
		expect(verdictAgainst(figure, figure.value ?? 0)).toBe('unclear');
		expect(verdictAgainst(clusterMean([{ group: 'g', value: 1 }], { seed }), 0.5)).toBe('too_few');
	});
});
