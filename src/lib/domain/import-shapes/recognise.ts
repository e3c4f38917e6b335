import { argilla } from './argilla.ts';
import { arena } from './arena.ts';
import { fromCells } from './cells.ts';
import { chatLog } from './chat-log.ts';
import { asNamed, MOST_COLUMNS } from './column-mapping.ts';
import type { ColumnMapping, SaidMapping } from './column-mapping.ts';
import { isFlat, proposeByRows, proposeMapping, readColumns } from './columns.ts';
import { doccano } from './doccano.ts';
import { helpsteer } from './helpsteer.ts';
import { hhRlhf } from './hh-rlhf.ts';
import { labelStudio } from './label-studio.ts';
import { llamaFactory } from './llama-factory.ts';
import { msSwift } from './ms-swift.ts';
import { openai } from './openai.ts';
import { readOwn } from './own-rows.ts';
import { lostWith } from './passed-over.ts';
import { plumbline } from './plumbline.ts';
import { potato } from './potato.ts';
import { prompts } from './prompts.ts';
import { scalesOf } from './scales.ts';
import type { Scales } from './scales.ts';
import { isFields, unread } from './shape.ts';
import type { Fields, ImportShape, ShapeName, ShapeRead } from './shape.ts';
import { tidied } from './tidy.ts';
import { ultrafeedback } from './ultrafeedback.ts';

/** Every shape, those that say more of a record first: where two fit equally many rows, the first is it. */
const ALL: readonly ImportShape[] = [labelStudio, argilla, potato, openai, arena, ultrafeedback, helpsteer, msSwift, hhRlhf, llamaFactory, doccano, chatLog, plumbline, prompts];
const BY_NAME: ReadonlyMap<ShapeName, ImportShape> = new Map(ALL.map((shape) => [shape.name, shape]));

/** What the sender said of a file's rows; the rest is recognised. `accepted`: an answer alone that bears no label is one that somebody stands by. */
export type SaidShape = { shape?: ShapeName | undefined; mapping?: SaidMapping | undefined; accepted?: boolean | undefined };

/** How the rows of a file are read: by a shape, or by columns, of which a table has these. `scales`: the numbers that its first rows hold, by where they stand. */
export type Recognised = { shape: ShapeName; mapping: ColumnMapping | null; columns: string[] | null; scales: Scales };

/** A record as shapes see it: a line of plain text as its one field, a table's row with what its cells hold. */
function recordOf(value: unknown, isTable: boolean): ShapeRead {
	if (typeof value === 'string') return { ok: true, fields: { prompt: value } };
	if (!isFields(value)) return unread('row', 'must be an object with “messages” and “responses”, or “prompt”, “chosen” and “rejected”');
	return isTable ? fromCells(value) : { ok: true, fields: value };
}

/** A file's first rows as shapes see them, without those that cannot be read. */
const recordsOf = (values: readonly unknown[], isTable: boolean): Fields[] =>
	values.flatMap((value) => {
		const record = recordOf(value, isTable);
		return record.ok ? [record.fields] : [];
	});

/**
 * What a file's rows are, by its first ones, and on what scales their numbers are: the shape that fits most of them.
 * Rows of a table that fit none are read by their columns, as their names
 * suggest. `isTable`: cells are texts (CSV) or may be.
 */
export function recognise(values: readonly unknown[], isTable: boolean, said: SaidShape = {}): Recognised {
	const found = shapeOf(values, isTable, said);
	const says = BY_NAME.get(found.shape)?.says ?? Object.entries<unknown>;
	return { ...found, scales: scalesOf((found.shape === 'columns' ? values.filter(isFields) : recordsOf(values, isTable)).flatMap((record) => says(record))) };
}

function shapeOf(values: readonly unknown[], isTable: boolean, said: SaidShape): Omit<Recognised, 'scales'> {
	const objects = values.filter(isFields);
	const columns = objects.length > 0 && objects.every(isFlat) ? [...new Set(objects.flatMap((one) => Object.keys(one)))].slice(0, MOST_COLUMNS) : null;
	if (said.mapping !== undefined || said.shape === 'columns') return { shape: 'columns', mapping: said.mapping ? asNamed(said.mapping, columns ?? []) : proposeByRows(columns ?? [], objects), columns };
	if (said.shape !== undefined) return { shape: said.shape, mapping: null, columns };
	if (values.length > 0 && values.every((value) => typeof value === 'string')) return { shape: 'prompts', mapping: null, columns: null };
	const records = recordsOf(values, isTable);
	const fitting = ALL.map((shape) => ({ shape: shape.name, fits: records.filter((record) => shape.fits(record)).length }));
	const best = fitting.reduce((most, one) => (one.fits > most.fits ? one : most), { shape: 'plumbline' as ShapeName, fits: 0 });
	if (best.fits > 0 && !(best.shape === 'plumbline' && columns !== null && saysMore(columns))) return { shape: best.shape, mapping: null, columns };
	return columns === null ? { shape: 'plumbline', mapping: null, columns: null } : { shape: 'columns', mapping: proposeByRows(columns, objects), columns };
}

/** Whether a table that could pass for ours says more than ours would read: answers under other names, a verdict, who judged. */
function saysMore(columns: readonly string[]): boolean {
	const mapping = proposeMapping(columns);
	const isOurs = columns.some((name) => /^(?:chosen|rejected|completion|responses|messages|response_[1-9a-h]|mode|preferred)$/u.test(name));
	const isJudged = mapping.verdict !== undefined || (mapping.annotator !== undefined && (mapping.answerA !== undefined || mapping.chosen !== undefined));
	return isOurs ? isJudged : mapping.answerA !== undefined || mapping.answer !== undefined || mapping.chosen !== undefined;
}

/** Whether a record goes into one row with those before it, under this shape. */
export const joinsRow = (shape: ShapeName, before: readonly unknown[], next: unknown): boolean => BY_NAME.get(shape)?.joins?.(before, next) ?? false;

/** Records that go into one row, as one record. */
export const joinedRow = (shape: ShapeName, records: readonly unknown[]): unknown => (records.length === 1 ? records[0] : BY_NAME.get(shape)?.join?.(records));

/** How a record is read; `scales`: the numbers of the file's first rows; `isSaid`: somebody said which columns are what, and so which are left out. `file`: its file within a zip. */
type How = Pick<Recognised, 'shape' | 'mapping'> & { scales?: Scales; isTable: boolean; isSaid?: boolean; file: string | null };

function readAs(record: Fields, { shape: name, file, scales = new Map() }: How): ShapeRead {
	const shape = BY_NAME.get(name) ?? plumbline;
	// One row of ours among others is still a row.
	return !shape.fits(record) && !shape.fitsAmong?.(record) && plumbline.fits(record) ? readOwn(record, scales) : shape.read(record, file, scales);
}

/**
 * A record as a row in our own form, with the fields that were not read. A row that
 * would say something else without one of those (an answer, a judgment, tools) is
 * refused by it.
 */
export function readShape(value: unknown, how: How): ShapeRead {
	const isColumns = how.shape === 'columns';
	const record = isColumns && isFields(value) ? ({ ok: true, fields: value } as const) : recordOf(value, how.isTable);
	if (!record.ok) return record;
	if (typeof value === 'string' && !isColumns) return record;
	const read = isColumns ? readColumns(value, how.mapping ?? {}, how.scales) : readAs(record.fields, how);
	if (!read.ok) return read;
	const lost = how.isSaid ? null : lostWith(record.fields, read.unread ?? [], read.fields);
	return lost ? { ok: false, error: lost } : { ...read, fields: tidied(read.fields) };
}

/** The field of an error as the file names it. */
export function nameInFile(field: string, names: Readonly<Record<string, string>> | undefined): string {
	for (const [ours, theirs] of Object.entries(names ?? {})) if (field === ours || field.startsWith(`${ours}.`) || field.startsWith(`${ours}[`)) return theirs + field.slice(ours.length);
	return field;
}

