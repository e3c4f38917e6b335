import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import { COMPARISON_CHANGES, isJudgmentChange, JUDGMENT_CHANGES } from '../../domain/snapshot-change.ts';
import type { ComparisonChange, JudgmentChange, SnapshotChange } from '../../domain/snapshot-change.ts';
import type { Executor, Tx } from './client.ts';
import { questionLine } from './history.ts';
import { rowsOf } from './rows.ts';
import { maySee } from './walls.ts';
import { mayYetJudge } from './yet-to-judge.ts';

/** Who looks; `judges`: they may be given pairs of the project, whose verdicts they must not know before. */
type Viewer = { viewer: string; judges: boolean };

/** Two snapshots of one project. */
export type Pair = { afterId: string; beforeId: string };

/** What a comparison or judgment was to a snapshot; null: nothing. Of a judgment, `outcome` is its disposition. */
export type Side = { split: string | null; outcome: string; verdict: string | null } | null;

/** A row in which two snapshots differ. `judgmentId`: the one that changed, else the newest of the comparison, under which the record shows it. */
export type ChangedRow = { id: string; comparisonId: string; judgmentId: string | null; question: string; before: Side; after: Side };

/** Ids of both sets together in a block: what a page reads at once to find its rows. */
const BLOCK = 4096;
/** Blocks that one page goes through at most: where changes lie thin it holds fewer rows than asked. */
const MOST_BLOCKS = 16;

const both = sql`a.id is not null and b.id is not null`;
const opposite = sql`(a.verdict, b.verdict) in (('a', 'b'), ('b', 'a'), ('good', 'bad'), ('bad', 'good'))`;
/** `a` is the later snapshot's row, `b` the earlier one's. */
const COMPARISON: Record<ComparisonChange, SQL> = {
	added: sql`b.id is null`,
	removed: sql`a.id is null`,
	gained: sql`${both} and a.outcome = 'row' and b.outcome <> 'row'`,
	lost: sql`${both} and a.outcome <> 'row' and b.outcome = 'row'`,
	reason: sql`a.outcome <> b.outcome and a.outcome <> 'row' and b.outcome <> 'row'`,
	flipped: opposite,
	verdict: sql`${both} and a.verdict is distinct from b.verdict and not coalesce(${opposite}, false)`,
	split: sql`a.split <> b.split`,
	text: sql`a.text_hash <> b.text_hash`
};
const JUDGMENT: Record<JudgmentChange, SQL> = {
	judgment_added: sql`b.id is null`,
	judgment_removed: sql`a.id is null`,
	judgment_gained: sql`${both} and a.outcome = 'used' and b.outcome <> 'used'`,
	judgment_lost: sql`${both} and a.outcome <> 'used' and b.outcome = 'used'`,
	judgment_reason: sql`a.outcome <> b.outcome and a.outcome <> 'used' and b.outcome <> 'used'`
};

type Part = 'comparisons' | 'judgments';
const CONDITIONS: { readonly [part in Part]: readonly (readonly [SnapshotChange, SQL])[] } = {
	comparisons: COMPARISON_CHANGES.map((change) => [change, COMPARISON[change]] as const),
	judgments: JUDGMENT_CHANGES.map((change) => [change, JUDGMENT[change]] as const)
};

/** What a snapshot says of its comparisons or judgments, between two ids if given: then by the primary key alone, whatever the planner thinks of the range. */
function setOf(part: Part, snapshotId: string, between?: { after: string; to: string }): SQL {
	const id = part === 'comparisons' ? sql`comparison_id` : sql`judgment_id`;
	const within = between
		? sql`(snapshot_id, ${id}) > (${snapshotId}::uuid, ${between.after}::uuid) and (snapshot_id, ${id}) <= (${snapshotId}::uuid, ${between.to}::uuid)`
		: sql`snapshot_id = ${snapshotId}`;
	return part === 'comparisons'
		? sql`(select comparison_id as id, comparison_id, split, outcome, verdict, text_hash from snapshot_comparisons where ${within})`
		: sql`(select judgment_id as id, comparison_id, null::text as split, disposition as outcome, null::text as verdict from snapshot_judgments where ${within})`;
}

const joined = (part: Part, { afterId, beforeId }: Pair, between?: { after: string; to: string }): SQL => sql`${setOf(part, afterId, between)} a full join ${setOf(part, beforeId, between)} b on b.id = a.id`;

async function count(tx: Tx, part: Part, of: Pair, block: number): Promise<void> {
	const flags = sql.join(CONDITIONS[part].map(([change, holds]) => sql`coalesce(${holds}, false) as ${sql.identifier(change)}`), sql`, `);
	const sums = sql.join(CONDITIONS[part].map(([change]) => sql`${change}::text, nullif(count(*) filter (where ${sql.identifier(change)}), 0)`), sql`, `);
	await tx.execute(sql`insert into snapshot_diffs (after_id, before_id, part, block, last_id, counts)
		select ${of.afterId}::uuid, ${of.beforeId}::uuid, ${part}, block, max(id::text collate "C")::uuid, jsonb_strip_nulls(jsonb_build_object(${sums}))
		from (select x.*, ((row_number() over (order by id) - 1) / ${sql.raw(String(block))})::int as block from (select coalesce(a.id, b.id) as id, ${flags} from ${joined(part, of)}) x) y
		group by block`);
}

/** Counts how two snapshots differ, block by block, unless that is kept already. Who asks at the same time waits for the one who counts. */
export async function keep(tx: Tx, of: Pair, block = BLOCK): Promise<void> {
	await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`snapshot-diff ${of.afterId} ${of.beforeId}`}, 0))`);
	if (await isKept(tx, of)) return;
	await count(tx, 'comparisons', of, block);
	await count(tx, 'judgments', of, block);
}

/** Whether two snapshots were compared before. */
export async function isKept(db: Executor, of: Pair): Promise<boolean> {
	return (await rowsOf(db, sql`select 1 from snapshot_diffs where after_id = ${of.afterId} and before_id = ${of.beforeId} limit 1`)).length > 0;
}

/** How often they differ, by change; none is left out. From the kept blocks. */
export async function counts(db: Executor, of: Pair): Promise<Record<SnapshotChange, number>> {
	const rows = await rowsOf<{ change: SnapshotChange; n: number }>(
		db,
		sql`select c.key as change, sum(c.value::int)::int as n from snapshot_diffs d cross join lateral jsonb_each_text(d.counts) c where d.after_id = ${of.afterId} and d.before_id = ${of.beforeId} group by 1`
	);
	const found = new Map(rows.map(({ change, n }) => [change, n]));
	return Object.fromEntries([...COMPARISON_CHANGES, ...JUDGMENT_CHANGES].map((change) => [change, found.get(change) ?? 0])) as Record<SnapshotChange, number>;
}

const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/** Blocks in which there is something of a change after an id, each with the id that it begins after. */
async function blocksWith(db: Executor, of: Pair, change: SnapshotChange, after: string): Promise<{ from: string; to: string }[]> {
	return rowsOf(
		db,
		sql`select coalesce(before_it, ${BEFORE_ALL}::uuid) as "from", last_id as "to" from (
				select block, last_id, counts, lag(last_id) over (order by block) as before_it from snapshot_diffs
				where after_id = ${of.afterId} and before_id = ${of.beforeId} and part = ${isJudgmentChange(change) ? 'judgments' : 'comparisons'}) d
			where counts ->> ${change}::text is not null and last_id > ${after}::uuid order by block limit ${MOST_BLOCKS + 1}`
	);
}

const side = (of: 'a' | 'b'): SQL => sql.raw(`case when x.${of}_outcome is not null then jsonb_build_object('split', x.${of}_split, 'outcome', x.${of}_outcome, 'verdict', x.${of}_verdict) end`);

async function inBlock(db: Executor, of: Pair, change: SnapshotChange, at: { after: string; to: string; limit: number } & Viewer): Promise<ChangedRow[]> {
	const part: Part = isJudgmentChange(change) ? 'judgments' : 'comparisons';
	const holds = isJudgmentChange(change) ? JUDGMENT[change] : COMPARISON[change];
	const shown = part === 'judgments' ? sql`x.id` : sql`(select j.id from judgments j where j.comparison_id = x.comparison_id order by j.id desc limit 1)`;
	return rowsOf<ChangedRow>(
		db,
		// Asked within the join whether a change holds would make it an inner one, of each with each where the planner takes a block for a row.
		sql`with x as materialized (
				select coalesce(a.id, b.id) as id, coalesce(a.comparison_id, b.comparison_id) as comparison_id, coalesce(${holds}, false) as holds,
					a.split as a_split, a.outcome as a_outcome, a.verdict as a_verdict, b.split as b_split, b.outcome as b_outcome, b.verdict as b_verdict
				from ${joined(part, of, at)})
			select x.id, x.comparison_id as "comparisonId", ${shown} as "judgmentId", ${questionLine} as question, ${side('b')} as before, ${side('a')} as after
			from x join comparisons c on c.id = x.comparison_id join prompts p on p.id = c.prompt_id join prompt_texts pt on pt.prompt_id = p.id
			where x.holds and ${maySee(at.viewer)} ${at.judges ? sql`and not ${mayYetJudge(at.viewer)}` : sql``} order by x.id limit ${at.limit}`
	);
}

/**
 * Rows that changed in one way, in order of id after `cursor`. What lies behind
 * a wall for who looks is not among them, nor what they may still be given to judge. `next`: where to go on; null: that
 * was all. A page may hold fewer than asked though there is more.
 */
export async function page(db: Executor, of: Pair, change: SnapshotChange, at: { cursor: string | null; limit: number } & Viewer): Promise<{ rows: ChangedRow[]; next: string | null }> {
	const cursor = at.cursor ?? BEFORE_ALL;
	const blocks = await blocksWith(db, of, change, cursor);
	const rows: ChangedRow[] = [];
	for (const { from, to } of blocks.slice(0, MOST_BLOCKS)) {
		const after = from > cursor ? from : cursor;
		rows.push(...(await inBlock(db, of, change, { after, to, viewer: at.viewer, judges: at.judges, limit: at.limit + 1 - rows.length })));
		if (rows.length > at.limit) return { rows: rows.slice(0, at.limit), next: rows[at.limit - 1]?.id ?? null };
	}
	return { rows, next: blocks.length > MOST_BLOCKS ? (blocks[MOST_BLOCKS - 1]?.to ?? null) : null };
}
