import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvScanner } from './csv-rows.ts';
import type { CsvRow } from './csv-rows.ts';

/** All rows of a text that comes in pieces of so many signs; the line of a quotation mark that nothing closes. */
function read(text: string, { delimiter = ',', most = 1000, size = text.length }: { delimiter?: string; most?: number; size?: number } = {}): { rows: CsvRow[]; unclosed: number | null } {
	const scanner = csvScanner(delimiter, most);
	const rows: CsvRow[] = [];
	for (let at = 0; at < text.length; at += size) rows.push(...scanner.feed(text.slice(at, at + size)));
	const rest = scanner.end();
	return { rows: [...rows, ...rest.rows], unclosed: 'unclosed' in rest ? rest.unclosed : null };
}

it('gives back whatever was written, by the line it begins in, however the text is cut', () => {
	const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', '^', ' ', '通', '🙂', '\t'), maxLength: 6 });
	fc.assert(
		fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 3 }), { minLength: 1, maxLength: 6 }), fc.constantFrom(',', '\t', '^', '🙂', '\u0001'), fc.constantFrom('\n', '\r\n'), fc.nat(2), fc.integer({ min: 1, max: 9 }), (rows, delimiter, ending, blank, size) => {
			let text = '';
			let line = 1;
			const expected = rows.map((cells) => {
				// Lines without anything are no rows, and are counted.
				text += ending.repeat(blank);
				line += blank;
				const row = { line, cells };
				text += cells.map((each) => `"${each.replaceAll('"', '""')}"`).join(delimiter) + ending;
				line += 1 + cells.join('').split('\n').length - 1;
				return row;
			});
			expect(read(text, { delimiter, size })).toEqual({ rows: expected, unclosed: null });
		}),
		{ numRuns: 500 }
	);
});

it('passes over a row of more cells than any table has, without keeping them', () => {
	expect(read(`a,b\n${','.repeat(200_000)}\nc,d\n`, { most: 2 ** 20, size: 2 ** 16 })).toEqual({ rows: [{ line: 1, cells: ['a', 'b'] }, { line: 2, error: 'has more than 100000 cells' }, { line: 3, cells: ['c', 'd'] }], unclosed: null });
	expect(read(`a,b\n"\n"${','.repeat(200_000)}`, { most: 2 ** 20, size: 2 ** 16 }).rows.at(-1)).toEqual({ line: 2, error: 'has more than 100000 cells (the row goes on to line 3)' });
	// One of nothing but delimiters that does not end is given up as any that is too long.
	expect(() => read(','.repeat(20 * 2 ** 20), { most: 2 ** 20, size: 2 ** 16 })).toThrow(/^The row that begins on line 1 is longer than 2 MB/u);
});

describe('a line', () => {
	it('needs no quotation marks, nor an end where it is the last', () => {
		for (const ending of ['\n', '\r\n', '\r']) expect(read(`a,b${ending}c,`.concat('d'), { size: 1 })).toEqual({ rows: [{ line: 1, cells: ['a', 'b'] }, { line: 2, cells: ['c', 'd'] }], unclosed: null });
		expect(read('a,\n,""\n')).toEqual({ rows: [{ line: 1, cells: ['a', ''] }, { line: 2, cells: ['', ''] }], unclosed: null });
		expect(read('a,b\nc,d\r\ne,f\n')).toMatchObject({ rows: [{ line: 1 }, { line: 2, cells: ['c', 'd'] }, { line: 3 }] });
		// A CR of its own is part of a cell where lines end otherwise.
		expect(read('a,b\nc\rd,e\n', { size: 2 }).rows[1]).toEqual({ line: 2, cells: ['c\rd', 'e'] });
	});

	it('with a misplaced quotation mark is reported by the line it begins in, and swallows nothing after it', () => {
		const { rows, unclosed } = read('a,b\n"x"y,z\n"two\nlines"!,z\nin "the" middle,z\nlast,row\n');
		expect(unclosed).toBeNull();
		expect(rows).toEqual([{ line: 1, cells: ['a', 'b'] }, { line: 2, error: expect.stringMatching(/^has more after/u) }, { line: 3, error: expect.stringMatching(/^has more after .*goes on to line 4/u) }, { line: 5, error: expect.stringMatching(/in the middle of a cell/u) }, { line: 6, cells: ['last', 'row'] }]);
	});

	it('with something that cannot be seen after a quotation mark is reported', () => {
		expect(read('a,b\n"x"\u0000y,z\nc,d\n').rows[1]).toEqual({ line: 2, error: expect.stringMatching(/^has more after/u) });
	});

	it('that is too long is reported and not kept, and the next one is read', () => {
		expect(read(`a,b\n${'x'.repeat(60)},"${'y'.repeat(60)}"\nc,d\n`, { most: 100, size: 7 }).rows).toEqual([{ line: 1, cells: ['a', 'b'] }, { line: 2, error: expect.stringMatching(/^is longer than/u) }, { line: 3, cells: ['c', 'd'] }]);
	});

	it.each([
		['letters', 'x'],
		['quotation marks', '"'],
		['delimiters', ',']
	])('of nothing but %s without an end fills no memory: the file is refused by where it begins', (_, sign) => {
		const scanner = csvScanner(',', 100);
		expect(scanner.feed('a,b\n\nc,d\n')).toMatchObject([{ line: 1 }]);
		let bytes = 0;
		const endless = () => {
			for (; bytes < 1000; bytes += 10) scanner.feed(sign.repeat(10));
		};
		expect(endless).toThrow(/^The row that begins on line 4 is longer than/u);
		expect(bytes).toBeLessThan(250);
	});

	it('without anything is no part of the row after it, however many there are', () => {
		for (const ending of ['\n', '\r\n', '\r']) expect(read(`a,b${ending.repeat(1000)}c,d${ending}`, { most: 10, size: 7 })).toEqual({ rows: [{ line: 1, cells: ['a', 'b'] }, { line: 1001, cells: ['c', 'd'] }], unclosed: null });
	});

	it('whose quotation mark nothing closes ends the reading, by where that stands', () => {
		expect(read('a,b\n"c\nd",e\n\nf,"g\nh,i\n')).toMatchObject({ unclosed: 5 });
		expect(read('a,b\n\n"c')).toEqual({ rows: [{ line: 1, cells: ['a', 'b'] }], unclosed: 3 });
		expect(read('a,"b"')).toMatchObject({ unclosed: null });
	});
});
