import { isReadName } from '../../domain/import-shapes/read-names.ts';
import { csvScanner } from './csv-rows.ts';
import type { CsvRow } from './csv-rows.ts';
import { MAX_RECORD_BYTES, UnreadableFile } from './record.ts';
import type { FileRecord } from './record.ts';

const MAX_COLUMNS = 200;

/** Signs between cells by which a table is known whatever its columns are called: no line of text holds the last two (of Hive and of ASCII). */
export const DELIMITERS = [',', '\t', ';', '|', '\u0001', '\u001f'] as const;
/** Any one sign may be said to stand between cells, but those that a cell or a row ends with. */
export const DELIMITER = /^[^"\r\n]$/u;

/** Names of columns that no two words of a line of text are by chance. */
const USUAL = /^(?:prompt|question|instruction|query|chosen|rejected|completion|response(?:_?[ab0-9])?|answer(?:_?[ab0-9])?|output|label|问题|提示|提示词|回答|答案|标签)$/iu;
/** What may stand between such names: no letter, digit, blank or part of a name. A colon ends a word of text. */
const BETWEEN = /[^\p{L}\p{N}\s"'_.:()-]/gu;

/** Cells of the first rows under a delimiter, as far as they can be read. `broken`: the last of them may break off. */
function cells(start: string, delimiter: string, cut: boolean): { rows: string[][]; broken: boolean } {
	const scanner = csvScanner(delimiter, MAX_RECORD_BYTES);
	const whole = scanner.feed(start);
	const broken = cut && whole.length === 0;
	const rest = cut && !broken ? [] : scanner.end().rows;
	const rows = [...whole, ...rest].slice(0, 20);
	const bad = rows.findIndex((row) => 'error' in row);
	return { rows: rows.slice(0, bad === -1 ? rows.length : bad).flatMap((row) => ('cells' in row ? [row.cells] : [])), broken };
}

/**
 * What separates the cells, by a file's beginning (`cut`: there is more of it): of those
 * under which the header has no repeated name, none that is empty but the first (as
 * pandas calls a table's index), and every line its number of cells, the one that gives
 * most. Null: a single column, which none separates.
 */
export function delimiterOf(start: string, cut: boolean): string | null {
	const widths = DELIMITERS.map((delimiter) => {
		const { rows, broken } = cells(start, delimiter, cut);
		const [first = [], ...rest] = rows;
		// A header longer than what was looked at breaks off within a name.
		const header = broken ? first.slice(0, -1) : first;
		const named = header.every((name, index) => index === 0 || name.trim() !== '') && header.some((name) => name.trim() !== '') && new Set(header).size === header.length;
		return { delimiter, width: named && rest.every((row) => row.length === header.length) ? header.length : 0 };
	});
	const best = widths.reduce((most, one) => (one.width > most.width ? one : most));
	return best.width > 1 ? best.delimiter : null;
}

/**
 * What separates the names of a header by which it is known for one: any one sign between two
 * usual names, by a file's beginning (`cut`: there is more of it). Null: it is none. Such names
 * may also be words of a text's first line (`Question/Answer`), which nothing after it resembles:
 * half of the rows have as many cells, or it is none.
 */
export function delimiterOfNames(start: string, cut: boolean): string | null {
	const [header = '', second] = start.split(/[\r\n]+/u).filter((line) => line.trim() !== '');
	const names = (sign: string) => header.split(sign).filter((name) => USUAL.test(name.replaceAll('"', '').trim())).length;
	const signs = [...new Set(header.match(BETWEEN) ?? [])].map((sign) => ({ sign, names: names(sign) }));
	const best = signs.reduce((most, one) => (one.names > most.names ? one : most), { sign: '', names: 0 });
	if (best.names < 2) return null;
	const [first = [], ...rest] = cells(start, best.sign, cut).rows;
	// No row can be read: there is none, it breaks off, or its quotation marks are misplaced.
	if (rest.length === 0) return second === undefined || second.includes(best.sign) ? best.sign : null;
	return rest.filter((row) => row.length === first.length).length * 2 >= rest.length ? best.sign : null;
}

async function* decoded(source: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
	const decoder = new TextDecoder('utf-8', { fatal: true });
	try {
		for await (const chunk of source) yield decoder.decode(chunk, { stream: true });
		yield decoder.decode();
	} catch (error) {
		if (error instanceof TypeError) throw new UnreadableFile('The file is not UTF-8. Save it as UTF-8 and send it again.');
		throw error;
	}
}

/**
 * What the columns are called, in small letters. Null: one without a name before all others, which is pandas' index and
 * is not read. Of a name that stands there again the later columns bear a number, unless rows are read by it (`said`:
 * columns that somebody named): then which of them is meant cannot be told.
 */
function namesOf(row: CsvRow, said: readonly string[]): (string | null)[] {
	if ('error' in row) throw new UnreadableFile(`The header on line ${row.line} ${row.error}.`);
	if (row.cells.length > MAX_COLUMNS) throw new UnreadableFile(`The header has ${row.cells.length} columns; at most ${MAX_COLUMNS}.`);
	const names = row.cells.map((cell, index) => cell.trim().toLowerCase() || (index === 0 && row.cells.length > 1 ? null : `column ${index + 1}`));
	const meant = new Set(said.map((name) => name.trim().toLowerCase()));
	const twice = names.find((name, index) => name !== null && names.indexOf(name) !== index && (meant.has(name) || isReadName(name)));
	if (twice !== undefined) throw new UnreadableFile(`The header names the column “${String(twice).slice(0, 100)}” twice (small and capital letters are the same), so which of the two is meant cannot be told. Give them different names.`);
	return numbered(names);
}

/** The same names, those that stood there before with a number that makes them ones of their own. */
function numbered(names: readonly (string | null)[]): (string | null)[] {
	const taken = new Set<string | null>(names);
	return names.map((name, index) => {
		if (name === null || names.indexOf(name) === index) return name;
		let n = 2;
		while (taken.has(`${name} (${n})`)) n += 1;
		taken.add(`${name} (${n})`);
		return `${name} (${n})`;
	});
}

function recordOf(row: CsvRow, names: readonly (string | null)[]): FileRecord {
	if ('error' in row) return row;
	const { line, cells: all } = row;
	if (all.length !== names.length) return { line, error: `has ${all.length} cells where the header has ${names.length}` };
	return { line, value: Object.fromEntries(names.flatMap((name, index) => (name === null ? [] : [[name, all[index]]]))) };
}

/**
 * Records of a CSV stream with a header line, at the memory of one record: an object
 * of texts by the header's names, in small letters, each by the line it begins in.
 * Takes quotes, line ends inside them and a byte order mark. `said`: columns that somebody named.
 * @throws UnreadableFile where a name that rows are read by stands twice in the header, a quotation mark is never closed, or a row is twice as long as one may be
 */
export async function* readCsv(source: AsyncIterable<Uint8Array>, delimiter = ',', said: readonly string[] = []): AsyncGenerator<FileRecord> {
	const scanner = csvScanner(delimiter, MAX_RECORD_BYTES);
	let names: (string | null)[] | null = null;
	function* records(rows: readonly CsvRow[]): Generator<FileRecord> {
		for (const row of rows) {
			if (names === null) names = namesOf(row, said);
			else yield recordOf(row, names);
		}
	}
	for await (const text of decoded(source)) yield* records(scanner.feed(text));
	const rest = scanner.end();
	yield* records(rest.rows);
	if ('unclosed' in rest) throw new UnreadableFile(`The quotation mark on line ${rest.unclosed} opens a cell that nothing closes, so where its row ends cannot be told. Close it, or write it twice within a quoted cell, and send the file again.`);
}
