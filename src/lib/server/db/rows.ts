import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { Executor } from './client.ts';

/**
 * Rows of a hand-written statement. The type is the caller's word for what the
 * statement selects; integration tests hold it to that.
 */
export async function rowsOf<T extends Record<string, unknown>>(db: Executor, statement: SQL): Promise<T[]> {
	return [...(await db.execute(statement))] as T[];
}

/** PostgreSQL's text of a timestamptz as ISO 8601 in UTC. */
export function isoTime(text: string): string {
	return new Date(text).toISOString();
}

/** A list of ids for `in`; it must not be empty. */
export const uuids = (ids: readonly string[]): SQL => sql`(${sql.join(ids.map((id) => sql`${id}::uuid`), sql`, `)})`;

/** A list of words as an array of PostgreSQL's; it may be empty. */
export const texts = (words: readonly string[]): SQL => sql`array(select jsonb_array_elements_text(${JSON.stringify(words)}::jsonb))`;
