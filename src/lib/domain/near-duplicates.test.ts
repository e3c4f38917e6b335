import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attachmentsKey, bandPairs, comparedWords, likeliest, pairsToKeep, withOpenBands } from './near-duplicates.ts';
import type { IdPair, Likeness, Sharing } from './near-duplicates.ts';

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

describe('what was looked at before', () => {
	const anySharing = fc.uniqueArray(fc.record({ id: fc.constantFrom('m1', 'm2'), other: fc.nat(20).map((n) => `${n % 2 === 0 ? 'a' : 'z'}${n}`), apart: fc.boolean(), shared: fc.integer({ min: 1, max: 4 }) }), { selector: ({ id, other }) => id + other, maxLength: 40 });

	it('gives of each question those of other groups that share most, the smaller id first', () => {
		fc.assert(
			fc.property(anySharing, (sharing) => {
				const pairs = likeliest(sharing, 3);
				for (const id of ['m1', 'm2']) {
					const most = sharing.filter((one) => one.id === id && one.apart).map(({ shared }) => shared).sort((x, y) => y - x).slice(0, 3);
					const of = pairs.filter((pair) => pair.includes(id));
					expect(of.map((pair) => sharing.find((one) => one.id === id && pair.includes(one.other))?.shared)).toEqual(most);
					for (const pair of of) expect(pair[0] < pair[1]).toBe(true);
				}
			})
		);
	});

	it('leaves no band to more questions than make a mould, whatever comes, and takes none away below that', () => {
		fc.assert(
			fc.property(fc.array(fc.array(fc.uniqueArray(fc.constantFrom('1', '2', '3', '4', '5', '6'), { maxLength: 4 }), { maxLength: 6 }), { maxLength: 6 }), (batches) => {
				const stored: { id: string; bands: readonly string[] }[] = [];
				const all: { id: string; bands: string[] }[] = [];
				for (const [at, hashes] of batches.entries()) {
					const batch = hashes.map((bands, i) => ({ id: `${at}-${i}`, bands }));
					const before = batch.flatMap((one) => stored.map((other): Sharing => ({ id: one.id, other: other.id, apart: true, shared: other.bands.filter((band) => one.bands.some((own) => own === band)) })).filter(({ shared }) => shared.length > 0));
					stored.push(...withOpenBands(batch, before, 3));
					all.push(...batch);
				}
				for (const band of ['1', '2', '3', '4', '5', '6']) {
					const holders = (of: readonly { bands: readonly string[] }[]) => of.filter(({ bands }) => bands.includes(band)).length;
					expect(holders(stored)).toBe(Math.min(3, holders(all)));
				}
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
