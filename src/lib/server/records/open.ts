import { headOf } from '../stream-head.ts';
import { DELIMITERS, delimiterOf, delimiterOfNames, readCsv } from './csv.ts';
import { encodingOf, inUtf8 } from './encoding.ts';
import type { Encoding } from './encoding.ts';
import { counted, countUnpacked, gunzipped } from './inflate.ts';
import type { Unpacked } from './inflate.ts';
import { jsonLayout, readJson } from './json.ts';
import { readJsonl } from './jsonl.ts';
import { readText } from './lines.ts';
import { readParquet } from './parquet.ts';
import { UnreadableFile } from './record.ts';
import type { FileRecord } from './record.ts';
import { spooled } from './spool.ts';
import { zipped } from './zip.ts';

/** Formats whose records are read; `txt` is a prompt a line. */
export const FILE_FORMATS = ['jsonl', 'json', 'csv', 'txt', 'parquet'] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];

/** What a file is: recognised by its content, or as it was said to be. */
export type FileForm = { packed: 'gzip' | 'zip' | null; format: FileFormat; encoding: Encoding | null; delimiter: string | null };

/** What the sender said of the file; the rest is recognised. */
export type SaidForm = { format?: FileFormat | undefined; encoding?: Encoding | undefined; delimiter?: string | undefined; /** Columns of a table that are said to hold something, by their names. */ columns?: readonly string[] | undefined };

/** An open file: what it is is known with its first record. */
export type OpenFile = { form: () => FileForm | null; records: AsyncGenerator<FileRecord> };

/** So many first bytes say what a file is. */
const HEAD_BYTES = 64 * 1024;
/** Packed files within packed files. */
const MOST_LAYERS = 2;
/** Header names under which a single column holds prompts. */
const PROMPT_COLUMN = /^(?:prompt|text|question|instruction|query|问题|提示|提示词)$/iu;

const begins = (head: Buffer, ...bytes: number[]) => bytes.every((byte, index) => head[index] === byte);
const isParquet = (head: Buffer) => head.subarray(0, 4).toString('latin1') === 'PAR1';

function isJson(text: string): boolean {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}

/** What a text is by its beginning; `cut`: there is more of it. */
function textFormat(start: string, cut: boolean): { format: Exclude<FileFormat, 'parquet'>; delimiter: string | null } {
	const trimmed = start.trimStart();
	if (trimmed.startsWith('[')) return { format: 'json', delimiter: null };
	if (trimmed.startsWith('{')) {
		const [first = '', ...more] = trimmed.split('\n');
		const oneLine = more.every((line) => line.trim() === '');
		const underKey = jsonLayout(start).kind === 'under';
		// A line that is cut off by the end of what was looked at is a long record.
		const oneALine = oneLine ? !underKey && (cut || isJson(first)) : isJson(first);
		return { format: oneALine ? 'jsonl' : 'json', delimiter: null };
	}
	const delimiter = delimiterOf(start, cut);
	if (delimiter !== null) return { format: 'csv', delimiter };
	// A line with a cell too many makes a table no text: its header says what it is, and the line is refused by its number.
	const [header = ''] = trimmed.split('\n', 1);
	const isPrompt = (name: string) => PROMPT_COLUMN.test(name.replaceAll('"', '').trim());
	const named = DELIMITERS.map((one) => ({ one, names: header.split(one) })).filter(({ names }) => names.length > 1 && names.some(isPrompt)).sort((x, y) => y.names.length - x.names.length)[0];
	const sign = named?.one ?? delimiterOfNames(trimmed, cut);
	if (sign !== null) return { format: 'csv', delimiter: sign };
	return isPrompt(header) ? { format: 'csv', delimiter: ',' } : { format: 'txt', delimiter: null };
}

/**
 * Opens a file of any known kind: JSON Lines, JSON, delimited text, plain lines
 * or Parquet, in UTF-8, UTF-16 or GB18030, also within gzip or zip. Formats that
 * are read from their end lie hidden in `folder` while they are read. Reading
 * throws `UnreadableFile` where nothing can be read any further.
 */
export function openFile(source: AsyncIterable<Uint8Array>, said: SaidForm, folder: string): OpenFile {
	let form: FileForm | null = null;
	const found = (one: FileForm) => {
		form ??= one;
	};
	return { form: () => form, records: records(source, { said, folder, found, packed: null, packs: [] }) };
}

type Reading = { said: SaidForm; folder: string; found: (form: FileForm) => void; packed: FileForm['packed']; /** Packed files around it, the outermost first. */ packs: readonly Unpacked[] };

async function* records(source: AsyncIterable<Uint8Array>, reading: Reading): AsyncGenerator<FileRecord> {
	const { head, whole, close } = await headOf(source, HEAD_BYTES);
	try {
		yield* recordsOf(head, whole, reading);
	} finally {
		// Also where its first bytes were enough to refuse it: who sends it must not wait.
		await close();
	}
}

async function* recordsOf(head: Buffer, whole: AsyncGenerator<Uint8Array>, reading: Reading): AsyncGenerator<FileRecord> {
	const { said, packed } = reading;
	if (head.byteLength === 0) throw new UnreadableFile('The file is empty.');
	if (begins(head, 0x1f, 0x8b)) {
		const { content, unpacked } = gunzipped(whole);
		const inside = within(reading, 'gzip', unpacked);
		return yield* records(counted(content, inside.packs), inside);
	}
	if (begins(head, 0x50, 0x4b, 0x03, 0x04)) return yield* unzipped(whole, reading);
	if (said.format === 'parquet' || (said.format === undefined && isParquet(head))) {
		reading.found({ packed, format: 'parquet', encoding: null, delimiter: null });
		return yield* spooled(whole, reading.folder, (lying) => readParquet(lying, said.columns));
	}
	// Who says what the file is hears of the lines that are no text.
	const encoding = said.encoding ?? encodingOf(head) ?? (said.format === undefined ? null : 'utf-8');
	if (encoding === null) throw new UnreadableFile('The file is neither text in UTF-8, UTF-16 or GB18030 nor Parquet, gzip or zip.');
	const start = new TextDecoder(encoding).decode(head, { stream: true });
	const cut = head.byteLength === HEAD_BYTES;
	const sniffed = textFormat(start, cut);
	const format = said.format ?? sniffed.format;
	const delimiter = format === 'csv' ? (said.delimiter ?? sniffed.delimiter ?? delimiterOf(start, cut) ?? ',') : null;
	reading.found({ packed, format, encoding, delimiter });
	const text = inUtf8(whole, encoding);
	if (format === 'json') return yield* readJson(text, start);
	if (format === 'csv') return yield* readCsv(text, delimiter ?? ',', said.columns);
	yield* format === 'jsonl' ? readJsonl(text) : readText(text);
}

function within(reading: Reading, packed: 'gzip' | 'zip', unpacked: Unpacked): Reading {
	if (reading.packs.length >= MOST_LAYERS) throw new UnreadableFile('The file is packed more than twice. Unpack it and send it again.');
	return { ...reading, packed, packs: [...reading.packs, unpacked] };
}

/** Records of every file in a zip, one after the other; lines run on, and an error says in which file and line it is. */
async function* unzipped(source: AsyncIterable<Uint8Array>, reading: Reading): AsyncGenerator<FileRecord> {
	yield* spooled(source, reading.folder, async function* (lying) {
		const inside = within(reading, 'zip', countUnpacked(() => lying.bytes));
		let before = 0;
		let files = 0;
		for await (const { name, open } of zipped(lying)) {
			if (name === '[Content_Types].xml') throw new UnreadableFile('This is a workbook or document of an office program. Save the table as CSV (UTF-8) and send that.');
			files += 1;
			let last = 0;
			for await (const record of records(counted(await open(), inside.packs), inside)) {
				last = record.line;
				const line = before + record.line;
				yield 'error' in record ? { line, error: `(${name}, line ${record.line}) ${record.error}` } : { line, value: record.value, place: `${name}, line ${record.line}`, file: name };
			}
			before += last;
		}
		if (files === 0) throw new UnreadableFile('The zip holds no files.');
	});
}
