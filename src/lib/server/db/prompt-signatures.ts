import { sql } from 'drizzle-orm';
import type { Message } from '../../domain/message.ts';
import type { Likeness, Sharing } from '../../domain/near-duplicates.ts';
import type { Executor, Tx } from './client.ts';
import { rowsOf, uuids } from './rows.ts';

/** A question that nobody looked at yet. */
export type Unsigned = { id: string; groupId: string; messages: Message[] };

/** The next questions of a project without a signature of this kind, by id. */
export async function without(db: Executor, of: { projectId: string; algorithm: string; after: string | null; limit: number }): Promise<Unsigned[]> {
	return rowsOf<Unsigned>(
		db,
		sql`select p.id, p.group_id as "groupId", t.messages from prompts p join prompt_texts t on t.prompt_id = p.id
			where p.project_id = ${of.projectId} and (${of.after}::uuid is null or p.id > ${of.after}::uuid)
				and not exists (select 1 from prompt_signatures s where s.prompt_id = p.id and s.algorithm = ${of.algorithm}) order by p.id limit ${of.limit}`
	);
}

/** A question with the hashes of its bands. */
export type Signed = { id: string; groupId: string; bands: readonly string[] };

/** For each of these questions all those looked at before that share a band with it, and which bands. A band is held by a bounded number of them (`FULL_BAND`). */
export async function sharing(db: Executor, of: { projectId: string; algorithm: string; batch: readonly Signed[] }): Promise<Sharing[]> {
	return rowsOf<Sharing>(
		db,
		sql`select n.id, s.prompt_id as other, p.group_id <> n."groupId" as apart, array(select band::text from unnest(s.bands) band where band = any (n.bands)) as shared
			from jsonb_to_recordset(${JSON.stringify(of.batch)}::jsonb) as n(id uuid, "groupId" uuid, bands bigint[])
			join prompt_signatures s on s.bands && n.bands and s.project_id = ${of.projectId} and s.algorithm = ${of.algorithm} join prompts p on p.id = s.prompt_id`
	);
}

/** Words of questions, by id. */
export async function messagesOf(db: Executor, ids: readonly string[]): Promise<Map<string, Message[]>> {
	if (ids.length === 0) return new Map();
	const rows = await rowsOf<{ id: string; messages: Message[] }>(db, sql`select prompt_id as id, messages from prompt_texts where prompt_id in ${uuids(ids)}`);
	return new Map(rows.map(({ id, messages }) => [id, messages]));
}

/** Keeps what was found of a batch; what an undone import took away meanwhile is left out. Gives how many pairs are new. The project must be serialised. */
export async function keep(tx: Tx, of: { projectId: string; algorithm: string; threshold: number; batch: readonly Signed[]; pairs: readonly Likeness[] }): Promise<number> {
	await tx.execute(sql`insert into prompt_signatures (prompt_id, project_id, algorithm, bands)
		select n.id, ${of.projectId}, ${of.algorithm}, n.bands from jsonb_to_recordset(${JSON.stringify(of.batch)}::jsonb) as n(id uuid, bands bigint[]) join prompts p on p.id = n.id
		on conflict (prompt_id) do update set algorithm = excluded.algorithm, bands = excluded.bands`);
	if (of.pairs.length === 0) return 0;
	const pairs = of.pairs.map(({ pair: [older, newer], estimate, jaccard }) => ({ older, newer, estimate, jaccard }));
	const made = await rowsOf(
		tx,
		sql`insert into near_duplicates (project_id, prompt_id, like_id, estimate, jaccard, algorithm, threshold)
			select ${of.projectId}, p.id, q.id, n.estimate, n.jaccard, ${of.algorithm}, ${of.threshold} from jsonb_to_recordset(${JSON.stringify(pairs)}::jsonb) as n(older uuid, newer uuid, estimate real, jaccard real)
			join prompts p on p.id = n.older join prompts q on q.id = n.newer on conflict (prompt_id, like_id) do nothing returning 1`
	);
	return made.length;
}
