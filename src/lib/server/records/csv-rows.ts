import { MOST_CELLS, RowParser } from './csv-parser.ts';
import { UnreadableFile } from './record.ts';

/** A row of delimited text by the line it begins in: its cells, or why it has none. */
export type CsvRow = { line: number; cells: string[] } | { line: number; error: string };

/** Text is fed bit by bit; what each bit completes comes back. `end` gives the last ones, and the line of a quotation mark that nothing closes. */
export type CsvScanner = { feed: (text: string) => CsvRow[]; end: () => { rows: CsvRow[] } | { rows: CsvRow[]; unclosed: number } };

const AFTER_QUOTE = 'has more after the quotation mark that closes a cell; a quotation mark within a cell is written twice';
const BEFORE_QUOTE = 'has a quotation mark in the middle of a cell; put the whole cell in quotation marks and write it twice';
const [LF, CR, QUOTE] = [10, 13, 34];

/** Which quotation mark of a row does not stand where it may. Null: they all do, so that its cells are written in one way only. */
function misplaced(row: string, cells: readonly string[], delimiter: string): string | null {
	let at = 0;
	for (const cell of cells) {
		const isQuoted = row[at] === '"';
		if (!isQuoted && cell.includes('"')) return BEFORE_QUOTE;
		const written = isQuoted ? cell.replaceAll('"', '""') : cell;
		if (isQuoted) at += 1;
		if (!row.startsWith(written, at)) return AFTER_QUOTE;
		at += written.length;
		if (isQuoted && row[at] !== '"') return AFTER_QUOTE;
		at += delimiter.length + (isQuoted ? 1 : 0);
	}
	return null;
}

function count(bytes: Buffer, sign: number): number {
	let found = 0;
	for (let at = bytes.indexOf(sign); at !== -1; at = bytes.indexOf(sign, at + 1)) found += 1;
	return found;
}

/**
 * Reads rows of delimited text (RFC 4180) with csv-parse: cells in quotation marks
 * hold delimiters, line ends and, written twice, quotation marks. Lines end with LF or
 * CRLF, or with CR where the first one does. Empty lines are counted and no more.
 * A row with a misplaced quotation mark, longer than `most` bytes or of more than `MOST_CELLS` cells, is reported.
 * Lines are counted here, in what csv-parse says each row was read from: its own
 * numbers count a CRLF within quotation marks twice.
 * @throws UnreadableFile from `feed`, where a row is so long that where it ends is not looked for
 */
export function csvScanner(delimiter: string, most: number): CsvScanner {
	/** What is read and belongs to no whole row yet, and where in all of it that begins. */
	let parts: Buffer[] = [];
	let start = 0;
	let size = 0;
	/** The line in which it begins. */
	let line = 1;
	let lineEnd: typeof LF | typeof CR | null = null;
	/** Half of a sign. */
	let half = '';
	const rows: CsvRow[] = [];

	const kept = (): Buffer => {
		const all = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
		parts = [all];
		return all;
	};
	const drop = (bytes: number) => {
		parts = [kept().subarray(bytes)];
		start += bytes;
		size -= bytes;
	};
	const passEmptyLines = () => {
		const begins = parts.find((part) => part.length > 0)?.[0];
		if (begins !== LF && begins !== CR) return;
		const text = kept();
		let at = 0;
		for (; text[at] === lineEnd || (lineEnd === LF && text[at] === CR && text[at + 1] === LF); at += 1) if (text[at] === lineEnd) line += 1;
		if (at > 0) drop(at);
	};

	/** How lines end is told by the first of them that csv-parse finds. */
	const first = new RowParser({ delimiter, record_delimiter: ['\r\n', '\n', '\r'], to: 1 }, (_, end) => {
		const last = kept()[end - 1];
		if (last === LF || last === CR) lineEnd = last;
	});
	let parser: RowParser | null = null;
	const begin = (): RowParser => {
		lineEnd ??= LF;
		const begun = new RowParser({ delimiter, record_delimiter: lineEnd === CR ? ['\r'] : ['\r\n', '\n'], skip_empty_lines: true }, (cells, end, isWide) => {
			passEmptyLines();
			const text = kept().subarray(0, end - start);
			const through = line + count(text, lineEnd as number);
			const error = text.length > most ? `is longer than ${most / 1024 / 1024} MB` : isWide ? `has more than ${MOST_CELLS} cells` : text.includes(QUOTE) ? misplaced(text.toString(), cells, delimiter) : null;
			const last = text.at(-1) === lineEnd ? through - 1 : through;
			rows.push(error === null ? { line, cells } : { line, error: last > line ? `${error} (the row goes on to line ${last})` : error });
			line = through;
			drop(text.length);
		});
		if (size > 0) begun.feed(kept());
		return begun;
	};

	const given = (): CsvRow[] => rows.splice(0);
	return {
		feed: (text) => {
			if (size > 2 * most) throw new UnreadableFile(`The row that begins on line ${line} is longer than ${(2 * most) / 1024 / 1024} MB, so where it ends is not looked for. A quotation mark that nothing closes may be the cause.`);
			const whole = half + text;
			half = /[\uD800-\uDBFF]$/u.exec(whole)?.[0] ?? '';
			const bytes = Buffer.from(whole.slice(0, whole.length - half.length));
			parts.push(bytes);
			size += bytes.length;
			if (parser !== null) parser.feed(bytes);
			else {
				first.feed(bytes);
				if (lineEnd !== null) parser = begin();
			}
			if (parser !== null && size > most) passEmptyLines();
			return given();
		},
		end: () => {
			if (parser === null) {
				first.finish();
				parser = begin();
			}
			if (parser.finish()) return { rows: given() };
			const opened = kept().indexOf(QUOTE, Math.max(0, parser.info.bytes - start));
			return { rows: given(), unclosed: line + count(kept().subarray(0, opened), lineEnd as number) };
		}
	};
}
