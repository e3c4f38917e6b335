import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CompositionCount, MAX_NAMES, OTHERS } from './composition.ts';
import type { Ingredients } from './composition.ts';
import type { Split } from './holdout.ts';
import { createRng } from './rng.ts';

type Row = Ingredients & { split: Split };
const count = (rows: readonly Row[]) => {
	const counted = new CompositionCount();
	for (const { split, ...row } of rows) counted.add(split, row);
	return counted;
};
const row: fc.Arbitrary<Row> = fc.record({ split: fc.constantFrom<Split[]>('train', 'dev', 'test'), tags: fc.subarray(['lease', 'tax']), language: fc.constantFrom('zh', 'en', null), source: fc.constantFrom('person', 'import', null), chars: fc.nat(5000) });

it('counts a row under each of its tags, and under none where it has none', () => {
	expect(count([{ split: 'train', tags: ['lease', 'tax'], language: 'zh', source: 'person', chars: 300 }, { split: 'test', tags: [], language: null, source: null, chars: 64 }]).result()).toEqual({
		tags: [{ name: '', train: 0, dev: 0, test: 1 }, { name: 'lease', train: 1, dev: 0, test: 0 }, { name: 'tax', train: 1, dev: 0, test: 0 }],
		languages: [{ name: '', train: 0, dev: 0, test: 1 }, { name: 'zh', train: 1, dev: 0, test: 0 }],
		sources: [{ name: 'person', train: 1, dev: 0, test: 0 }, { name: 'rewrite', train: 0, dev: 0, test: 1 }],
		lengths: [{ name: '64', train: 0, dev: 0, test: 1 }, { name: '256', train: 1, dev: 0, test: 0 }]
	});
});

it('does not depend on the order of rows, and forgets what is taken out', () => {
	fc.assert(
		fc.property(fc.array(row), fc.array(row), fc.string(), (rows, more, seed) => {
			const counted = count(createRng(seed).shuffle([...rows, ...more]));
			for (const { split, ...one } of more) counted.add(split, one, -1);
			expect(counted.result()).toEqual(count(rows).result());
			expect(counted.result().languages.reduce((sum, { train, dev, test }) => sum + train + dev + test, 0)).toBe(rows.length);
		})
	);
});

it('lists a bounded number of names and loses no row', () => {
	const { tags } = count(Array.from({ length: MAX_NAMES + 50 }, (_, i): Row => ({ split: 'train', tags: [`t${i}`], language: null, source: null, chars: 1 }))).result();
	expect(tags).toHaveLength(MAX_NAMES);
	expect(tags.at(-1)).toEqual({ name: OTHERS, train: 51, dev: 0, test: 0 });
});
