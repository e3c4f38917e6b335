import { describe, expect, it } from 'vitest';
import { accuracySlices, MOST_SLICES, OTHER_SLICES } from './accuracy-slices.ts';
import type { AccuracySlice, DescribedPair } from './accuracy-slices.ts';
import { BUNDLES, MAX_CLUSTERS } from './bundles.ts';
import { preferenceAccuracy } from './preference-accuracy.ts';

const options = { seed: 's', parentIsBase: false, resamples: 100 };
const zero = { chosen: 0, rejected: 0 };

/** A pair whose chosen answer gained (or lost) a nat; parent and base stand still. */
function pair(group: string, gained: 1 | -1, more: Partial<DescribedPair> = {}): DescribedPair {
	return { group, logps: { base: zero, parent: zero, checkpoint: { chosen: gained, rejected: 0 } }, lengths: { chosen: 40, rejected: 30 }, tags: [], language: null, chosen: 'a', criteria: [], ...more };
}
const of = (pairs: DescribedPair[], by: string) => [...accuracySlices(pairs, options)].filter((slice) => slice.by === by).map(({ name, accuracy, risen }) => [name, accuracy.value, accuracy.n, risen?.value ?? null]);

describe('accuracySlices', () => {
	it('tells tags and languages apart, most pairs first; a pair with two tags stands under both', () => {
		const pairs = [pair('1', 1, { tags: ['lease', 'tax', 'tax'], language: 'en' }), pair('2', -1, { tags: ['lease'], language: 'zh' }), pair('3', 1, { language: 'en' })];
		expect(of(pairs, 'tag')).toEqual([['lease', 0.5, 2, 0.5], ['', 1, 1, 1], ['tax', 1, 1, 1]]);
		expect(of(pairs, 'language')).toEqual([['en', 1, 2, 1], ['zh', 0, 1, 0]]);
	});

	it('leaves out a kind that tells nothing apart', () => {
		expect(of([pair('1', 1), pair('2', 1)], 'tag')).toEqual([]);
	});

	it('on a criterion asks for the answer that most preferred there, whichever they chose on the whole', () => {
		const pairs = [
			pair('1', 1, { criteria: [{ clear: 'a' }, { clear: 'a' }, { clear: 'b' }] }),
			pair('2', 1, { criteria: [{ clear: 'b' }] }),
			pair('3', -1, { chosen: 'b', criteria: [{ clear: 'a', right: 'b' }] }),
			pair('4', 1, { criteria: [{ clear: 'a' }, { clear: 'b' }] }),
			pair('5', 1, { criteria: [{ clear: 'tie' }, { right: 'cannot_judge' }] })
		];
		expect(of(pairs, 'criterion')).toEqual([['clear', 2 / 3, 3, 2 / 3], ['right', 0, 1, 0]]);
	});

	it('goes by the longer answer’s tokens, from short to long, and by which of them is longer', () => {
		const long = (chosen: number, rejected: number) => pair(`${chosen}/${rejected}`, 1, { lengths: { chosen, rejected } });
		const pairs = [long(5000, 1), long(31, 2), long(2, 64), long(127, 3), long(8, 8)];
		expect(of(pairs, 'length').map(([name, , n]) => [name, n])).toEqual([['0', 2], ['64', 2], ['1024', 1]]);
		expect(of(pairs, 'longer').map(([name, , n]) => [name, n])).toEqual([['chosen', 3], ['rejected', 1]]);
	});

	it('folds rare names into one, in which each pair stands once', () => {
		const pairs = Array.from({ length: 40 }, (_, i) => pair(`g${i}`, 1, { tags: [`t${String(i).padStart(2, '0')}`, `t${String((i + 1) % 40).padStart(2, '0')}`] }));
		const tags = of(pairs, 'tag');
		expect(tags).toHaveLength(MOST_SLICES);
		expect(tags.at(-1)).toEqual([OTHER_SLICES, 1, 12, 1]);
	});

	it('has no figure of a parent that is the base, and leaves out what could not be scored', () => {
		const pairs = [pair('1', 1, { language: 'en' }), pair('2', 1, { language: 'en', logps: { base: zero, parent: zero, checkpoint: { chosen: NaN, rejected: 0 } } })];
		expect([...accuracySlices(pairs, { ...options, parentIsBase: true })].find(({ by }) => by === 'language')).toMatchObject({ parent: null, accuracy: { n: 1 }, risen: { value: 1 } });
		expect([...accuracySlices(pairs, options)].find(({ by }) => by === 'language')?.parent?.value).toBe(0.5);
	});

	it('gives a part that is everything the figures of the whole', () => {
		const pairs = Array.from({ length: 60 }, (_, i) => pair(`g${i % 40}`, i % 3 ? 1 : -1, { language: 'en', logps: { base: zero, parent: i % 5 ? { chosen: 0.5, rejected: 0 } : null, checkpoint: { chosen: i % 3 ? 1 : -1, rejected: 0 } } }));
		const whole = preferenceAccuracy(pairs, options);
		const [en] = accuracySlices(pairs, options);
		expect(en).toMatchObject({ by: 'language', accuracy: whole.accuracy });
		expect(en?.risen).toMatchObject({ value: whole.versusParent?.risen.value, n: 48, method: 'cluster_bootstrap' });
	});

	it('comes part by part, and draws very many groups in bundles', () => {
		const pairs = Array.from({ length: MAX_CLUSTERS + 1 }, (_, i) => pair(`question ${i}`, i % 2 ? 1 : -1, { language: i % 4 ? 'en' : 'zh' }));
		const slices = accuracySlices(pairs, options);
		const first = slices.next().value;
		expect(first).toMatchObject({ by: 'language', name: 'en', accuracy: { n: 3072, method: 'cluster_bootstrap' } });
		expect((first as AccuracySlice).accuracy.groups).toBeLessThanOrEqual(BUNDLES);
		expect(slices.next().value).toMatchObject({ name: 'zh', accuracy: { value: 0, n: 1025 } });
	});
});
