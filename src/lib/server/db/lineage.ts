import { sql } from 'drizzle-orm';
import type { Executor } from './client.ts';
import type { DecisionName } from './decisions.ts';
import { questionLine } from './history.ts';
import { isoTime, rowsOf, uuids } from './rows.ts';
import { maySee, maySeePrompt } from './walls.ts';

/** Rounds, snapshots, runs and checkpoints of a project, each with what it came from: narrow rows, no words. Newest first; of runs those that gave a checkpoint before others. */
export type Skeleton = {
	rounds: { id: string; number: number; status: string; comparisons: number }[];
	snapshots: { id: string; /** The round it was made in, and what its rule took: that one, all up to it, or those listed. */ round: number; taken: string | null; listed: number[] | null; objective: string; sha256: string; trainRows: number; used: number }[];
	runs: { id: string; snapshotId: string; parentId: string; objective: string; status: string; point: number | null }[];
	checkpoints: { id: string; name: string; kind: 'base' | 'adapter' | 'full'; runId: string | null; decision: DecisionName | null }[];
	/** Checkpoints whose answers were judged in a round. */
	answered: { checkpointId: string; roundId: string }[];
};

export async function skeleton(db: Executor, projectId: string): Promise<Skeleton> {
	const [rounds, snapshots, runs, checkpoints, answered] = await Promise.all([
		rowsOf<Skeleton['rounds'][number]>(db, sql`select id, number, status, comparisons from rounds where project_id = ${projectId} order by number desc`),
		rowsOf<Skeleton['snapshots'][number]>(
			db,
			sql`select s.id, r.number as round, s.rule->>'rounds' as taken, s.rule->'filter'->'rounds' as listed, s.objective, s.sha256, s.train_rows as "trainRows", s.used
				from snapshots s join rounds r on r.id = s.round_id where s.project_id = ${projectId} order by s.id desc`
		),
		rowsOf<Skeleton['runs'][number]>(
			db,
			sql`select r.id, r.snapshot_id as "snapshotId", r.parent_checkpoint_id as "parentId", r.objective, r.status, r.sweep_point as point
				from runs r where r.project_id = ${projectId} order by exists (select 1 from checkpoints c where c.run_id = r.id) desc, r.id desc`
		),
		rowsOf<Skeleton['checkpoints'][number]>(
			db,
			sql`select c.id, c.name, c.kind, c.run_id as "runId", (select d.decision from decisions d where d.checkpoint_id = c.id order by d.id desc limit 1) as decision
				from checkpoints c where c.project_id = ${projectId} order by c.id desc`
		),
		rowsOf<Skeleton['answered'][number]>(
			db,
			sql`select distinct s.checkpoint_id as "checkpointId", g.into_round_id as "roundId" from generations g join generation_sources s on s.generation_id = g.id
				where g.project_id = ${projectId} and g.into_round_id is not null and s.checkpoint_id is not null order by 2 desc, 1 desc`
		)
	]);
	return { rounds, snapshots, runs, checkpoints, answered };
}

/** Of the judgments that these snapshots made rows of, those that lie behind a wall for a person: from the walls, which are few. */
export async function hiddenOf(db: Executor, snapshotIds: readonly string[], viewer: string): Promise<Map<string, number>> {
	if (snapshotIds.length === 0) return new Map();
	const rows = await rowsOf<{ id: string; n: number }>(
		db,
		sql`with behind as (
				select c.id from walls w join prompts p on p.project_id = w.project_id and p.matter = w.matter join comparisons c on c.prompt_id = p.id where w.user_id = ${viewer} and w.lifted_at is null
				union select c.id from responses r join comparisons c on c.prompt_id = r.prompt_id and r.id in (c.response_a_id, c.response_b_id) where r.source = 'person' and r.source_ref = ${viewer}::text)
			select s.snapshot_id as id, count(*)::int as n from behind join judgments j on j.comparison_id = behind.id
			join snapshot_judgments s on s.judgment_id = j.id and s.snapshot_id in ${uuids(snapshotIds)} and s.disposition = 'used' group by 1`
	);
	return new Map(rows.map(({ id, n }) => [id, n]));
}

/** A judgment that a snapshot made rows of. */
export type UsedJudgment = { id: string; question: string; round: number; createdAt: string };

/** A page of them, newest first, but those behind a wall for the viewer. */
export async function usedBy(db: Executor, of: { snapshotId: string; viewer: string; cursor: string | null; limit: number }): Promise<UsedJudgment[]> {
	const rows = await rowsOf<{ id: string; question: string; round: number; created_at: string }>(
		db,
		sql`select found.id, found.round, found.created_at, ${questionLine} as question from (
				select j.id, r.number as round, c.prompt_id, j.created_at from snapshot_judgments s join judgments j on j.id = s.judgment_id join comparisons c on c.id = j.comparison_id
				join rounds r on r.id = c.round_id join prompts p on p.id = c.prompt_id
				where s.snapshot_id = ${of.snapshotId} and s.disposition = 'used' and ${maySee(of.viewer)} and (${of.cursor}::uuid is null or s.judgment_id < ${of.cursor}::uuid) order by s.judgment_id desc limit ${of.limit}) found
			join prompt_texts pt on pt.prompt_id = found.prompt_id order by found.id desc`
	);
	return rows.map(({ created_at, ...row }) => ({ ...row, createdAt: isoTime(created_at) }));
}

/** Where a judgment comes in: its round, who wrote the answers, and the snapshots that made rows of it. Null: there is none that this person may see. */
export type JudgmentPlace = { projectId: string; comparisonId: string; roundId: string; round: number; stands: boolean; writers: string[]; snapshots: string[]; leftOut: number };

export async function placeOfJudgment(db: Executor, id: string, viewer: string): Promise<JudgmentPlace | null> {
	const rows = await rowsOf<JudgmentPlace>(
		db,
		sql`select j.project_id as "projectId", c.id as "comparisonId", c.round_id as "roundId", r.number as round,
				not exists (select 1 from judgment_voids v where v.judgment_id = j.id) and not exists (select 1 from judgments later where later.supersedes_id = j.id) as stands,
				array(select distinct x.source_ref from responses x where x.id in (c.response_a_id, c.response_b_id) and x.source = 'checkpoint' order by 1) as writers,
				array(select s.snapshot_id from snapshot_judgments s where s.judgment_id = j.id and s.disposition = 'used' order by s.snapshot_id desc) as snapshots,
				(select count(*)::int from snapshot_judgments s where s.judgment_id = j.id and s.disposition <> 'used') as "leftOut"
			from judgments j join comparisons c on c.id = j.comparison_id join rounds r on r.id = c.round_id join prompts p on p.id = c.prompt_id where j.id = ${id} and ${maySee(viewer)}`
	);
	return rows[0] ?? null;
}

/** The checkpoint that gave an answer, be it in a form. Null: no checkpoint did, or this person may not see the question. */
export async function placeOfResponse(db: Executor, id: string, viewer: string): Promise<{ projectId: string; checkpointId: string } | null> {
	const rows = await rowsOf<{ projectId: string; checkpointId: string }>(
		db,
		sql`select p.project_id as "projectId", case x.source when 'checkpoint' then x.source_ref else (select e.checkpoint_id::text from checkpoint_exports e where e.id::text = x.source_ref) end as "checkpointId"
			from responses x join prompts p on p.id = x.prompt_id where x.id = ${id} and x.source in ('checkpoint', 'export') and ${maySeePrompt(viewer)}`
	);
	return rows[0] ?? null;
}
