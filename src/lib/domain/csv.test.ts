import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvLine } from './csv.ts';

test('any reader of CSV gets the cells back, but for the apostrophe before a formula', () => {
	const cell = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('=1+1', ' =cmd|x', '+49', '-1', '@a', '\t=1', '＝1', 'a,"b"\nc', ''));
	fc.assert(
		fc.property(fc.array(cell, { minLength: 2, maxLength: 5 }), (cells) => {
			const [read] = parse(csvLine(cells), { relax_column_count: true }) as string[][];
			expect(read?.map((text, i) => (text === `'${cells[i]}` ? cells[i] : text))).toEqual(cells);
		})
	);
});

test.each(['=HYPERLINK("http://x")', '+1', '-1', '@SUM(A1)', ' \t=1', '\r=1', '＝1+1', '\n+1'])('%j is no formula any more', (text) => {
	expect(csvLine([text])).toMatch(/^"'/);
});

test('numbers, truth and nothing stay what they are', () => {
	expect(csvLine([-3, true, null, 'plain'])).toBe('-3,true,,plain\r\n');
});
