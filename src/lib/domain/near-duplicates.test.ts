import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attachmentsKey, bandPairs, comparedWords, pairsToKeep } from './near-duplicates.ts';
import type { IdPair, Likeness } from './near-duplicates.ts';

const hash = (digit: string) => digit.repeat(64);

describe('what is compared', () => {
	it('is the question, not the system message over it', () => {
		expect(comparedWords([{ role: 'system', content: 'Be brief.' }, { role: 'user', content: 'May I?' }])).toBe('May I?');
		expect(comparedWords([{ role: 'user', content: [{ type: 'text', text: 'What is this?' }, { type: 'image', artifact: hash('a') }] }])).toBe('What is this?');
	});

	it('tells questions apart by what they hold, in whatever order', () => {
		const holding = (...artifacts: string[]) => attachmentsKey([{ role: 'user', content: artifacts.map((artifact) => ({ type: 'image' as const, artifact })) }]);
		expect(attachmentsKey([{ role: 'user', content: 'May I?' }])).toBe('');
		expect(holding(hash('a'), hash('b'))).toBe(holding(hash('b'), hash('a'), hash('a')));
		expect(holding(hash('a'))).not.toBe(holding(hash('b')));
	});
});

describe('bandPairs', () => {
	it('gives exactly the pairs that share a hash, the smaller id first, with how many they share', () => {
		fc.assert(
			fc.property(fc.array(fc.uniqueArray(fc.constantFrom('1', '2', '3', '4', '5', '6'), { maxLength: 4 }), { maxLength: 8 }), (hashes) => {
				const batch = hashes.map((bands, at) => ({ id: `q${9 - at}`, bands }));
				const expected = batch.flatMap((one) => batch.flatMap((other) => {
					const shared = one.bands.filter((band) => other.bands.includes(band)).length;
					return one.id < other.id && shared > 0 ? [{ pair: [one.id, other.id], shared }] : [];
				}));
				const byPair = (x: { pair: readonly string[] }, y: { pair: readonly string[] }) => (x.pair.join() < y.pair.join() ? -1 : 1);
				expect(bandPairs(batch).sort(byPair)).toEqual(expected.sort(byPair));
			})
		);
	});
});

describe('pairsToKeep', () => {
	const found = fc.uniqueArray(
		fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 10 })).filter(([a, b]) => a < b).map(([a, b, tenths]): Likeness => ({ pair: [`q${a}`, `q${b}`] satisfies IdPair, estimate: 0, jaccard: tenths / 10 })),
		{ maxLength: 45, selector: ({ pair }) => pair.join() }
	);

	it('keeps of each question those most like it, and no other', () => {
		fc.assert(
			fc.property(found, (pairs) => {
				const kept = pairsToKeep(pairs, { threshold: 0.6, most: 2 });
				for (const newer of new Set(pairs.map(({ pair }) => pair[1]))) {
					const alike = pairs.filter(({ pair, jaccard }) => pair[1] === newer && jaccard >= 0.6).map(({ jaccard }) => jaccard).sort((x, y) => y - x);
					expect(kept.filter(({ pair }) => pair[1] === newer).map(({ jaccard }) => jaccard)).toEqual(alike.slice(0, 2));
				}
			})
		);
	});

	it('does not hang on their order', () => {
		fc.assert(
			fc.property(found.chain((pairs) => fc.tuple(fc.constant(pairs), fc.shuffledSubarray(pairs, { minLength: pairs.length }))), ([pairs, shuffled]) => {
				const ids = (kept: readonly Likeness[]) => kept.map(({ pair }) => pair.join()).sort();
				expect(ids(pairsToKeep(shuffled, { most: 2 }))).toEqual(ids(pairsToKeep(pairs, { most: 2 })));
			})
		);
	});
});
