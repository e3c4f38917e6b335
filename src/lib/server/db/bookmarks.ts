import { sql } from 'drizzle-orm';
import type { Tx } from './client.ts';

/** Marks a pair for a person to come back to; a note given later takes the place of the one before (null: there is none), `undefined` leaves it. */
export async function put(tx: Tx, userId: string, comparisonId: string, note: string | null | undefined): Promise<void> {
	await tx.execute(sql`insert into bookmarks (user_id, comparison_id, note) values (${userId}, ${comparisonId}, ${note ?? null})
		on conflict (user_id, comparison_id) do update set note = case when ${note === undefined}::boolean then bookmarks.note else excluded.note end`);
}

/** Takes a person's mark away, with its note. */
export async function remove(tx: Tx, userId: string, comparisonId: string): Promise<void> {
	await tx.execute(sql`delete from bookmarks where user_id = ${userId} and comparison_id = ${comparisonId}`);
}
