import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { inUtf8 } from './encoding.ts';
import type { Encoding } from './encoding.ts';
import { openFile } from './open.ts';
import type { SaidForm } from './open.ts';
import { UnreadableFile } from './record.ts';

const folder = mkdtempSync(join(tmpdir(), 'plumbline-records-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function* pieces(bytes: Uint8Array, size = 1000): AsyncGenerator<Uint8Array> {
	for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size);
}

/** All that a file gives, or the sentence it is refused with. */
async function readAll(bytes: Uint8Array, said: SaidForm = {}, size = 1000) {
	const file = openFile(pieces(bytes, size), said, folder);
	const values: unknown[] = [];
	const errors: { line: number; error: string }[] = [];
	try {
		for await (const record of file.records) {
			if ('error' in record) errors.push(record);
			else values.push(record.value);
		}
	} catch (error) {
		if (!(error instanceof UnreadableFile)) throw error;
		return { form: file.form(), values, errors, refused: error.message };
	}
	return { form: file.form(), values, errors, refused: null };
}

async function zip(files: Record<string, Uint8Array>): Promise<Buffer> {
	const zipped = new ZipFile();
	for (const [name, bytes] of Object.entries(files)) zipped.addBuffer(Buffer.from(bytes), name);
	zipped.end();
	const chunks: Buffer[] = [];
	for await (const chunk of zipped.outputStream) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks);
}

function utf16be(text: string): Buffer {
	return Buffer.from(text, 'utf16le').swap16();
}

const ROWS = [
	{ prompt: 'Is the notice “valid”?', chosen: 'Yes; see § 4.', rejected: 'Maybe, or\nnot.' },
	{ prompt: '通知期限是多久？', chosen: '三十日。', rejected: '不知道,也许' },
	{ prompt: 'Wie lange läuft die Frist? 🙂', chosen: 'Drei Monate', rejected: 'Ein Jahr' }
];
const jsonl = ROWS.map((row) => JSON.stringify(row)).join('\n');
const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;
const table = (delimiter: string) => [Object.keys(ROWS[0] as object).join(delimiter), ...ROWS.map((row) => Object.values(row).map(cell).join(delimiter))].join('\r\n');
const parquet = () => new Uint8Array(parquetWriteBuffer({ columnData: (['prompt', 'chosen', 'rejected'] as const).map((name) => ({ name, data: ROWS.map((row) => row[name]) })) }));

describe('a good file is recognised by its content', () => {
	const FILES: [string, () => Uint8Array | Promise<Uint8Array>, object][] = [
		['JSON Lines', () => Buffer.from(jsonl), { format: 'jsonl', encoding: 'utf-8' }],
		['JSON Lines with CRLF and a byte order mark', () => Buffer.from(`\uFEFF${jsonl.replaceAll('\n', '\r\n')}\r\n`), { format: 'jsonl' }],
		['a JSON list', () => Buffer.from(JSON.stringify(ROWS, null, 2)), { format: 'json' }],
		['a JSON list under a key', () => Buffer.from(JSON.stringify({ version: 1, data: ROWS })), { format: 'json' }],
		['JSON values on several lines each', () => Buffer.from(ROWS.map((row) => JSON.stringify(row, null, '\t')).join('\n')), { format: 'json' }],
		['CSV', () => Buffer.from(table(',')), { format: 'csv', delimiter: ',' }],
		['semicolons', () => Buffer.from(table(';')), { format: 'csv', delimiter: ';' }],
		['tabs', () => Buffer.from(table('\t')), { format: 'csv', delimiter: '\t' }],
		['bars', () => Buffer.from(table('|')), { format: 'csv', delimiter: '|' }],
		['UTF-16 LE', () => Buffer.from(`\uFEFF${table('\t')}`, 'utf16le'), { format: 'csv', encoding: 'utf-16le' }],
		['UTF-16 BE', () => utf16be(`\uFEFF${jsonl}`), { format: 'jsonl', encoding: 'utf-16be' }],
		['UTF-16 LE without a mark', () => Buffer.from(jsonl, 'utf16le'), { format: 'jsonl', encoding: 'utf-16le' }],
		['Parquet', parquet, { format: 'parquet', encoding: null }],
		['gzip', () => gzipSync(jsonl), { packed: 'gzip', format: 'jsonl' }],
		['Parquet in gzip', () => gzipSync(parquet()), { packed: 'gzip', format: 'parquet' }],
		['zip', () => zip({ 'data/train.csv': Buffer.from(table(';')) }), { packed: 'zip', format: 'csv', delimiter: ';' }]
	];
	it.each(FILES)('%s', async (_, make, form) => {
		const bytes = await make();
		for (const size of [7, 70_000]) {
			const read = await readAll(bytes, {}, size);
			expect({ ...read, form: null }).toEqual({ form: null, values: ROWS, errors: [], refused: null });
			expect(read.form).toMatchObject(form);
		}
	});

	it('GB18030, as spreadsheets in China save it', async () => {
		// "prompt,chosen,rejected\n通知,是,否\n" in GB18030.
		const bytes = Buffer.concat([Buffer.from('prompt,chosen,rejected\n'), Buffer.from([0xcd, 0xa8, 0xd6, 0xaa]), Buffer.from(','), Buffer.from([0xca, 0xc7]), Buffer.from(','), Buffer.from([0xb7, 0xf1]), Buffer.from('\n')]);
		expect(await readAll(bytes)).toMatchObject({ form: { encoding: 'gb18030', format: 'csv' }, values: [{ prompt: '通知', chosen: '是', rejected: '否' }] });
	});

	it('plain lines, each a prompt; a column of prompts', async () => {
		expect(await readAll(Buffer.from('Is it valid?\n\nHow long is the notice?\n'))).toMatchObject({ form: { format: 'txt' }, values: ['Is it valid?', 'How long is the notice?'] });
		expect(await readAll(Buffer.from('prompt\nIs it valid?\n'))).toMatchObject({ form: { format: 'csv' }, values: [{ prompt: 'Is it valid?' }] });
	});

	it('several files of a zip, one after the other, with their places', async () => {
		const bytes = await zip({ 'a.jsonl': Buffer.from(`${JSON.stringify(ROWS[0])}\n\nbroken\n`), '__MACOSX/._a.jsonl': Buffer.from('x'), 'b.csv': Buffer.from(table(',').replaceAll('\r', '')) });
		const file = openFile(pieces(bytes), {}, folder);
		const read = [];
		for await (const record of file.records) read.push('error' in record ? [record.line, record.error.slice(0, 30)] : [record.line, record.place]);
		expect(read).toEqual([[1, 'a.jsonl, line 1'], [3, '(a.jsonl, line 3) is not JSON:'], [5, 'b.csv, line 2'], [7, 'b.csv, line 4'], [8, 'b.csv, line 5']]);
	});

	it('a table with any one sign between its cells, and pandas’ index before them', async () => {
		for (const sign of ['^', '#', '\u0001', '\u001f', '~', '‖']) {
			expect(await readAll(Buffer.from(`prompt${sign}chosen${sign}rejected\nIs it valid?${sign}Yes.${sign}No.\n`))).toMatchObject({ form: { format: 'csv', delimiter: sign }, values: [{ prompt: 'Is it valid?', chosen: 'Yes.', rejected: 'No.' }] });
		}
		for (const first of ['Prompt = question', 'Question/Answer', 'Prompt & answer']) expect((await readAll(Buffer.from(`${first}\nIs it valid?\n\n"Yes" or no?\n`))).values, first).toEqual([first, 'Is it valid?', '"Yes" or no?']);
		// A line that is none of a table's does not make it a text, whether or not it comes first.
		expect(await readAll(Buffer.from('question^answer\nq\nq^a\n'))).toMatchObject({ form: { format: 'csv', delimiter: '^' }, errors: [{ line: 2 }] });
		expect(await readAll(Buffer.from('question^answer\n"q"s^a\n'))).toMatchObject({ form: { format: 'csv', delimiter: '^' }, errors: [{ line: 2 }] });
		expect((await readAll(Buffer.from('question^answer\n"two\nlines"^a\n'))).values).toEqual([{ question: 'two\nlines', answer: 'a' }]);
		expect(await readAll(Buffer.from('What is 2^3?\nAnd 3^3?\n'))).toMatchObject({ form: { format: 'txt' } });
		expect(await readAll(Buffer.from('a::b\n1::2\n'), { format: 'csv', delimiter: ':' })).toMatchObject({ values: [{ a: '1', 'column 2': '', b: '2' }] });
		expect(await readAll(Buffer.from(',chosen,rejected\n0,"Human: q\n\nAssistant: a","Human: q\n\nAssistant: b"\n'))).toMatchObject({ form: { format: 'csv', delimiter: ',' }, values: [{ chosen: expect.any(String), rejected: expect.any(String) }] });
		expect((await readAll(Buffer.from(',chosen,rejected\n0,a,b\n'))).values).toEqual([{ chosen: 'a', rejected: 'b' }]);
	});

	it('a table with columns of one name that nobody reads: the later ones bear a number of their own', async () => {
		const read = await readAll(Buffer.from('prompt,answer,Comment,comment,comment (2),comment\nq,a,1,2,3,4\n'), { columns: ['prompt'] });
		expect(read).toMatchObject({ refused: null, errors: [], values: [{ prompt: 'q', answer: 'a', comment: '1', 'comment (3)': '2', 'comment (2)': '3', 'comment (4)': '4' }] });
	});

	it('whatever it was said to be', async () => {
		expect(await readAll(Buffer.from('a;b\n1;2\n'), { format: 'csv', delimiter: ',' })).toMatchObject({ values: [{ 'a;b': '1;2' }] });
		expect(await readAll(Buffer.from('{"a":1}'), { format: 'txt' })).toMatchObject({ values: ['{"a":1}'] });
	});

	it('numbers, times and lists of a Parquet file as JSON would hold them', async () => {
		const bytes = new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'n', data: [5n, 2n ** 60n] }, { name: 'at', data: [new Date(0), new Date(1000)] }, { name: 'turns', data: [[{ role: 'user' }], []], type: 'JSON' }] }));
		expect(await readAll(bytes)).toMatchObject({ values: [{ n: 5, at: '1970-01-01T00:00:00.000Z', turns: [{ role: 'user' }] }, { n: '1152921504606846976', turns: [] }] });
	});
});

describe('a broken file is refused, or its line named', () => {
	it.each<[string, () => Uint8Array | Promise<Uint8Array>, RegExp]>([
		['nothing', () => Buffer.alloc(0), /is empty/],
		['a picture', () => Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 0xff]), /neither text/],
		['a table in a western code page of old', () => Buffer.from('prompt,chosen,rejected\nStra\xdfe?,gr\xfcn,gro\xdf\n', 'latin1'), /neither text/],
		['half a gzip', () => gzipSync(Buffer.from(jsonl.repeat(500))).subarray(0, 300), /gzip file is broken/],
		['half a zip', async () => (await zip({ 'a.jsonl': Buffer.from(jsonl) })).subarray(0, 100), /zip file is broken/],
		['an empty zip', async () => Buffer.from([0x50, 0x4b, 0x03, 0x04, 0, 0]), /zip file is broken/],
		['half a Parquet file', () => parquet().subarray(0, 200), /footer cannot be read/],
		['a JSON list that breaks off', () => Buffer.from(JSON.stringify(ROWS).slice(0, -5)), /not JSON after record/],
		['a workbook', () => zip({ '[Content_Types].xml': Buffer.from('<x/>'), 'xl/workbook.xml': Buffer.from('<x/>') }), /Save the table as CSV/],
		['UTF-16 that breaks off', () => Buffer.concat([Buffer.from(`\uFEFF${jsonl}`, 'utf16le'), Buffer.from([0x41])]), /not UTF-16LE/]
	])('%s', async (_, make, words) => {
		expect((await readAll(await make())).refused).toMatch(words);
		expect(readdirSync(folder)).toEqual([]);
	});

	it('a table in which it cannot be told what belongs where', async () => {
		expect((await readAll(Buffer.from('prompt,Answer,answer\nq,a,b\n'))).refused).toMatch(/names the column “answer” twice/);
		for (const header of ['prompt,answer,Matter,matter', 'prompt,answer,case number,Case number', 'prompt,answer,tags,tags', 'prompt,answer,tools,tools']) expect((await readAll(Buffer.from(`${header}\nq,a,b,c\n`))).refused, header).toMatch(/names the column “.+” twice/);
		expect((await readAll(Buffer.from('prompt,answer,remark,Remark\nq,a,b,c\n'), { columns: [' REMARK'] })).refused).toMatch(/names the column “remark” twice/);
		// What stands after the mark is not lost unsaid: nothing of the file is taken.
		expect(await readAll(Buffer.from('prompt,chosen,rejected\nq,a,b\nq2,"a,b\nq3,a,b\n'))).toMatchObject({ refused: expect.stringMatching(/quotation mark on line 3 opens a cell that nothing closes/u) });
	});

	it('every line of a table by its own number', async () => {
		const read = await readAll(Buffer.from('prompt,answer\n\nq,"two\nlines"\nshort\n"a"b,c\n\nq,a,b\nlast,row\n'), { format: 'csv' });
		expect(read.errors).toEqual([{ line: 5, error: 'has 1 cells where the header has 2' }, { line: 6, error: expect.stringMatching(/^has more after/u) }, { line: 8, error: 'has 3 cells where the header has 2' }]);
		const lines: number[] = [];
		for await (const { line } of openFile(pieces(Buffer.from('prompt,answer\r\n\r\nq,"a\r\nb"\r\nshort\r\nr,c\r\n'), 3), { format: 'csv' }, folder).records) lines.push(line);
		expect(lines).toEqual([3, 5, 6]);
	});

	it('lines of JSON Lines and CSV, and the rest is read', async () => {
		const lines = await readAll(Buffer.concat([Buffer.from('{"a":1}\n{"a":\n'), Buffer.from([0xff, 0x0a]), Buffer.from('{"a":4}\n')]), { format: 'jsonl', encoding: 'utf-8' });
		expect(lines).toMatchObject({ values: [{ a: 1 }, { a: 4 }], errors: [{ line: 2 }, { line: 3, error: 'is not UTF-8; save the file as UTF-8' }] });
		const cells = await readAll(Buffer.from('a,b\n1,2\n1,2,3\n4,5\n'), { format: 'csv' });
		expect(cells).toMatchObject({ values: [{ a: '1', b: '2' }, { a: '4', b: '5' }], errors: [{ line: 3 }] });
	});
});

describe('a hostile file', () => {
	it('does not fill the memory: bombs, endless records, deep nests, wide headers', async () => {
		const zeros = Buffer.alloc(200 * 1024 * 1024, 'a');
		expect((await readAll(gzipSync(zeros), { format: 'txt' })).refused).toMatch(/unpacks to more than/);
		expect((await readAll(await zip({ 'a.txt': zeros }), { format: 'txt' })).refused).toMatch(/unpacks to more than/);
		// Many files that are each small enough, and packs of them.
		const part = Buffer.alloc(30 * 1024 * 1024, 'a');
		const many = await zip({ 'a.txt': part, 'b.txt': part, 'c.txt': part });
		expect((await readAll(many, { format: 'txt' })).refused).toMatch(/unpacks to more than/);
		const [packed, gzipped] = [await zip({ 'a.txt': part }), gzipSync(part)];
		expect((await readAll(await zip({ 'a.zip': packed, 'b.gz': gzipped, 'c.zip': packed }), { format: 'txt' })).refused).toMatch(/unpacks to more than/);
		expect((await readAll(Buffer.from(`[{"a":"${'x'.repeat(17 * 1024 * 1024)}"}]`), {}, 65_536)).refused).toMatch(/longer than 16 MB/);
		expect((await readAll(Buffer.from('['.repeat(200_000)))).refused).toMatch(/within each other/);
		const wide = Array.from({ length: 100_000 }, (_, i) => `c${i}`).join(',');
		expect((await readAll(Buffer.from(`${wide}\n1\n`), { format: 'csv' })).refused).toMatch(/100000 columns; at most 200/);
		expect(readdirSync(folder)).toEqual([]);
	}, 60_000);

	it('is not followed out of its folder, nor into packs of packs', async () => {
		const safe = await zip({ 'aa/aa/evil.jsonl': Buffer.from(jsonl) });
		const evil = Buffer.from(safe.toString('latin1').replaceAll('aa/aa/evil', '../../evil'), 'latin1');
		expect((await readAll(evil)).refused).toMatch(/zip file is broken: invalid relative path/);
		expect((await readAll(gzipSync(gzipSync(gzipSync(jsonl))))).refused).toMatch(/packed more than twice/);
	});

	it.each([
		['header', Buffer.from('prompt,prompt\n'), /twice/],
		['first bytes', Buffer.from([0x89, 0x50, 0, 0, 0, 0xff]), /neither text/]
	])('is let go where its %s are refused: what sends it must not wait', async (_, first, words) => {
		let stopped = false;
		async function* endless(): AsyncGenerator<Uint8Array> {
			try {
				yield first;
				for (;;) yield Buffer.from('a,b\n');
			} finally {
				stopped = true;
			}
		}
		await expect(openFile(endless(), {}, folder).records.next()).rejects.toThrow(words);
		expect(stopped).toBe(true);
	});

	it('never does more than be refused, whatever its bytes', async () => {
		const beginnings = [[], [0x1f, 0x8b, 8], [0x50, 0x4b, 3, 4], [...Buffer.from('PAR1')], [...Buffer.from('[{"a":')], [...Buffer.from('{"data":[')], [0xff, 0xfe], [...Buffer.from('a,b\n"')]];
		await fc.assert(
			fc.asyncProperty(fc.constantFrom(...beginnings), fc.uint8Array({ maxLength: 300 }), async (start, rest) => {
				const read = await readAll(Buffer.from([...start, ...rest]), {}, 11);
				for (const { line } of read.errors) expect(line).toBeGreaterThan(0);
				expect(readdirSync(folder)).toEqual([]);
			}),
			{ numRuns: 300 }
		);
	});
});

it('text comes through any encoding as it was', async () => {
	const encoders: Record<Exclude<Encoding, 'gb18030'>, (text: string) => Buffer> = { 'utf-8': (text) => Buffer.from(text), 'utf-16le': (text) => Buffer.from(text, 'utf16le'), 'utf-16be': utf16be };
	await fc.assert(
		fc.asyncProperty(fc.constantFrom('utf-8' as const, 'utf-16le' as const, 'utf-16be' as const), fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 9 }), async (encoding, text, size) => {
			fc.pre(!text.startsWith('\uFEFF'));
			const chunks: Uint8Array[] = [];
			for await (const chunk of inUtf8(pieces(encoders[encoding](text), size), encoding)) chunks.push(chunk);
			expect(Buffer.concat(chunks).toString('utf8')).toBe(text);
		})
	);
});
