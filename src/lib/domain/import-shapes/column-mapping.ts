import * as v from 'valibot';

/** What a column of a table may be. */
export const COLUMN_ROLES = ['prompt', 'chosen', 'rejected', 'answerA', 'answerB', 'verdict', 'margin', 'answer', 'label', 'system', 'group', 'matter', 'language', 'annotator', 'time'] as const;
export type ColumnRole = (typeof COLUMN_ROLES)[number];

const ColumnSchema = v.pipe(v.string(), v.minLength(1), v.maxLength(300));

/** Which column is what; what is left out is not read. */
export const ColumnMappingSchema = v.strictObject(Object.fromEntries(COLUMN_ROLES.map((role) => [role, v.optional(ColumnSchema)])) as { [role in ColumnRole]: v.OptionalSchema<typeof ColumnSchema, undefined> });
export type ColumnMapping = { [role in ColumnRole]?: string | undefined };

const plain = (name: string) => name.trim().toLowerCase();

/** A mapping by what a table's columns are called: a name that none has as it is written is the column's that differs from it in capitals and blanks around it alone. */
export function asNamed(mapping: ColumnMapping, columns: readonly string[]): ColumnMapping {
	const named = (name: string) => (columns.includes(name) ? name : (columns.find((column) => plain(column) === plain(name)) ?? name));
	return Object.fromEntries(Object.entries(mapping).map(([role, name]) => [role, name === undefined ? name : named(name)]));
}
