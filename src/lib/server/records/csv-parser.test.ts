import { expect, it } from 'vitest';
import { MOST_CELLS, RowParser } from './csv-parser.ts';

it('keeps no more cells of a row than a few, however many it has', () => {
	const rows: [number, number, boolean][] = [];
	const parser = new RowParser({ delimiter: ',', skip_empty_lines: true }, (cells, end, isWide) => rows.push([cells.length, end, isWide]));
	const wide = 2 ** 18;
	for (let n = 0; n < 4; n += 1) {
		parser.feed(Buffer.from(','.repeat(wide)));
		expect(parser.kept).toBeLessThanOrEqual(MOST_CELLS);
	}
	parser.feed(Buffer.from('\na,b,c\n'));
	expect(parser.finish()).toBe(true);
	expect(rows).toEqual([[0, 4 * wide + 1, true], [3, 4 * wide + 7, false]]);
});

it('tells the widest row that is taken, and the next one, at whatever place it is fed', () => {
	for (const size of [2 ** 16, 99_991, 2 ** 20]) {
		const rows: [number, boolean][] = [];
		const parser = new RowParser({ delimiter: ',', skip_empty_lines: true }, (cells, _, isWide) => rows.push([cells.length, isWide]));
		const text = `${','.repeat(MOST_CELLS - 1)}\n${','.repeat(MOST_CELLS)}\na,b\n`;
		for (let at = 0; at < text.length; at += size) parser.feed(Buffer.from(text.slice(at, at + size)));
		expect(parser.finish()).toBe(true);
		expect(rows).toEqual([[MOST_CELLS, false], [0, true], [2, false]]);
	}
});
