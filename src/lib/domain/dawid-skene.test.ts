import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentHash } from './canonical-json.ts';
import { fitDawidSkene, VoteCollection, weigher } from './dawid-skene.ts';
import type { DawidSkeneOptions, Vote } from './dawid-skene.ts';
import { createRng } from './rng.ts';

const CLASSES = ['a', 'b', 'tie', 'both_bad'];
type Golden = { name: string; votes: { item: string; judge: string; verdict: string }[]; priors: Record<string, number>; beliefs: Record<string, number[]>; errors: Record<string, number[][]> };
const GOLDEN = JSON.parse(readFileSync(new URL('../../../test/golden/dawid-skene.json', import.meta.url), 'utf8')) as Golden[];

type Item = { item: string; votes: Vote[] };
function fit(items: readonly Item[], options?: DawidSkeneOptions) {
	const collected = new VoteCollection();
	for (const { item, votes } of items) collected.add(contentHash(item), votes);
	const model = fitDawidSkene(collected, CLASSES, options);
	if (!model) throw new Error('no votes');
	return model;
}

describe('Dawid–Skene', () => {
	it.each(GOLDEN)('estimates as crowd-kit does: $name', ({ votes, priors, beliefs, errors }) => {
		const items = [...Map.groupBy(votes, ({ item }) => item)].map(([item, cast]): Item => ({ item, votes: cast.map(({ judge, verdict }) => ({ judge, verdict })) }));
		const model = fit(items, { smoothing: 0, iterations: 1500, tolerance: 0 });
		CLASSES.forEach((name, index) => expect(model.priors[index]).toBeCloseTo(priors[name] ?? NaN, 5));
		for (const [judge, rows] of Object.entries(errors)) rows.forEach((row, truth) => row.forEach((share, said) => expect(model.errors.get(judge)?.[truth]?.[said]).toBeCloseTo(share, 5)));
		const weigh = weigher(model);
		for (const { item, votes: cast } of items) CLASSES.forEach((name, index) => expect(weigh(cast)[name]).toBeCloseTo(beliefs[item]?.[index] ?? NaN, 5));
	});

	const [golden] = GOLDEN;
	const items = [...Map.groupBy(golden?.votes ?? [], ({ item }) => item)].map(([item, cast]): Item => ({ item, votes: cast.map(({ judge, verdict }) => ({ judge, verdict })) }));

	it('trusts who is mostly right over two who are careless or unknown', () => {
		const weigh = weigher(fit(items));
		expect(weigh([{ judge: 'j0', verdict: 'a' }, { judge: 'j4', verdict: 'b' }])['a']).toBeGreaterThan(0.8);
		expect(weigh([{ judge: 'j0', verdict: 'a' }, { judge: 'nobody', verdict: 'b' }])).toEqual(weigh([{ judge: 'j0', verdict: 'a' }]));
	});

	it('comes out the same to the last bit whatever the order of items and votes, and whatever judges are called', () => {
		const plain = fit(items);
		fc.assert(
			fc.property(fc.string(), (seed) => {
				const rng = createRng(seed);
				const named = (judge: string) => `${contentHash(seed + judge)}`;
				const other = fit(rng.shuffle(items).map(({ item, votes }) => ({ item, votes: rng.shuffle(votes).map(({ judge, verdict }) => ({ judge: named(judge), verdict })) })));
				expect(other.priors).toEqual(plain.priors);
				for (const [judge, rows] of plain.errors) expect(other.errors.get(named(judge))).toEqual(rows);
			}),
			{ numRuns: 12 }
		);
	});

	it('gives shares that add up to 1, also of votes that nobody cast before', () => {
		const weigh = weigher(fit(items));
		fc.assert(
			fc.property(fc.array(fc.record({ judge: fc.constantFrom('j0', 'j1', 'j4', 'stranger'), verdict: fc.constantFrom(...CLASSES) }), { maxLength: 5 }), (votes) => {
				expect(Object.values(weigh(votes)).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
			})
		);
	});

	it('knows nothing without a vote', () => expect(fitDawidSkene(new VoteCollection(), CLASSES)).toBeNull());
});
