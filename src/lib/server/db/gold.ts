import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import { messageText } from '../../domain/message.ts';
import type { Message } from '../../domain/message.ts';
import type { CountingVerdict } from '../../domain/verdict.ts';
import type { Executor, Tx } from './client.ts';
import { membershipMay } from './membership-may.ts';
import { isoTime, rowsOf, uuids } from './rows.ts';
import { mayBeGiven, maySee, maySeeComparison } from './walls.ts';
import { mayYetJudge } from './yet-to-judge.ts';

/** A comparison that a person may be given apart from its places, and the side order of a first time, if there was one. */
export type ApartCandidate = { comparisonId: string; contentHash: string; sideOrder: 'ab' | 'ba' | null };

type CandidateRow = { id: string; content_hash: string; side_order: 'ab' | 'ba' | null };

const candidate = (rows: CandidateRow[]): ApartCandidate | null => (rows[0] ? { comparisonId: rows[0].id, contentHash: rows[0].content_hash, sideOrder: rows[0].side_order } : null);

/** No live lease of the person's there, for whatever purpose. */
const notHeld = (userId: string) => sql`not exists (select 1 from tasks t where t.comparison_id = c.id and t.annotator_id = ${userId} and t.state = 'live' and t.expires_at > now())`;

/**
 * The next gold item in stored random order that this person has neither seen nor
 * may not see; warm-up items only, or the others. None whose places still wait
 * for people: who met it as gold could fill none. None that they made gold
 * themselves, and none at all to who may read which items are gold
 * (`gold.manage`): they know it, or can look it up.
 */
export async function nextGold(tx: Tx, of: { projectId: string; userId: string; warmUp: boolean }): Promise<ApartCandidate | null> {
	return candidate(
		await rowsOf<CandidateRow>(
			tx,
			sql`select c.id, c.content_hash, null as side_order from gold_items g join comparisons c on c.id = g.comparison_id join prompts p on p.id = c.prompt_id
				join memberships m on m.project_id = g.project_id and m.user_id = ${of.userId}
				where g.project_id = ${of.projectId} and g.retired_at is null and g.is_warm_up = ${of.warmUp} and g.created_by <> ${of.userId}
					and ${membershipMay(sql`m`, 'task.judge')} and not ${membershipMay(sql`m`, 'gold.manage')} and not exists (select 1 from users u where u.id = m.user_id and u.is_admin) and c.status not in ('open', 'exhausted') and ${mayBeGiven(sql`m`, sql`c`, sql`p`)} and ${notHeld(of.userId)}
					and not exists (select 1 from skips k where k.comparison_id = c.id and k.user_id = ${of.userId})
					and not exists (select 1 from judgments j where j.comparison_id = c.id and j.judge_user_id = ${of.userId})
				order by g.order_key limit 1`
		)
	);
}

/** An own judgment that counts or is surplus, with at least so many other tasks of the person's since, not repeated before: the newest such. */
export async function nextRepeat(tx: Tx, of: { projectId: string; roundId: string; userId: string; after: number }): Promise<ApartCandidate | null> {
	return candidate(
		await rowsOf<CandidateRow>(
			tx,
			sql`select c.id, c.content_hash, t.side_order from judgments j join tasks t on t.id = j.task_id join comparisons c on c.id = j.comparison_id join prompts p on p.id = c.prompt_id
				where t.annotator_id = ${of.userId} and t.round_id = ${of.roundId} and t.state = 'done' and j.purpose = 'counting' and j.verdict <> 'cannot_judge'
					and ${maySee(of.userId)} and ${notHeld(of.userId)}
					and not exists (select 1 from judgments later where later.supersedes_id = j.id)
					and not exists (select 1 from judgment_voids v where v.judgment_id = j.id)
					and not exists (select 1 from tasks again where again.comparison_id = c.id and again.annotator_id = ${of.userId} and again.purpose = 'repeat')
					and t.id <= (select far.id from tasks far where far.annotator_id = ${of.userId} and far.round_id = ${of.roundId} order by far.id desc offset ${of.after} limit 1)
				order by t.id desc limit 1`
		)
	);
}

/** How many gold items the person has judged in the project or holds: what is leased ahead is part of a warm-up. */
export async function metBy(db: Executor, projectId: string, userId: string): Promise<number> {
	const rows = await rowsOf<{ n: number }>(
		db,
		sql`select count(*)::int as n from gold_items g where g.project_id = ${projectId} and (
			exists (select 1 from judgments j where j.comparison_id = g.comparison_id and j.judge_user_id = ${userId} and j.purpose = 'gold')
			or exists (select 1 from tasks t where t.comparison_id = g.comparison_id and t.annotator_id = ${userId} and t.purpose = 'gold' and t.state = 'live' and t.expires_at > now()))`
	);
	return rows[0]?.n ?? 0;
}

/** What is known of a gold item, by its comparison; null: it is none. */
export type GoldKey = { verdict: CountingVerdict; acceptsTie: boolean; explanation: string | null; isWarmUp: boolean };

export async function keyOf(db: Executor, comparisonId: string): Promise<GoldKey | null> {
	const rows = await rowsOf<{ verdict: CountingVerdict; tie_is_right: boolean; explanation: string | null; is_warm_up: boolean }>(
		db,
		sql`select verdict, tie_is_right, explanation, is_warm_up from gold_items where comparison_id = ${comparisonId}`
	);
	const row = rows[0];
	return row ? { verdict: row.verdict, acceptsTie: row.tie_is_right, explanation: row.explanation, isWarmUp: row.is_warm_up } : null;
}

/** A comparison that shall become gold, as it stands: locked, and whether anybody has touched it. */
export type GoldCandidate = { id: string; mode: 'pair' | 'single'; roundId: string; status: string; contentHash: string; untouched: boolean; visible: boolean; isGold: boolean; imported: CountingVerdict | null };

type GoldCandidateRow = { id: string; mode: 'pair' | 'single'; round_id: string; status: string; content_hash: string; untouched: boolean; visible: boolean; is_gold: boolean; imported: CountingVerdict | null };

const goldCandidates = (projectId: string, userId: string, which: SQL) => sql`
	select c.id, c.mode, c.round_id, c.status, c.content_hash, ${maySeeComparison(userId)} as visible,
		exists (select 1 from gold_items g where g.comparison_id = c.id) as is_gold,
		(select x.verdict from (select j.verdict, count(*) as votes, sum(count(*)) over () as all_votes from judgments j where j.comparison_id = c.id and j.origin = 'import' and j.verdict <> 'cannot_judge'
			and not exists (select 1 from judgment_voids v where v.judgment_id = j.id) and not exists (select 1 from judgments later where later.supersedes_id = j.id) group by j.verdict) x where x.votes * 2 > x.all_votes) as imported,
		(c.filled = 0 and c.status in ('open', 'exhausted')
			and not exists (select 1 from judgments j where j.comparison_id = c.id and j.origin = 'workspace')
			and not exists (select 1 from tasks t where t.comparison_id = c.id and t.state = 'live')) as untouched
	from comparisons c where c.project_id = ${projectId} and c.status <> 'identical' and ${which} order by c.id for no key update of c`;

const toGoldCandidate = (row: GoldCandidateRow): GoldCandidate => ({ id: row.id, mode: row.mode, roundId: row.round_id, status: row.status, contentHash: row.content_hash, untouched: row.untouched, visible: row.visible, isGold: row.is_gold, imported: row.imported });

/** Comparisons of a project by id, locked. */
export async function lockForGold(tx: Tx, projectId: string, userId: string, ids: readonly string[]): Promise<GoldCandidate[]> {
	return (await rowsOf<GoldCandidateRow>(tx, goldCandidates(projectId, userId, sql`c.id in ${uuids(ids)}`))).map(toGoldCandidate);
}

/** Comparisons whose preference one import stated, locked. */
export async function lockImported(tx: Tx, projectId: string, userId: string, importId: string): Promise<GoldCandidate[]> {
	const which = sql`c.id in (select j.comparison_id from judgments j where j.project_id = ${projectId} and j.origin = 'import' and j.judge_ref = ${importId}::text)`;
	return (await rowsOf<GoldCandidateRow>(tx, goldCandidates(projectId, userId, which))).map(toGoldCandidate);
}

/** Makes a comparison gold. One that nobody has touched leaves the queue. */
export async function designate(tx: Tx, of: { projectId: string; comparison: GoldCandidate; key: GoldKey; orderKey: number; by: string }): Promise<void> {
	await tx.execute(sql`insert into gold_items (project_id, comparison_id, verdict, tie_is_right, explanation, is_warm_up, order_key, created_by)
		values (${of.projectId}, ${of.comparison.id}, ${of.key.verdict}, ${of.key.acceptsTie}, ${of.key.explanation}, ${of.key.isWarmUp}, ${of.orderKey}, ${of.by})`);
	if (of.comparison.untouched) await tx.execute(sql`update comparisons set status = 'gold' where id = ${of.comparison.id}`);
}

/** Takes a gold item out of the mix; what was judged of it stays. False: there is none in use that this person may see. */
export async function retire(tx: Tx, projectId: string, userId: string, id: string): Promise<boolean> {
	const rows = await rowsOf<{ id: string }>(
		tx,
		sql`update gold_items g set retired_at = now() from comparisons c
			where g.id = ${id} and g.project_id = ${projectId} and g.retired_at is null and c.id = g.comparison_id and ${maySeeComparison(userId)} returning g.id`
	);
	return rows.length > 0;
}

/** A gold item with how it was answered at first, as gold accuracy counts it; its text is the beginning of the last turn asked. */
export type GoldLine = { id: string; comparisonId: string; mode: 'pair' | 'single'; /** Null, as what hangs on it, while who looks may still be given the pair to judge. */ verdict: CountingVerdict | null; acceptsTie: boolean; isWarmUp: boolean; retired: boolean; answers: number; right: number | null; question: string; /** Beginning of the answer that is right; null where none of the two is. */ rightText: string | null };

/** Gold items of a project after a given one, newest first; `judges`: who looks may be given pairs, and must not know the right verdict of one before, unless they stated it. */
export async function list(db: Executor, projectId: string, userId: string, of: { judges: boolean; before: string | null; limit: number }): Promise<GoldLine[]> {
	const rows = await rowsOf<{ id: string; comparison_id: string; mode: 'pair' | 'single'; verdict: CountingVerdict; yet: boolean; tie_is_right: boolean; is_warm_up: boolean; retired: boolean; answers: number; right_ones: number; messages: Message[]; right_messages: Message[] | null }>(
		db,
		sql`select g.id, c.id as comparison_id, c.mode, g.verdict, ${of.judges ? sql`g.created_by <> ${userId} and ${mayYetJudge(userId)}` : sql`false`} as yet, g.tie_is_right, g.is_warm_up, g.retired_at is not null as retired, x.messages,
				(select t.messages from response_texts t where t.response_id = case g.verdict when 'a' then c.response_a_id when 'b' then c.response_b_id end) as right_messages,
				coalesce(a.answers, 0) as answers, coalesce(a.right_ones, 0) as right_ones
			from gold_items g join comparisons c on c.id = g.comparison_id join prompts p on p.id = c.prompt_id join prompt_texts x on x.prompt_id = p.id
			left join lateral (
				select count(*)::int as answers, (count(*) filter (where j.verdict = g.verdict or (g.tie_is_right and j.verdict = 'tie')))::int as right_ones
				from judgments j where j.comparison_id = c.id and j.purpose = 'gold' and j.verdict <> 'cannot_judge'
					and j.supersedes_id is null and not exists (select 1 from judgment_voids v where v.judgment_id = j.id)) a on true
			where g.project_id = ${projectId} and ${maySee(userId)} and (${of.before}::uuid is null or g.id < ${of.before}::uuid) order by g.id desc limit ${of.limit}`
	);
	return rows.map((row) => ({
		id: row.id,
		comparisonId: row.comparison_id,
		mode: row.mode,
		verdict: row.yet ? null : row.verdict,
		acceptsTie: !row.yet && row.tie_is_right,
		isWarmUp: row.is_warm_up,
		retired: row.retired,
		answers: row.answers,
		right: row.yet ? null : row.right_ones,
		question: messageText(row.messages.at(-1) ?? { role: 'user', content: '' }).slice(0, 200),
		rightText: row.yet || row.right_messages === null ? null : messageText(row.right_messages.at(-1) ?? { role: 'assistant', content: '' }).slice(0, 200)
	}));
}

/** How many gold items are in use, of those that this person may see. */
export async function inUse(db: Executor, projectId: string, userId: string): Promise<number> {
	const rows = await rowsOf<{ n: number }>(db, sql`select count(*)::int as n from gold_items g join comparisons c on c.id = g.comparison_id where g.project_id = ${projectId} and g.retired_at is null and ${maySeeComparison(userId)}`);
	return rows[0]?.n ?? 0;
}

/** The newest imports that stated preferences of which some are not gold yet, counted up to `most`; nothing behind a wall is counted. */
export async function importsWithPreferences(db: Executor, of: { projectId: string; userId: string; most: number }): Promise<{ id: string; fileName: string | null; preferences: number; at: string }[]> {
	const rows = await rowsOf<{ id: string; file_name: string | null; n: number; created_at: string }>(
		db,
		sql`select i.id, i.file_name, i.created_at, x.n from (select id, file_name, created_at from imports where project_id = ${of.projectId} and status = 'published' order by id desc limit 20) i
			cross join lateral (
				select count(*)::int as n from (
					select 1 from judgments j join comparisons c on c.id = j.comparison_id where j.project_id = ${of.projectId} and j.origin = 'import' and j.judge_ref = i.id::text
						and ${maySeeComparison(of.userId)} and not exists (select 1 from gold_items g where g.comparison_id = j.comparison_id) limit ${sql.raw(String(of.most))}) y) x
			where x.n > 0 order by i.id desc`
	);
	return rows.map((row) => ({ id: row.id, fileName: row.file_name, preferences: row.n, at: isoTime(row.created_at) }));
}
