import { asAccepted } from '../../domain/import-shapes/accepted.ts';
import { joinedRow, joinsRow, nameInFile, readShape, recognise } from '../../domain/import-shapes/recognise.ts';
import type { Recognised, SaidShape } from '../../domain/import-shapes/recognise.ts';
import { addTo } from '../../domain/import-shapes/scales.ts';
import type { Fields } from '../../domain/import-shapes/shape.ts';
import type { OpenFile } from './open.ts';
import { isTooDeep, MOST_DEPTH, UnreadableFile } from './record.ts';
import type { FileRecord } from './record.ts';

/** A record in our own form, with what the file calls its fields; or why it cannot be read. */
export type ShapedRecord = { line: number; fields: Fields; nameOf: (field: string) => string } | { line: number; field: string | null; error: string };

/** A file whose rows are understood: how is known with its first record. `unread`: fields of the records so far that hold something and were not read. */
export type ShapedFile = { shape: () => Recognised | null; unread: () => string[]; rows: AsyncGenerator<ShapedRecord> };

/** Rows, and characters of them, by which a file's shape is told. */
const HEAD_ROWS = 20;
const HEAD_CHARS = 4_000_000;

/** Fields or questions whose numbers are remembered beyond those rows. */
const MOST_SCALES = 10_000;

/** Names of fields that were not read, as they are listed: a map with a key of its own in every record has no end of them. */
const MOST_UNREAD = 100;
const MOST_NAME_CHARS = 100;

/** How many characters of text a record holds. */
function charsOf(value: unknown): number {
	if (typeof value === 'string') return value.length;
	if (value === null || typeof value !== 'object') return 1;
	return (Array.isArray(value) ? (value as unknown[]) : Object.values(value)).reduce<number>((sum, inner) => sum + charsOf(inner), 0);
}

/** What a number of a row refuses a whole file for: rows before it were taken for what they do not say. */
const takesBack = (number: number, line: number) =>
	new UnreadableFile(`Line ${line} has the number ${number} in a field whose numbers on earlier lines were read as good and bad, or as the better of two answers: beside it they mean something else, so nothing of the file was taken. Write words in place of the numbers: true or false of one answer; A, B or tie of two.`);

/**
 * Reads a file's records as rows in our own form, whichever tool wrote them: told by the first rows, or as the sender says.
 * Reading throws \`UnreadableFile\` at a number that takes back what those before it were read as.
 */
export function shapedFile(file: OpenFile, said: SaidShape): ShapedFile {
	let found: Recognised | null = null;
	const unread = new Set<string>();
	async function* rows(): AsyncGenerator<ShapedRecord> {
		const head: FileRecord[] = [];
		/** The numbers of the first rows, and those that were taken for judgments since. */
		const scales = new Map<string, Set<number>>();
		let chars = 0;
		const isTable = () => ['csv', 'parquet'].includes(file.form()?.format ?? '');
		const shaped = (record: FileRecord): ShapedRecord => {
			if ('error' in record) return { line: record.line, field: null, error: record.error };
			const { line } = record;
			const read = readShape(record.value, { shape: found?.shape ?? 'plumbline', mapping: found?.mapping ?? null, scales, isTable: isTable(), isSaid: said.mapping !== undefined, file: record.file ?? null });
			if (!read.ok && read.error.against !== undefined) throw takesBack(read.error.against, line);
			if (!read.ok) return { line, field: read.error.field, error: read.error.message };
			addTo(scales, read.numbers ?? [], MOST_SCALES);
			// JSON within a cell was not looked at before.
			if (isTooDeep(read.fields)) return { line, field: null, error: `has more than ${MOST_DEPTH} objects and lists within each other` };
			for (const field of read.unread ?? []) if (unread.size < MOST_UNREAD) unread.add(field.slice(0, MOST_NAME_CHARS).toWellFormed());
			return { line, fields: said.accepted ? asAccepted(read.fields) : read.fields, nameOf: (field) => nameInFile(field, read.names) };
		};
		const settle = () => {
			found = recognise(head.flatMap((record) => ('value' in record ? [record.value] : [])), isTable(), said);
			for (const [place, scale] of found.scales) scales.set(place, new Set(scale));
		};
		/** Records that follow each other and go into one row; it has the line of the first. */
		let together: Extract<FileRecord, { value: unknown }>[] = [];
		const end = (): ShapedRecord[] => {
			const [first] = together;
			const row = first && shaped({ ...first, value: joinedRow(found?.shape ?? 'plumbline', together.map(({ value }) => value)) });
			together = [];
			return row ? [row] : [];
		};
		const next = (record: FileRecord): ShapedRecord[] => {
			if ('error' in record) return [...end(), shaped(record)];
			const joins = together.length > 0 && together[0]?.file === record.file && joinsRow(found?.shape ?? 'plumbline', together.map(({ value }) => value), record.value);
			const before = joins ? [] : end();
			together.push(record);
			return before;
		};
		for await (const record of file.records) {
			if (found !== null) yield* next(record);
			else {
				head.push(record);
				if ('value' in record) chars += charsOf(record.value);
				if (head.length < HEAD_ROWS && chars < HEAD_CHARS) continue;
				settle();
				for (const one of head.splice(0)) yield* next(one);
			}
		}
		if (found === null) settle();
		for (const one of head.splice(0)) yield* next(one);
		yield* end();
	}
	return { shape: () => found, unread: () => [...unread], rows: rows() };
}
