import { sql } from 'drizzle-orm';
import type { Tx } from './client.ts';
import { rowsOf } from './rows.ts';

/** Writes a comment; its words apart, erasable. */
export async function insert(tx: Tx, of: { projectId: string; comparisonId: string; authorId: string; salt: string; hash: string; body: string; mentions: readonly string[] }): Promise<string> {
	const rows = await rowsOf<{ id: string }>(
		tx,
		sql`with said as (
			insert into comments (project_id, comparison_id, author_id, body_hash) values (${of.projectId}, ${of.comparisonId}, ${of.authorId}, ${of.hash}) returning id),
		words as (insert into comment_texts (comment_id, salt, body) select id, ${of.salt}, ${of.body} from said)
		select id from said`
	);
	const id = rows[0]?.id ?? '';
	for (const userId of new Set(of.mentions)) await tx.execute(sql`insert into comment_mentions (comment_id, user_id) values (${id}, ${userId})`);
	return id;
}
