import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { PromptChoice } from '../../domain/generation-plan.ts';
import type { Executor } from './client.ts';
import { rowsOf } from './rows.ts';
import { maySeePrompt } from './walls.ts';

/** Whether an answer (row alias `r`) was made for a suite and is compared with no other: it measures its checkpoint, and leaves its prompt as unanswered as it was. */
const onlyMeasured = sql`(r.source in ('checkpoint', 'export')
	and exists (select 1 from generation_answers a join generations g on g.id = a.generation_id where a.response_id = r.id and g.suite_version_id is not null)
	and not exists (select 1 from generation_answers a join generations g on g.id = a.generation_id where a.response_id = r.id and g.suite_version_id is null)
	and not exists (select 1 from comparisons c where c.prompt_id = r.prompt_id and r.id in (c.response_a_id, c.response_b_id)))`;

/** Prompts of a project that a choice names and this person may see. */
function chosen(projectId: string, userId: string, choice: PromptChoice): SQL {
	const conditions = [sql`p.project_id = ${projectId}`, maySeePrompt(userId)];
	if (choice.tag !== undefined) conditions.push(sql`${choice.tag} = any (p.tags)`);
	if (choice.matter !== undefined) conditions.push(sql`p.matter = ${choice.matter}`);
	if (choice.import === 'newest') conditions.push(sql`p.import_id = (select i.id from imports i where i.project_id = ${projectId} and i.status = 'published' order by i.id desc limit 1)`);
	else if (choice.import !== undefined) conditions.push(sql`p.import_id = ${choice.import}`);
	if (choice.unanswered) conditions.push(sql`not exists (select 1 from responses r where r.prompt_id = p.id and not ${onlyMeasured})`);
	if (choice.split !== undefined) conditions.push(sql`exists (select 1 from prompt_groups g where g.id = p.group_id and g.split = ${choice.split})`);
	return sql.join(conditions, sql` and `);
}

/** The first prompts of a choice in the order of their hashes, which is random and stays, with the bytes of their words. */
export async function take(db: Executor, projectId: string, userId: string, choice: PromptChoice): Promise<{ ids: string[]; bytes: number }> {
	const rows = await rowsOf<{ id: string; bytes: number }>(
		db,
		sql`with taken as (select p.id from prompts p where ${chosen(projectId, userId, choice)} order by p.content_hash limit ${choice.limit})
			select t.prompt_id as id, octet_length(t.messages::text) as bytes from taken join prompt_texts t on t.prompt_id = taken.id`
	);
	return { ids: rows.map(({ id }) => id), bytes: rows.reduce((sum, row) => sum + row.bytes, 0) };
}

/** Prompts that are looked at for their tags: in the order of their hashes the first are a random sample. */
const LOOKED_AT = 20_000;

/** Tags of a project's prompts that this person may see, by name; of a very large project those that a sample has. */
export async function tags(db: Executor, projectId: string, userId: string, most = 200): Promise<string[]> {
	const rows = await rowsOf<{ tag: string }>(
		db,
		sql`select distinct tag from (select p.tags from prompts p where p.project_id = ${projectId} and ${maySeePrompt(userId)} order by p.content_hash limit ${LOOKED_AT}) looked
			cross join lateral unnest(looked.tags) tag order by 1 limit ${most}`
	);
	return rows.map(({ tag }) => tag);
}
