import * as v from 'valibot';

/** What a column of a table may be. */
export const COLUMN_ROLES = ['prompt', 'chosen', 'rejected', 'answerA', 'answerB', 'verdict', 'margin', 'answer', 'label', 'system', 'group', 'matter', 'language', 'annotator', 'time'] as const;
export type ColumnRole = (typeof COLUMN_ROLES)[number];

const ColumnSchema = v.pipe(v.string(), v.minLength(1), v.maxLength(300));

/** Most columns that are told apart by their place. */
export const MOST_COLUMNS = 200;

const SaidColumnSchema = v.union([ColumnSchema, v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MOST_COLUMNS))], `the name of a column, or its place among those that were found, 1 to ${MOST_COLUMNS}`);

/** Which column is what as somebody says it: by its name, or by its place, where its name holds what is to be hidden; what is left out is not read. */
export const ColumnMappingSchema = v.strictObject(Object.fromEntries(COLUMN_ROLES.map((role) => [role, v.optional(SaidColumnSchema)])) as { [role in ColumnRole]: v.OptionalSchema<typeof SaidColumnSchema, undefined> });
export type SaidMapping = { [role in ColumnRole]?: string | number | undefined };

/** Which column is what, by their names. */
export type ColumnMapping = { [role in ColumnRole]?: string | undefined };

const plain = (name: string) => name.trim().toLowerCase();

/** A mapping by what a table's columns are called, those that were named by their place too (a place that no column has names none): a name that none has as it is written is the column's that differs from it in capitals and blanks around it alone. */
export function asNamed(mapping: SaidMapping, columns: readonly string[]): ColumnMapping {
	const named = (name: string) => (columns.includes(name) ? name : (columns.find((column) => plain(column) === plain(name)) ?? name));
	return Object.fromEntries(Object.entries(mapping).map(([role, said]) => [role, typeof said === 'number' ? columns[said - 1] : said && named(said)]));
}

/** The same the other way round: a column whose name must not be told by its place, null in a list of them. One that is none of these is left out. */
export function withoutNames(mapping: ColumnMapping, columns: readonly string[], isTold: (column: string) => boolean): { mapping: SaidMapping; columns: (string | null)[] } {
	const told = (column: string | undefined) => (column === undefined || isTold(column) ? column : columns.indexOf(column) + 1 || undefined);
	return { mapping: Object.fromEntries(Object.entries(mapping).map(([role, column]) => [role, told(column)])), columns: columns.map((column) => (isTold(column) ? column : null)) };
}
