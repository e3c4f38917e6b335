import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { Mode } from '../../domain/verdict.ts';
import { audienceOf } from './audiences.ts';
import type { Executor, Tx } from './client.ts';
import { membershipMay } from './membership-may.ts';
import { changePeople } from './people.ts';
import { rowsOf } from './rows.ts';
import { mayBeGiven } from './walls.ts';

/** A comparison, locked against other submits, skips and voids. */
export type LockedComparison = { id: string; overlap: number; filled: number; status: string; disputed: boolean; roundId: string; projectId: string };

/** Locks a comparison. Not FOR UPDATE: leasing one of its places must not wait for a submit. Null: there is none. */
export async function lockFound(tx: Tx, id: string | SQL): Promise<LockedComparison | null> {
	const rows = await rowsOf<{ id: string; overlap: number; filled: number; status: string; disputed: boolean; round_id: string; project_id: string }>(
		tx,
		sql`select id, overlap, filled, status, disputed, round_id, project_id from comparisons where id = ${id} for no key update`
	);
	const row = rows[0];
	return row ? { id: row.id, overlap: row.overlap, filled: row.filled, status: row.status, disputed: row.disputed, roundId: row.round_id, projectId: row.project_id } : null;
}

/** The same for one that is known to exist. */
export async function lock(tx: Tx, id: string): Promise<LockedComparison> {
	const found = await lockFound(tx, id);
	if (!found) throw new Error(`comparison ${id} vanished`);
	return found;
}

/** The status of a comparison with so many places that count, while somebody is left who may judge it. */
function statusWith(comparison: LockedComparison, filled: number): string {
	return filled >= comparison.overlap ? 'complete' : comparison.status === 'complete' ? 'open' : comparison.status;
}

/** Writes how many places count now, and the status that follows from it. */
export async function setFilled(tx: Tx, comparison: LockedComparison, filled: number): Promise<void> {
	const status = statusWith(comparison, filled);
	if (filled === comparison.filled && status === comparison.status) return;
	await tx.execute(sql`update comparisons set filled = ${filled}, status = ${status} where id = ${comparison.id}`);
	comparison.filled = filled;
	comparison.status = status;
}

/** Whether anybody (but `notUserId`, if given) is left who may judge the comparison. Ends its search at the first one. */
export const someoneIsLeft = (of: { id: SQL; projectId: SQL }, notUserId: string | null = null) => sql`exists (
	select 1 from memberships m join users u on u.id = m.user_id and u.deactivated_at is null
	where m.project_id = ${of.projectId} and ${membershipMay(sql`m`, 'task.judge')} and m.user_id is distinct from ${notUserId}::uuid
		and (select ${mayBeGiven(sql`m`, sql`asked`, sql`p`)} from comparisons asked join prompts p on p.id = asked.prompt_id where asked.id = ${of.id})
		and not exists (select 1 from skips k where k.comparison_id = ${of.id} and k.user_id = m.user_id)
		and not exists (select 1 from judgments j where j.comparison_id = ${of.id} and j.judge_user_id = m.user_id
			and not exists (select 1 from judgment_voids v where v.judgment_id = j.id))
		and not exists (select 1 from tasks t where t.comparison_id = ${of.id} and t.annotator_id = m.user_id and t.purpose = 'adjudication'))`;

/** Open while somebody is left, else exhausted (semantics 6). */
const statusByPeople = sql`case when ${someoneIsLeft({ id: sql`c2.id`, projectId: sql`c2.project_id` })} then 'open' else 'exhausted' end`;

/** Marks an incomplete comparison exhausted or open by who is left to judge it. */
export async function refreshExhaustion(tx: Tx, comparisonId: string): Promise<void> {
	await tx.execute(sql`update comparisons c set status = judged.status
		from (select c2.id, ${statusByPeople} as status from comparisons c2 where c2.id = ${comparisonId}) judged
		where c.id = judged.id and c.status <> judged.status and c.status in ('open', 'exhausted')`);
}

/** The same for every incomplete comparison of a project's newest round, after its people changed. Judgments under way come before or after it as a whole. */
export async function refreshExhaustionOfProject(tx: Tx, projectId: string): Promise<void> {
	await changePeople(tx, projectId);
	await tx.execute(sql`update comparisons c set status = judged.status
		from (
			select c2.id, ${statusByPeople} as status from comparisons c2
			where c2.round_id = (select id from rounds where project_id = ${projectId} order by number desc limit 1)
				and c2.status in ('open', 'exhausted')
		) judged
		where c.id = judged.id and c.status <> judged.status and c.status in ('open', 'exhausted')`);
}

/** How many comparisons of a round wait for no annotator though they are incomplete: those that nobody is left to judge, and of these those that a reviewer has decided instead. */
export async function over(db: Executor, roundId: string): Promise<{ exhausted: number; closed: number }> {
	const rows = await rowsOf<{ exhausted: number; closed: number }>(
		db,
		sql`select (count(*) filter (where status = 'exhausted'))::int as exhausted, (count(*) filter (where status = 'closed'))::int as closed
			from comparisons where round_id = ${roundId} and status in ('exhausted', 'closed')`
	);
	return rows[0] ?? { exhausted: 0, closed: 0 };
}

/** Ids of a project’s comparisons by their content; the first, where a later round has it again. */
export async function idsByContent(db: Executor, projectId: string, hashes: readonly string[]): Promise<Map<string, string>> {
	const rows = await rowsOf<{ id: string; content_hash: string }>(db, sql`select id, content_hash from comparisons where project_id = ${projectId} and content_hash in (select jsonb_array_elements_text(${JSON.stringify(hashes)}::jsonb)) order by id desc`);
	return new Map(rows.map((row) => [row.content_hash, row.id]));
}

/** A comparison to be made. Identical answers get no slots: there is nothing to judge. */
export type NewComparison = {
	projectId: string;
	roundId: string;
	promptId: string;
	overlap: number;
	responseAId: string;
	/** Null: the answer is judged alone. */
	responseBId: string | null;
	contentHash: string;
	orderKey: number;
	policy: string;
	propensity: number;
	identical: boolean;
};

/** Makes comparisons with their slots; one that the round has already is left alone. Gives how many were made. */
export async function insertMany(tx: Tx, made: readonly NewComparison[]): Promise<{ comparisons: number; identical: number }> {
	const rows = await rowsOf<{ comparisons: string; identical: string }>(
		tx,
		sql`with compared as (
				insert into comparisons (project_id, round_id, prompt_id, mode, response_a_id, response_b_id, content_hash, overlap, status, order_key, policy, propensity)
				select n."projectId", n."roundId", n."promptId", case when n."responseBId" is null then 'single' else 'pair' end, n."responseAId", n."responseBId", n."contentHash", n.overlap,
					case when n.identical then 'identical' else 'open' end, n."orderKey", n.policy, n.propensity
				from jsonb_to_recordset(${JSON.stringify(made)}::jsonb) as n("projectId" uuid, "roundId" uuid, "promptId" uuid, "responseAId" uuid, "responseBId" uuid,
					"contentHash" text, overlap int, "orderKey" bigint, policy text, propensity float8, identical boolean)
				on conflict do nothing returning id, prompt_id, round_id, overlap, order_key, status),
			placed as (
				insert into slots (comparison_id, round_id, audience_id, overlap, position, order_key)
				select c.id, c.round_id, ${audienceOf(sql`p`)}, c.overlap, n, c.order_key from compared c join prompts p on p.id = c.prompt_id cross join lateral generate_series(0, c.overlap - 1) n where c.status = 'open')
			select count(*) filter (where status = 'open') as comparisons, count(*) filter (where status = 'identical') as identical from compared`
	);
	return { comparisons: Number(rows[0]?.comparisons ?? 0), identical: Number(rows[0]?.identical ?? 0) };
}

/** Modes that a project's comparisons have, whatever round they are of. */
export async function modes(db: Executor, projectId: string): Promise<Mode[]> {
	const has = (mode: Mode) => sql`exists (select 1 from comparisons where project_id = ${projectId} and mode = ${mode})`;
	const rows = await rowsOf<Record<Mode, boolean>>(db, sql`select ${has('pair')} as pair, ${has('single')} as single`);
	return (['pair', 'single'] as const).filter((mode) => rows[0]?.[mode]);
}
