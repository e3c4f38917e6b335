import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it, vi } from 'vitest';
import type { HiddenFile } from './hidden-file.ts';
import { offsetIndex, pageHeader } from './parquet-header.ts';
import { walkRuns } from './parquet-runs.ts';
import { PARQUET_LIMITS } from './parquet-stretch.ts';
import { readParquet } from './parquet.ts';
import { UnreadableFile } from './record.ts';

vi.mock('hyparquet', { spy: true });

/** A file in the memory, which counts what is read of it. */
function lying(bytes: Uint8Array): HiddenFile & { read: HiddenFile['read']; seen: () => number } {
	let seen = 0;
	const read = (start: number, end: number) => {
		const part = bytes.slice(Math.max(0, start), Math.max(0, end));
		seen += part.byteLength;
		return Promise.resolve(part.buffer);
	};
	return {
		bytes: bytes.byteLength,
		read,
		stream: async function* (start, end) {
			yield new Uint8Array(await read(start, end));
		},
		seen: () => seen
	};
}

async function rowsOf(file: HiddenFile, limits?: Partial<typeof PARQUET_LIMITS>): Promise<{ values: unknown[]; lines: number[]; errors: string[]; refused: string | null }> {
	const read = { values: [] as unknown[], lines: [] as number[], errors: [] as string[] };
	try {
		for await (const record of readParquet(file, [], { ...PARQUET_LIMITS, ...limits })) {
			read.lines.push(record.line);
			if ('error' in record) read.errors.push(record.error);
			else read.values.push(record.value);
		}
	} catch (error) {
		if (!(error instanceof UnreadableFile)) throw error;
		return { ...read, refused: error.message };
	}
	return { ...read, refused: null };
}

const golden = JSON.parse(readFileSync(new URL('../../../../test/golden/parquet.json', import.meta.url), 'utf8')) as { files: { name: string; file: string; rows: Record<string, unknown>[] }[] };
it.each(golden.files)('reads what others write: $name', async ({ file, rows }) => {
	const read = await rowsOf(lying(new Uint8Array(Buffer.from(file, 'base64'))));
	expect(read).toMatchObject({ refused: null, errors: [], lines: rows.map((_, index) => index + 1) });
	// What is missing is left out, as in JSON it may be.
	const there = (row: object) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, (value as unknown) ?? undefined]));
	expect(read.values.map((row) => there(row as object))).toEqual(rows.map(there));
});

it('refuses a row with a text that is not UTF-8, and keeps every sign of the others', async () => {
	const broken = '\ufffd broken';
	const bytes = new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'prompt', data: ['\ufeffQ', broken, 'R'], type: 'STRING' }, { name: 'chosen', data: ['a', 'b', 'c'], type: 'STRING' }], statistics: false, codec: 'UNCOMPRESSED' }));
	const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(broken);
	expect(at).toBeGreaterThan(0);
	// Two bytes of the sign for what could not be read: none of UTF-8.
	bytes.set([0xff, 0xfe], at);
	expect(await rowsOf(lying(bytes))).toEqual({ values: [{ prompt: '\ufeffQ', chosen: 'a' }, { prompt: 'R', chosen: 'c' }], lines: [1, 2, 3], errors: ['is not UTF-8; save the file as UTF-8'], refused: null });
});

it('reads bytes that no schema calls a text: as one where they are, where they lie beside as what they are, and refuses them where rows are read by them', async () => {
	const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0xff);
	const texts = (...all: string[]) => all.map((text) => new TextEncoder().encode(text));
	const file = (name: string) => lying(new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'prompt', data: texts('Q', 'R'), type: 'BYTE_ARRAY' }, { name, data: [png, ...texts('none')], type: 'BYTE_ARRAY' }], statistics: false })));
	expect(await rowsOf(file('image'))).toEqual({ values: [{ prompt: 'Q', image: 'base64:iVBOR/8=' }, { prompt: 'R', image: 'none' }], lines: [1, 2], errors: [], refused: null });
	expect(await rowsOf(file('chosen'))).toMatchObject({ values: [{ prompt: 'R', chosen: 'none' }], errors: ['is not UTF-8; save the file as UTF-8'] });
	const named = [];
	for await (const record of readParquet(file('Image'), ['image'])) named.push('error' in record);
	expect(named).toEqual([true, false]);
});

it('takes bytes within an object for no text', async () => {
	const schema = [
		{ name: 'root', num_children: 2 },
		{ name: 'prompt', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
		{ name: 'image', num_children: 1, repetition_type: 'REQUIRED' },
		{ name: 'bytes', type: 'BYTE_ARRAY', repetition_type: 'REQUIRED' }
	] as const;
	const bytes = new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'prompt', data: ['Q'] }, { name: 'image', data: [{ bytes: Uint8Array.of(0xff, 0xfe) }] }], schema: schema.map((one) => ({ ...one })), statistics: false }));
	expect((await rowsOf(lying(bytes))).values).toEqual([{ prompt: 'Q', image: { bytes: { bytes: 'base64://4=' } } }]);
});

it.each(['SNAPPY', 'GZIP', 'BROTLI', 'ZSTD', 'LZ4', 'LZ4_RAW'] as const)('reads pages of nothing that are packed into no bytes, as %s', async (codec) => {
	// What parquet-java writes where every value is missing.
	const bytes = new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'margin', data: Array.from({ length: 9 }, () => null), type: 'STRING', nullable: true }], codec, compressors: { [codec]: () => new Uint8Array(0) } }));
	const read = await rowsOf(lying(bytes));
	expect(read).toMatchObject({ refused: null, errors: [], lines: [1, 2, 3, 4, 5, 6, 7, 8, 9] });
});

it('reads a large page that Snappy packs', async () => {
	const data = Array.from({ length: 9 }, (_, n) => `${n} ${'A careful answer. '.repeat(2 ** 16)}`);
	const bytes = new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'prompt', data, type: 'STRING', encoding: 'PLAIN' }], codec: 'SNAPPY', pageSize: 2 ** 24 }));
	expect((await rowsOf(lying(bytes))).values.map((row) => (row as { prompt: string }).prompt === data[Number((row as { prompt: string }).prompt[0])])).toEqual(data.map(() => true));
});

it('reads each page about once, however many rows a column has', async () => {
	const rows = 12_000;
	const data = Array.from({ length: rows }, (_, n) => `${n} ${'A careful answer. '.repeat(120)}`);
	const bytes = new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'prompt', data }, { name: 'n', data: Array.from({ length: rows }, (_, n) => BigInt(n)) }], codec: 'UNCOMPRESSED', pageSize: 64 * 1024, rowGroupSize: rows }));
	const file = lying(bytes);
	let [line, right] = [0, 0];
	for await (const record of readParquet(file)) {
		line += 1;
		const value = ('value' in record ? record.value : {}) as { prompt?: string; n?: number };
		if (record.line === line && value.n === line - 1 && value.prompt === data[line - 1]) right += 1;
	}
	expect({ line, right }).toEqual({ line: rows, right: rows });
	// Once to find the pages, once to decode them, and those again in which a stretch ends.
	expect(file.seen()).toBeLessThan(3 * bytes.byteLength);
});

it('reads any column, in pages of any size', async () => {
	const words = fc.array(fc.option(fc.string({ maxLength: 12 }), { freq: 4 }), { minLength: 1, maxLength: 60 });
	await fc.assert(
		fc.asyncProperty(words, fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 70 }), fc.boolean(), async (data, pageSize, rowGroupSize, packed) => {
			const bytes = new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'text', data, type: 'STRING', nullable: true }, { name: 'yes', data: data.map((word) => word === null), type: 'BOOLEAN' }, { name: 'list', data: data.map((word) => [word, { word }]), type: 'JSON' }], codec: packed ? 'SNAPPY' : 'UNCOMPRESSED', pageSize, rowGroupSize }));
			const read = await rowsOf(lying(bytes));
			expect(read.refused).toBeNull();
			expect(read.values.map((row) => ({ text: null, ...Object.fromEntries(Object.entries(row as object).filter(([, value]) => value !== undefined)) }))).toEqual(data.map((word) => ({ text: word, yes: word === null, list: [word, { word }] })));
		}),
		{ numRuns: 60 }
	);
});

describe('pages that are large beside what is held', () => {
	const words = ['prompt', 'chosen', 'rejected'];
	const data = words.map((word) => Array.from({ length: 300 }, (_, n) => `${word} ${n} ${'x'.repeat(n)}`));
	const rows = Array.from({ length: 300 }, (_, n) => Object.fromEntries(words.map((word, at) => [word, data[at]?.[n]])));
	/** One page a column, of about 51 KB with what its values take. */
	const bytes = new Uint8Array(parquetWriteBuffer({ columnData: words.map((name, at) => ({ name, data: data[at] ?? [], type: 'STRING', encoding: 'PLAIN' })), codec: 'UNCOMPRESSED', rowGroupSize: 300 }));

	it('are unpacked column by column', async () => {
		vi.mocked(parquetReadObjects).mockClear();
		expect(await rowsOf(lying(bytes), { column: 60_000 })).toMatchObject({ refused: null, values: rows });
		expect(vi.mocked(parquetReadObjects).mock.calls.map(([{ columns }]) => columns)).toEqual(words.map((word) => [word]));
	});

	it('are refused by the column where it is one of them', async () => {
		expect((await rowsOf(lying(bytes), { column: 50_000 })).refused).toMatch(/^The pages of column “prompt” of the Parquet file that hold row 1 of a group come to 5\d{4} bytes; at most 50000\. /);
		expect((await rowsOf(lying(bytes), { all: 120_000 })).refused).toMatch(/^The pages of the Parquet file that hold row 1 of a group come to 1[56]\d{4} bytes; at most 120000\. /);
	});

	it.each([0, 1000, 5000, 100_000])('give their rows in order, of which %d bytes are held', async (held) => {
		vi.mocked(parquetReadObjects).mockClear();
		expect(await rowsOf(lying(bytes), { held })).toMatchObject({ refused: null, values: rows, lines: rows.map((_, index) => index + 1) });
		// What is left of a stretch is not decoded in the columns after that one.
		const spans = vi.mocked(parquetReadObjects).mock.calls.map(([{ rowStart = 0, rowEnd = 0 }]) => rowEnd - rowStart);
		expect(spans.at(0)).toBe(300);
		expect(spans.at(2)).toBeLessThan(held === 100_000 ? 300 : 100);
	});
});

/** Thrift’s compact protocol: numbers of 32 bits by their field, and a struct. */
const varint = (value: number): number[] => (value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))]);
const fields = (of: Record<number, number | number[]>): number[] => {
	let last = 0;
	const written = Object.entries(of).flatMap(([field, value]) => {
		const step = Number(field) - last;
		last = Number(field);
		return Array.isArray(value) ? [step * 16 + 12, ...value] : [step * 16 + 5, ...varint(value * 2)];
	});
	return [...written, 0];
};
/** The header of a page of version 1. */
const header = (of: { unpacked: number; packed: number; values: number; encoding?: number }) => fields({ 1: 0, 2: of.unpacked, 3: of.packed, 5: fields({ 1: of.values, 2: of.encoding ?? 0, 3: 3, 4: 3 }) });

/** The header of a page of version 2 that is not packed, of numbers of a dictionary. */
const headerV2 = (of: { unpacked: number; values: number; definition: number }) => [...fields({ 1: 3, 2: of.unpacked, 3: of.unpacked, 8: fields({ 1: of.values, 2: 0, 3: of.values, 4: 8, 5: of.definition, 6: 0 }) })];

/** A file of one column of texts that may be missing, whose first page is another one. */
function withPage(page: readonly number[]): Uint8Array {
	const bytes = new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'prompt', data: Array.from({ length: 100 }, (_, n) => `Question ${n}?`), type: 'STRING', nullable: true }], codec: 'UNCOMPRESSED' }));
	const [group] = parquetMetadata(bytes.buffer).row_groups;
	const column = group?.columns[0]?.meta_data;
	bytes.fill(0, Number(column?.data_page_offset), Number(column?.data_page_offset) + Number(column?.total_compressed_size));
	bytes.set(page, Number(column?.data_page_offset));
	return bytes;
}

describe('a page that would fill the memory is refused before it is unfolded', () => {
	/** Levels that say their length: a run of so many ones. */
	const run = (count: number) => {
		const bytes = [...varint(count * 2), 1];
		return [bytes.length, 0, 0, 0, ...bytes];
	};
	/** A number over and over, by its differences: 128 a block, in 4 parts, none of which has one. */
	const deltas = (value: number) => [128, 1, 4, 100, ...varint(value * 2), 0, 0, 0, 0, 0];
	it.each([
		['for the values that it says', [...header({ unpacked: 8, packed: 8, values: 2 ** 30 }), ...run(2 ** 30)], /a page of 8 bytes and 1073741824 values/],
		['for what it says it unpacks to', header({ unpacked: 2 ** 31 - 1, packed: 8, values: 100 }), /a page of 2147483647 bytes/],
		['for a run that is longer than the page', [...header({ unpacked: 10, packed: 10, values: 100 }), ...run(2 ** 30), 0], /a run is longer than its page/],
		['for a run of numbers of a dictionary', [...header({ unpacked: 14, packed: 14, values: 100, encoding: 8 }), ...run(100), 1, ...varint(2 ** 31), 0, 0], /a run is longer than its page/],
		['for a run of numbers of no bits', [...headerV2({ unpacked: 10, values: 100, definition: 3 }), ...varint(200), 1, 0, ...varint(2 ** 31), 0], /a run is longer than its page/],
		['for texts that repeat the one before', [...header({ unpacked: 40, packed: 40, values: 100, encoding: 7 }), ...run(100), ...deltas(2 ** 28), ...deltas(1)], /texts are more than their page may hold/],
		['for more than there is of it', header({ unpacked: 10, packed: 10 ** 6, values: 100 }), /a page that is cut off/],
		['for rows that are not there', [...header({ unpacked: 7, packed: 7, values: 50 }), ...run(50), 0], /a page has no header/]
	])('%s', async (_, page, words) => {
		vi.mocked(parquetReadObjects).mockClear();
		expect((await rowsOf(lying(withPage(page)))).refused).toMatch(words);
		expect(parquetReadObjects).not.toHaveBeenCalled();
	});

	it('nor do a few bytes stand for a text over and over', async () => {
		const text = 'x'.repeat(1024 * 1024);
		const bytes = new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'prompt', data: Array.from({ length: 1000 }, () => text) }] }));
		expect((await rowsOf(lying(bytes))).refused).toMatch(/unpacks to more than 200 times its size/);
	});

	it('nor anything, whatever its bytes', async () => {
		await fc.assert(
			fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 120 }), async (page) => {
				const read = await rowsOf(lying(withPage([...page])));
				expect(read.refused !== null || read.lines.length === 100).toBe(true);
			}),
			{ numRuns: 300 }
		);
	});
});

it('finds what a page says in its header, and says itself where pages are', () => {
	expect(pageHeader(Uint8Array.from([...header({ unpacked: 300, packed: 200, values: 70_000, encoding: 8 }), 9, 9]))).toEqual({ kind: 'data', bytes: header({ unpacked: 300, packed: 200, values: 70_000 }).length, unpacked: 300, packed: 200, values: 70_000, encoding: 8, levels: null });
	expect(() => pageHeader(Uint8Array.from(header({ unpacked: 300, packed: 200, values: 7 }).slice(0, -3)))).toThrow(RangeError);
	expect([...offsetIndex([{ offset: 300, bytes: 5, firstRow: 0 }])]).toEqual([0x19, 0xfc, 1, 0x16, 0xd8, 0x04, 0x15, 0x0a, 0x16, 0, 0, 0]);
});

it('hears of every number, in runs and packed ones', () => {
	const heard: number[] = [];
	// A run of five sevens; eight packed numbers of three bits, 0 to 7, of which six are left.
	walkRuns(Uint8Array.from([10, 7, 3, 0b10001000, 0b11000110, 0b11111010]), { at: 0, end: 6, width: 3, count: 11 }, (value, times) => heard.push(...Array.from({ length: times }, () => value)));
	expect(heard).toEqual([7, 7, 7, 7, 7, 0, 1, 2, 3, 4, 5]);
	expect(() => walkRuns(Uint8Array.from([10, 7]), { at: 0, end: 2, width: 3, count: 4 })).toThrow(/longer than its page/);
	// Sixteen packed numbers of which eight are left: as many as lie there, and no more.
	expect(() => walkRuns(Uint8Array.from([5, 1, 1]), { at: 0, end: 3, width: 1, count: 8 })).not.toThrow();
	expect(() => walkRuns(Uint8Array.from([5, 1]), { at: 0, end: 2, width: 1, count: 8 })).toThrow(/more than their page/);
	expect(() => walkRuns(Uint8Array.from([5, 1, 1]), { at: 0, end: 3, width: 0, count: 8 })).toThrow(/more than their page/);
});
