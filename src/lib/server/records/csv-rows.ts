/** A row of delimited text by the line it begins in: its cells, or why it has none. */
export type CsvRow = { line: number; cells: string[] } | { line: number; error: string };

/** Text is fed bit by bit; what each bit completes comes back. `end` gives the last row, or the line of a quotation mark that nothing closes. */
export type CsvScanner = { feed: (text: string) => CsvRow[]; end: () => { rows: CsvRow[] } | { unclosed: number } };

const QUOTE = '"';
const AFTER_QUOTE = 'has more after the quotation mark that closes a cell; a quotation mark within a cell is written twice';
const BEFORE_QUOTE = 'has a quotation mark in the middle of a cell; put the whole cell in quotation marks and write it twice';

/**
 * Reads rows of delimited text (RFC 4180): cells in quotation marks hold
 * delimiters, line ends and, written twice, quotation marks. Lines end with LF or
 * CRLF, or with CR where the first one does. Empty lines are counted and no more.
 * A row with a misplaced quotation mark is reported and passed over; one that is
 * longer than `most` characters too, without being kept.
 */
export function csvScanner(delimiter: string, most: number): CsvScanner {
	let line = 1;
	/** Where the row that is read began. */
	let begun = 1;
	/** Where the cell in quotation marks that is read began. */
	let opened = 1;
	let cells: string[] = [];
	let cell = '';
	let size = 0;
	let error: string | null = null;
	let state: 'start' | 'plain' | 'quoted' | 'closing' = 'start';
	let lineEnd: '\n' | '\r' | null = null;
	/** What cannot be told without what comes after it: a CR, or half of the delimiter. */
	let pending = '';
	const rows: CsvRow[] = [];

	const add = (text: string) => {
		size += text.length;
		if (size > most) {
			error ??= `is longer than ${most / 1024 / 1024} MB`;
			cell = '';
			cells = [];
		} else cell += text;
	};
	const endCell = () => {
		// A row of nothing but delimiters is bounded too.
		size += 1;
		if (error === null) cells.push(cell);
		cell = '';
		state = 'start';
	};
	const endRow = () => {
		const isEmpty = state === 'start' && size === 0;
		endCell();
		if (!isEmpty) rows.push(error === null ? { line: begun, cells } : { line: begun, error: line > begun ? `${error} (the row goes on to line ${line})` : error });
		[cells, size, error] = [[], 0, null];
	};

	/** How long the line end at a place is (0: there is none); null: what comes after it tells. */
	const lineEndAt = (text: string, at: number, last: boolean): number | null => {
		if (text[at] === '\n') return lineEnd === '\r' ? 0 : 1;
		if (text[at] !== '\r') return 0;
		if (lineEnd === '\r') return 1;
		if (at + 1 === text.length && !last) return null;
		if (text[at + 1] === '\n') return 2;
		return lineEnd === null ? 1 : 0;
	};

	/** Takes what a cell in quotation marks holds; gives the place after the mark that may close it, or the end. */
	function scanQuoted(text: string, from: number): number {
		const close = text.indexOf(QUOTE, from);
		const stop = close === -1 ? text.length : close;
		const ending = lineEnd ?? '\n';
		for (let next = text.indexOf(ending, from); next !== -1 && next < stop; next = text.indexOf(ending, next + 1)) line += 1;
		if (stop > from) add(text.slice(from, stop));
		if (close === -1) return stop;
		state = 'closing';
		return close + 1;
	}

	/** Reads `text`; gives what cannot be told yet. */
	function scan(text: string, last: boolean): string {
		let at = 0;
		/** Where what is not yet added to the cell begins. */
		let from = 0;
		/** Adds what was passed over, and goes on after `width` signs that belong to no cell. */
		const pass = (width: number) => {
			if (at > from) add(text.slice(from, at));
			at += width;
			from = at;
		};
		while (at < text.length) {
			if (state === 'quoted') {
				at = scanQuoted(text, at);
				from = at;
				continue;
			}
			const width = lineEndAt(text, at, last);
			if (width === null || (!last && at + delimiter.length > text.length && delimiter.startsWith(text.slice(at)))) break;
			if (width > 0) {
				lineEnd ??= text[at] === '\r' && width === 1 ? '\r' : '\n';
				pass(width);
				endRow();
				line += 1;
				begun = line;
			} else if (text.startsWith(delimiter, at)) {
				pass(delimiter.length);
				endCell();
			} else if (text[at] !== QUOTE) {
				// A cell that goes on after its end: its row is refused, and ends where its line does, so that nothing after it is swallowed.
				if (state === 'closing') error ??= AFTER_QUOTE;
				state = 'plain';
				at += 1;
			} else if (state === 'closing') {
				// Written twice: one of the cell's own.
				add(QUOTE);
				pass(1);
				state = 'quoted';
			} else {
				pass(1);
				if (state === 'start') [state, opened] = ['quoted', line];
				else error ??= BEFORE_QUOTE;
			}
		}
		pass(0);
		return text.slice(at);
	}

	const given = (): CsvRow[] => rows.splice(0);
	return {
		feed: (text) => {
			pending = scan(pending + text, false);
			return given();
		},
		end: () => {
			pending = scan(pending, true);
			if (state === 'quoted') return { unclosed: opened };
			if (state !== 'start' || size > 0) endRow();
			return { rows: given() };
		}
	};
}
