import { sql } from 'drizzle-orm';
import type { Message } from '../../domain/message.ts';
import type { Executor } from './client.ts';
import { rowsOf } from './rows.ts';

/** A comparison's answers in canonical order; `b` is null for one alone. Who asks has a task on it. */
export async function of(db: Executor, comparisonId: string): Promise<{ a: Message[]; b: Message[] | null }> {
	const rows = await rowsOf<{ a: Message[]; b: Message[] | null }>(
		db,
		sql`select ta.messages as a, tb.messages as b from comparisons c
			join response_texts ta on ta.response_id = c.response_a_id left join response_texts tb on tb.response_id = c.response_b_id where c.id = ${comparisonId}`
	);
	const row = rows[0];
	if (!row) throw new Error(`comparison ${comparisonId} has no answers`);
	return row;
}
