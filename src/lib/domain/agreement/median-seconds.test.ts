import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from '../rng.ts';
import { medianSeconds } from './median-seconds.ts';

const options = { seed: 's', resamples: 100 };
const anyTimes = fc.array(fc.record({ group: fc.nat(40).map(String), seconds: fc.double({ min: 0, max: 3600, noNaN: true }) }), { minLength: 1, maxLength: 150 });

function median(values: readonly number[]): number {
	const sorted = Float64Array.from(values).sort();
	return ((sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN) + (sorted[Math.floor(sorted.length / 2)] ?? NaN)) / 2;
}

describe('medianSeconds', () => {
	it('is the median, in any order', () => {
		fc.assert(
			fc.property(anyTimes, fc.string(), (times, order) => {
				const figure = medianSeconds(times, options);
				expect(figure.value).toBe(median(times.map(({ seconds }) => seconds)));
				expect(medianSeconds(createRng(order).shuffle(times), options)).toEqual(figure);
				expect(figure.reason).toBe(figure.groups < 20 ? 'too_few' : undefined);
				if (figure.low !== null && figure.high !== null) expect(figure.low <= figure.high).toBe(true);
			}),
			{ numRuns: 50 }
		);
	});

	it('equals resampling the judgments themselves', () => {
		const oneEach = Array.from({ length: 20 }, (_, i) => ({ group: String(i), seconds: i }));
		fc.assert(
			fc.property(anyTimes, (more) => {
				const times = [...oneEach, ...more];
				// One resample: both bounds are its median.
				const figure = medianSeconds(times, { seed: 'one', resamples: 1 });
				const groups = [...new Set(times.map(({ group }) => group))].sort();
				const rng = createRng('one');
				const resample = groups.flatMap(() => {
					const drawn = groups[rng.int(groups.length)];
					return times.filter(({ group }) => group === drawn).map(({ seconds }) => seconds);
				});
				expect(figure.low).toBe(median(resample));
			})
		);
	});

	it('is not moved by one person who left the page open', () => {
		const times = Array.from({ length: 41 }, (_, i) => ({ group: `g${i}`, seconds: i === 0 ? 1e6 : 30 + (i % 5) }));
		expect(medianSeconds(times, options)).toMatchObject({ value: 32, n: 41, groups: 41, method: 'cluster_bootstrap' });
	});

	it('has no value for nothing, and throws on what is no time', () => {
		expect(medianSeconds([], options)).toEqual({ value: null, low: null, high: null, n: 0, groups: 0, method: 'none', reason: 'no_observations' });
		for (const seconds of [-1, NaN, Infinity]) expect(() => medianSeconds([{ group: 'g', seconds }], options)).toThrow(RangeError);
	});
});
