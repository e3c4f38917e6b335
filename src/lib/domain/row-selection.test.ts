import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { capper, ClassCounts, differenceBand, lengthBand, LengthCounts, matcher } from './row-selection.ts';
import type { Candidate } from './row-selection.ts';
import type { SnapshotRule } from './snapshot-rule.ts';

const NONE: SnapshotRule['caps'] = { prompt: null, source: null, tag: null, length: null };
const row: fc.Arbitrary<Candidate> = fc.record({
	sourceClass: fc.constantFrom('person', 'import', 'endpoint m'),
	tags: fc.subarray(['lease', 'tax', 'court']),
	lengthBand: fc.integer({ min: 6, max: 9 }),
	longerChosen: fc.constantFrom(true, false, null),
	differenceBand: fc.integer({ min: 0, max: 3 })
});
function cap(rows: readonly Candidate[], caps: Partial<SnapshotRule['caps']>): Candidate[] {
	const counts = new ClassCounts();
	for (const one of rows) counts.add(one);
	const choose = capper({ ...NONE, ...caps }, counts);
	return rows.filter((one) => choose(one) === 'kept');
}
function match(rows: readonly Candidate[]): Candidate[] {
	const counts = new LengthCounts();
	for (const one of rows) counts.add(one);
	const choose = matcher(counts);
	return rows.filter((one) => choose(one) === 'kept');
}

describe('caps', () => {
	it('keep the first rows of each class, by lot of their hash', () => {
		const rows = ['a', 'a', 'b', 'a'].map((sourceClass): Candidate => ({ sourceClass, tags: [], lengthBand: 1, longerChosen: null, differenceBand: 0 }));
		expect(cap(rows, { source: 2 })).toEqual([rows[0], rows[1], rows[2]]);
		expect(cap(rows, { source: 'smallest' })).toEqual([rows[0], rows[2]]);
		expect(cap(rows, {})).toEqual(rows);
	});

	it('are kept by every class, and a row that is left out would have broken one', () => {
		fc.assert(
			fc.property(fc.array(row, { maxLength: 60 }), fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 8 }), (rows, source, tag) => {
				const kept = cap(rows, { source, tag });
				const of = (list: readonly Candidate[], name: string) => list.filter((one) => one.sourceClass === name).length;
				const tagged = (list: readonly Candidate[], name: string) => list.filter((one) => (one.tags.length > 0 ? one.tags : ['']).includes(name)).length;
				for (const name of ['person', 'import', 'endpoint m']) expect(of(kept, name)).toBeLessThanOrEqual(source);
				for (const name of ['lease', 'tax', 'court', '']) expect(tagged(kept, name)).toBeLessThanOrEqual(tag);
				for (const out of rows.filter((one) => !kept.includes(one))) {
					expect(of(kept, out.sourceClass) >= source || (out.tags.length > 0 ? out.tags : ['']).some((name) => tagged(kept, name) >= tag)).toBe(true);
				}
			})
		);
	});
});

describe('matching', () => {
	it('leaves in every band as many pairs with the longer answer chosen as without, and drops from one side only', () => {
		fc.assert(
			fc.property(fc.array(row, { maxLength: 80 }), (rows) => {
				const kept = match(rows);
				const side = (list: readonly Candidate[], band: number, longer: boolean) => list.filter((one) => one.differenceBand === band && one.longerChosen === longer).length;
				for (const band of [0, 1, 2, 3]) {
					expect(side(kept, band, true)).toBe(side(kept, band, false));
					expect(side(kept, band, true)).toBe(Math.min(side(rows, band, true), side(rows, band, false)));
				}
				expect(kept.filter((one) => one.longerChosen === null)).toEqual(rows.filter((one) => one.longerChosen === null));
				expect(match(kept)).toEqual(kept);
			})
		);
	});
});

it('bands grow with length and difference, and do not tell which side is longer', () => {
	expect([0, 1, 512, 1023, 1024].map(lengthBand)).toEqual([0, 0, 9, 9, 10]);
	expect(differenceBand(100, 100)).toBe(0);
	expect(differenceBand(100, 200)).toBe(differenceBand(200, 100));
	expect(differenceBand(10, 10_000)).toBe(8);
});
