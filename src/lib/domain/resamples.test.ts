import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawGroups, JointResamples } from './resamples.ts';

const copies = (resamples: Iterable<Uint32Array>) => Array.from(resamples, (drawn) => [...drawn]);

describe('resamples', () => {
	it('draw as many groups as there are, the same for the same seed', () => {
		fc.assert(
			fc.property(fc.string(), fc.integer({ min: 1, max: 60 }), (seed, groups) => {
				const drawn = copies(drawGroups(groups, { seed, resamples: 5 }));
				expect(drawn).toHaveLength(5);
				for (const resample of drawn) expect(resample.reduce((sum, times) => sum + times, 0)).toBe(groups);
				expect(copies(drawGroups(groups, { seed, resamples: 5 }))).toEqual(drawn);
			})
		);
	});

	it('are those of all groups for whoever reads some of them, in whatever order either came', () => {
		const groups = fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 40 });
		fc.assert(
			fc.property(groups.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all), fc.shuffledSubarray(all, { minLength: all.length }))), ([all, some, shuffled]) => {
				const of = { seed: 's', resamples: 7 };
				const joint = new JointResamples(all, of);
				const sorted = [...all].sort();
				const own = copies(drawGroups(all.length, of));
				expect(copies(joint.of(sorted))).toEqual(own);
				expect(copies(new JointResamples(shuffled, of).of(some))).toEqual(own.map((drawn) => some.map((group) => drawn[sorted.indexOf(group)])));
			})
		);
	});

	it('of nothing are empty', () => {
		expect(copies(new JointResamples([], { seed: 's', resamples: 2 }).of([]))).toEqual([[], []]);
	});

	it('know no other groups', () => {
		expect(() => copies(new JointResamples(['g'], { seed: 's', resamples: 1 }).of(['h']))).toThrow(RangeError);
	});
});
