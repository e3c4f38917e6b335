import type { SaidMapping } from './column-mapping.ts';
import type { Scales } from './scales.ts';

/** A record of a file, or a row in our own form, as it was read. */
export type Fields = Record<string, unknown>;

/** Whose row forms are understood. `plumbline` is our own, with the preference sets it takes in; `columns` a table whose columns somebody named. */
export const SHAPES = ['plumbline', 'prompts', 'ms_swift', 'llama_factory', 'openai', 'chat_log', 'hh_rlhf', 'ultrafeedback', 'helpsteer', 'arena', 'label_studio', 'argilla', 'potato', 'doccano', 'columns'] as const;
export type ShapeName = (typeof SHAPES)[number];

/** How a file's rows were understood: by which shape, or with which columns (null: its name holds what is to be hidden, and it is named by its place); how many judgments they brought with who made them; which of their fields were not read. */
export type Understood = { shape: ShapeName; labels: number; mapping: SaidMapping | null; columns: (string | null)[] | null; accepted: boolean; unread: string[] | null };

/** What is wrong with a record: a field as the file names it, and what would be right. `against`: a number beside which those of earlier rows mean something else than they were taken for: not only this row is wrong. */
export type ShapeError = { field: string; message: string; against?: number };

/**
 * A row in our own form, or what is wrong with it. `names`: what the file calls
 * the fields that our form calls otherwise, so that an error names what stands in the file.
 * `unread`: fields of the record that hold something and were not read. `numbers`: those that were taken for a judgment, by where they stand.
 */
export type ShapeRead = { ok: true; fields: Fields; names?: Readonly<Record<string, string>>; unread?: readonly string[]; numbers?: readonly (readonly [place: string, said: unknown])[] } | { ok: false; error: ShapeError };

/**
 * A form in which another tool writes rows: whether a record is in it, and that
 * record in our own form (`readImportRow`). `file`: the name of the file within a zip;
 * `scales`: the numbers of its first rows, by where they stand. `says`: what a record
 * says in which places, where those are not its fields.
 * `fitsAmong`: of a record that is in it among others that are, though alone it would not be taken for one.
 * Where several records that follow each other are one row of ours, `joins` says
 * whether the next one belongs to those, and `join` makes one record of them.
 */
export type ImportShape = {
	name: ShapeName;
	fits: (record: Fields) => boolean;
	fitsAmong?: (record: Fields) => boolean;
	read: (record: Fields, file: string | null, scales: Scales) => ShapeRead;
	says?: (record: Fields) => readonly (readonly [place: string, said: unknown])[];
	joins?: (records: readonly unknown[], next: unknown) => boolean;
	join?: (records: readonly unknown[]) => Fields;
};

/** A row that cannot be understood. */
export function unread(field: string, message: string): ShapeRead {
	return { ok: false, error: { field, message } };
}

/** Whether a value is an object with fields. */
export function isFields(value: unknown): value is Fields {
	return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** Whether a value is a text with something in it. */
export function isText(value: unknown): value is string {
	return typeof value === 'string' && value.trim() !== '';
}

/** Whether a record says something in this field. */
export function has(record: Fields, field: string): boolean {
	return record[field] !== undefined && record[field] !== null;
}

/** Whether a field holds anything: not nothing, no empty text or list, and no JSON of those. */
export function saysSomething(value: unknown): boolean {
	if (Array.isArray(value)) return value.length > 0;
	if (isFields(value)) return Object.values(value).some(saysSomething);
	return typeof value === 'string' ? !['', '[]', '{}', 'null', '""'].includes(value.trim()) : value !== null && value !== undefined;
}

/** Fields of ours that every form may bring along. */
export const ALONG: readonly string[] = ['group', 'system', 'tags', 'matter', 'requires', 'language', 'images', 'documents'];

/** What a record says besides its conversation, where it says it in our words. */
export function along(record: Fields, without: readonly string[] = []): Fields {
	return Object.fromEntries(ALONG.filter((name) => has(record, name) && !without.includes(name)).map((name) => [name, record[name]]));
}

/** Fields of a record that hold something, besides those that were read and those that every form may bring along. `without`: of these the ones that were not. */
export function rest(record: Fields, read: readonly string[], without: readonly string[] = []): string[] {
	return Object.keys(record).filter((name) => saysSomething(record[name]) && !read.includes(name) && (!ALONG.includes(name) || without.includes(name)));
}

/** The same reading, with more fields that it passed over. */
export function passing(read: ShapeRead, unread: readonly string[]): ShapeRead {
	return read.ok ? { ...read, unread: [...(read.unread ?? []), ...unread] } : read;
}
