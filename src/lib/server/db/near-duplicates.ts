import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { Message } from '../../domain/message.ts';
import type { Split } from '../../domain/holdout.ts';
import type { Executor, Tx } from './client.ts';
import { isoTime, rowsOf, uuids } from './rows.ts';
import { maySeePrompt } from './walls.ts';

/** What a person says of two questions; `open`: nothing any more. */
export const DECISIONS = ['same', 'different', 'open'] as const;
export type Decision = (typeof DECISIONS)[number];

/** A question of a pair: its words, where it belongs, and how many questions share its group. */
export type PairedPrompt = { id: string; messages: Message[]; matter: string | null; language: string | null; split: Split; inGroup: number };

/** A question that is nearly the same as the older one beside which it is shown. */
export type NearDuplicate = {
	id: string;
	prompt: PairedPrompt;
	jaccard: number;
	estimate: number;
	algorithm: string;
	threshold: number;
	foundAt: string;
	decision: 'same' | 'different' | null;
	decidedBy: string | null;
	decidedAt: string | null;
};

/** An older question with those nearly like it, likest first. `more`: there are others than those shown. */
export type Cluster = { prompt: PairedPrompt; like: NearDuplicate[]; more: boolean };

/** Questions that are shown beside one. */
const MOST_LIKE = 20;

/** Pairs `n` of prompts `p` and `q` that a person is asked about, or was; both prompts must be theirs to see. Of two that are in one group by now there is nothing to ask. */
const listed = (of: { projectId: string; userId: string; decided: boolean }): SQL => sql`
	near_duplicates n join prompts p on p.id = n.prompt_id join prompts q on q.id = n.like_id
	where n.project_id = ${of.projectId} and ${of.decided ? sql`n.decision is not null` : sql`n.decision is null and p.group_id <> q.group_id`}
		and ${maySeePrompt(of.userId, sql`p`)} and ${maySeePrompt(of.userId, sql`q`)}`;

type PairRow = Omit<NearDuplicate, 'prompt'> & { promptId: string; likeId: string; place: number };

/** One page of clusters, by their older question. */
export async function clusters(db: Executor, of: { projectId: string; userId: string; decided: boolean; after: string | null; limit: number }): Promise<Cluster[]> {
	const pairs = await rowsOf<PairRow>(
		db,
		sql`with page as (select distinct n.prompt_id from ${listed(of)} and (${of.after}::uuid is null or n.prompt_id > ${of.after}::uuid) order by n.prompt_id limit ${of.limit}),
			pairs as (select n.*, (row_number() over (partition by n.prompt_id order by n.jaccard desc, n.id))::int as place from ${listed(of)} and n.prompt_id in (select prompt_id from page))
			select n.id, n.prompt_id as "promptId", n.like_id as "likeId", n.jaccard, n.estimate, n.algorithm, n.threshold, n.found_at as "foundAt", n.decision, u.name as "decidedBy", n.decided_at as "decidedAt", n.place
			from pairs n left join user_profiles u on u.user_id = n.decided_by where n.place <= ${MOST_LIKE + 1} order by n.prompt_id, n.place`
	);
	if (pairs.length === 0) return [];
	const prompts = await promptsOf(db, [...new Set(pairs.flatMap(({ promptId, likeId }) => [promptId, likeId]))]);
	const found: Cluster[] = [];
	for (const { promptId, likeId, place, ...pair } of pairs) {
		const [prompt, like] = [prompts.get(promptId), prompts.get(likeId)];
		if (!prompt || !like) continue;
		if (place === 1) found.push({ prompt, like: [], more: false });
		const cluster = found.at(-1) as Cluster;
		if (place > MOST_LIKE) cluster.more = true;
		else cluster.like.push({ ...pair, prompt: like, foundAt: isoTime(pair.foundAt), decidedAt: pair.decidedAt && isoTime(pair.decidedAt) });
	}
	return found;
}

async function promptsOf(db: Executor, ids: readonly string[]): Promise<Map<string, PairedPrompt>> {
	const rows = await rowsOf<PairedPrompt>(
		db,
		sql`select p.id, t.messages, p.matter, p.language, g.split, (select count(*)::int from prompts o where o.group_id = p.group_id) as "inGroup"
			from prompts p join prompt_groups g on g.id = p.group_id join prompt_texts t on t.prompt_id = p.id where p.id in ${uuids(ids)}`
	);
	return new Map(rows.map((row) => [row.id, row]));
}

/** Most that is counted for a link's number. */
export const COUNTED = 100;

/** How many pairs wait for this person's word; at most one more than `COUNTED`. */
export async function waiting(db: Executor, of: { projectId: string; userId: string }): Promise<number> {
	const rows = await rowsOf<{ n: number }>(db, sql`select count(*)::int as n from (select 1 from ${listed({ ...of, decided: false })} limit ${COUNTED + 1}) pairs`);
	return rows[0]?.n ?? 0;
}

/** A pair to be decided. */
export type OpenPair = { id: string; promptId: string; likeId: string; decision: 'same' | 'different' | null };

/** Locks those of these pairs that the person may see, by id. */
export async function lock(tx: Tx, of: { projectId: string; userId: string; ids: readonly string[] }): Promise<OpenPair[]> {
	return rowsOf<OpenPair>(
		tx,
		sql`select n.id, n.prompt_id as "promptId", n.like_id as "likeId", n.decision from near_duplicates n join prompts p on p.id = n.prompt_id join prompts q on q.id = n.like_id
			where n.project_id = ${of.projectId} and n.id in ${uuids(of.ids)} and ${maySeePrompt(of.userId, sql`p`)} and ${maySeePrompt(of.userId, sql`q`)} order by n.id for update of n`
	);
}

/** Keeps what was said of pairs. */
export async function decide(tx: Tx, ids: readonly string[], of: { decision: Decision; by: string }): Promise<void> {
	await tx.execute(
		of.decision === 'open'
			? sql`update near_duplicates set decision = null, decided_by = null, decided_at = null where id in ${uuids(ids)}`
			: sql`update near_duplicates set decision = ${of.decision}, decided_by = ${of.by}, decided_at = now() where id in ${uuids(ids)}`
	);
}
