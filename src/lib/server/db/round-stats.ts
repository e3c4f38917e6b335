import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { PlacedComparison } from '../../domain/test-sequence.ts';
import type { WinVote } from '../../domain/win-rate.ts';
import type { Executor } from './client.ts';
import { rowsOf } from './rows.ts';

/** Whether people are done with a comparison, may still judge it, or will not. */
const stateOf = (status: string): PlacedComparison['state'] => (status === 'complete' ? 'complete' : status === 'open' ? 'waiting' : 'out');

/** A comparison on a test prompt between a checkpoint and its parent, with its counting votes and the place that was drawn for it. */
export type TestVotes = PlacedComparison & { comparisonId: string; identical: boolean; /** The same votes as they are stored, sides in canonical order. */ verdicts: ('a' | 'b' | 'tie' | 'both_bad')[] };

/** Comparisons on test prompts between a checkpoint and its parent. Every one of them was made whatever the answers were like: pairs that a policy chose for what they might show have another policy and are not among them. */
export async function testVotes(db: Executor, of: { checkpointId: string; parentId: string }): Promise<TestVotes[]> {
	const rows = await rowsOf<{ id: string; group: string; status: string; batch: string; place: string; candidate: 'a' | 'b'; verdicts: TestVotes['verdicts'] | null }>(
		db,
		sql`select c.id, g.key as "group", c.status, to_char(c.created_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') as batch, c.order_key as place, case when ra.source_ref = ${of.checkpointId} then 'a' else 'b' end as candidate,
				(select array_agg(j.verdict order by s.position) from slots s join judgments j on j.id = s.judgment_id where s.comparison_id = c.id) as verdicts
			from responses ra join comparisons c on c.response_a_id = ra.id join responses rb on rb.id = c.response_b_id
			join prompts p on p.id = c.prompt_id join prompt_groups g on g.id = p.group_id
			where ra.source = 'checkpoint' and rb.source = 'checkpoint' and g.split = 'test' and c.status <> 'gold' and c.policy = 'champion_challenger' and c.propensity = 1
				and ((ra.source_ref = ${of.checkpointId} and rb.source_ref = ${of.parentId}) or (ra.source_ref = ${of.parentId} and rb.source_ref = ${of.checkpointId}))
			order by c.content_hash`
	);
	return rows.map((row) => ({
		comparisonId: row.id,
		group: row.group,
		batch: row.batch,
		place: Number(row.place),
		state: stateOf(row.status),
		identical: row.status === 'identical',
		verdicts: row.verdicts ?? [],
		votes: (row.verdicts ?? []).map((verdict): WinVote => (verdict === 'a' || verdict === 'b' ? (verdict === row.candidate ? 'candidate' : 'parent') : verdict === 'tie' ? 'tie' : 'both_bad'))
	}));
}

/** An answer on a test prompt that is judged alone, with its counting votes; `writer` names the checkpoint that gave it, null for one that was brought in. */
export type SingleVotes = { group: string; state: PlacedComparison['state']; writer: string | null; votes: ('good' | 'bad')[] };

async function singleVotes(db: Executor, which: SQL): Promise<SingleVotes[]> {
	const rows = await rowsOf<{ group: string; status: string; writer: string | null; votes: SingleVotes['votes'] | null }>(
		db,
		sql`select g.key as "group", c.status, k.name as writer,
				(select array_agg(j.verdict order by s.position) from slots s join judgments j on j.id = s.judgment_id where s.comparison_id = c.id) as votes
			from comparisons c join responses ra on ra.id = c.response_a_id join prompts p on p.id = c.prompt_id join prompt_groups g on g.id = p.group_id
			left join checkpoints k on ra.source = 'checkpoint' and k.id::text = ra.source_ref
			where c.mode = 'single' and c.status <> 'gold' and g.split = 'test' and ${which} order by c.content_hash`
	);
	return rows.map(({ votes, status, ...row }) => ({ ...row, state: stateOf(status), votes: votes ?? [] }));
}

/** A checkpoint's own answers on test prompts that are judged alone, in the rounds that its answers filled. */
export async function singleVotesOf(db: Executor, checkpointId: string): Promise<SingleVotes[]> {
	return singleVotes(db, sql`c.round_id in (select into_round_id from generations where checkpoint_id = ${checkpointId}) and ra.source = 'checkpoint' and ra.source_ref = ${checkpointId}`);
}

/** Every answer on a test prompt that a round judged alone, whoever wrote it, but not this checkpoint's. */
export async function singleVotesInRound(db: Executor, of: { roundId: string; notCheckpointId: string }): Promise<SingleVotes[]> {
	return singleVotes(db, sql`c.round_id = ${of.roundId} and (ra.source <> 'checkpoint' or ra.source_ref is distinct from ${of.notCheckpointId})`);
}

export type PromptCounts = { prompts: number; train: number; dev: number; test: number; uncompared: number };

/** Prompts of a project by split, and those no round has compared yet: kept as they change, not counted when asked. */
export async function promptCounts(db: Executor, projectId: string): Promise<PromptCounts> {
	const rows = await rowsOf<PromptCounts>(db, sql`select train + dev + test as prompts, train, dev, test, uncompared from prompt_counts where project_id = ${projectId}`);
	return rows[0] ?? { prompts: 0, train: 0, dev: 0, test: 0, uncompared: 0 };
}

/** Rewrites of a round's judgments that vote, by whether their prompt is one to train on: what a snapshot could make rows of. Both are counted from the newest up to `most`. */
export async function rewrites(db: Executor, of: { roundId: string; most: number }): Promise<{ train: number; heldOut: number }> {
	const ready = (split: SQL) => sql`(select count(*)::int from (
		select 1 from judgment_texts jt join judgments j on j.id = jt.judgment_id join comparisons c on c.id = j.comparison_id
			join prompts p on p.id = c.prompt_id join prompt_groups g on g.id = p.group_id
			where jt.rewrite is not null and ${split} and c.round_id = ${of.roundId} and c.status not in ('identical', 'gold') and j.origin = 'workspace' and j.verdict <> 'cannot_judge'
				and (j.purpose = 'adjudication' or exists (select 1 from slots s where s.judgment_id = j.id))
				and not exists (select 1 from judgments later where later.supersedes_id = j.id)
				and not exists (select 1 from judgment_voids v where v.judgment_id = j.id)
			order by jt.judgment_id desc limit ${sql.raw(String(of.most))}) x)`;
	const rows = await rowsOf<{ train: number; held_out: number }>(db, sql`select ${ready(sql`g.split = 'train'`)} as train, ${ready(sql`g.split <> 'train'`)} as held_out`);
	return { train: rows[0]?.train ?? 0, heldOut: rows[0]?.held_out ?? 0 };
}

/** People who judged in a round, with their tallies. */
export async function people(db: Executor, roundId: string): Promise<{ userId: string; name: string; judged: number; cannotJudge: number; skipped: number; leftChosen: number; decisive: number; durationMs: number }[]> {
	const rows = await rowsOf<{ user_id: string; name: string; judged: number; cannot_judge: number; skipped: number; left_chosen: number; decisive: number; duration_ms: string }>(
		db,
		sql`select a.user_id, p.name, a.judged, a.cannot_judge, a.skipped, a.left_chosen, a.decisive, a.duration_ms
			from annotator_progress a join user_profiles p on p.user_id = a.user_id where a.round_id = ${roundId} and (a.judged > 0 or a.skipped > 0) order by a.judged desc, p.name`
	);
	return rows.map((row) => ({
		userId: row.user_id,
		name: row.name,
		judged: row.judged,
		cannotJudge: row.cannot_judge,
		skipped: row.skipped,
		leftChosen: row.left_chosen,
		decisive: row.decisive,
		durationMs: Number(row.duration_ms)
	}));
}

/** So many of the newest judgments tell the pace of a busy round as well as a whole week of them. */
const NEWEST = 2_000;

/**
 * Counting judgments of a round in the last seven days (of many only the
 * newest), the hours since the first of them, and places that nobody is left to
 * fill, whether a reviewer decided their comparison or not. Ids hold their time: no more of the project's judgments is read.
 */
export async function recentWork(db: Executor, of: { projectId: string; roundId: string }): Promise<{ recent: number; hours: number; unfillable: number }> {
	const rows = await rowsOf<{ recent: number; hours: number; unfillable: number }>(
		db,
		// Ids first, which an index of work alone holds in their order: what an import brought since is not gone through.
		sql`select count(*)::int as recent,
				coalesce(extract(epoch from now() - (select first.created_at from judgments first where first.id = (array_agg(made.id order by made.id))[1])) / 3600, 0)::float8 as hours,
				(select coalesce(sum(overlap - filled), 0)::int from comparisons where round_id = ${of.roundId} and status in ('exhausted', 'closed')) as unfillable
			from (select j.id from judgments j join slots s on s.judgment_id = j.id
				where j.project_id = ${of.projectId} and j.origin = 'workspace' and s.round_id = ${of.roundId}
					and j.id > rpad(lpad(to_hex((extract(epoch from now() - interval '7 days') * 1000)::bigint), 12, '0'), 32, '0')::uuid
				order by j.id desc limit ${NEWEST}) made`
	);
	return rows[0] ?? { recent: 0, hours: 0, unfillable: 0 };
}
