import { sql } from 'drizzle-orm';
import { SENT_BACK_DAYS } from '../../domain/dispute.ts';
import type { JudgingPolicy } from '../../domain/judging-policy.ts';
import type { Verdict } from '../../domain/verdict.ts';
import type { Executor, Tx } from './client.ts';
import { rowsOf } from './rows.ts';

/** What decides whether a comparison is disputed: its pointers' verdicts, its project's rule, and whether a reviewer has decided. */
export type DisputeFacts = { id: string; status: string; disputed: boolean; verdicts: Verdict[]; adjudicated: boolean; sentBack: boolean; policy: Partial<JudgingPolicy> };

type Row = { id: string; status: string; disputed: boolean; verdicts: Verdict[] | null; adjudicated: boolean; sent_back: boolean; policy: Partial<JudgingPolicy> };

const facts = (row: Row): DisputeFacts => ({ id: row.id, status: row.status, disputed: row.disputed, verdicts: row.verdicts ?? [], adjudicated: row.adjudicated, sentBack: row.sent_back, policy: row.policy });

const columns = sql`c.id, c.status, c.disputed, p.judging_policy as policy,
	(select array_agg(j.verdict order by j.id) from slots s join judgments j on j.id = s.judgment_id where s.comparison_id = c.id) as verdicts,
	exists (select 1 from judgments j where j.comparison_id = c.id and j.origin = 'workspace' and j.purpose = 'adjudication' and j.verdict <> 'cannot_judge'
		and not exists (select 1 from judgments later where later.supersedes_id = j.id)
		and not exists (select 1 from judgment_voids v where v.judgment_id = j.id)) as adjudicated,
	-- Sent back, and nothing that counts has changed since: its judges are asked, not another reviewer, as long as they may take.
	coalesce((select a.outcome = 'sent_back' and a.created_at > now() - make_interval(days => ${SENT_BACK_DAYS}) and not exists (
			select 1 from slots s where s.comparison_id = c.id and s.judgment_id is not null
				and s.judgment_id not in (select aj.judgment_id from adjudicated_judgments aj where aj.adjudication_id = a.id))
		from adjudications a where a.comparison_id = c.id order by a.id desc limit 1), false) as sent_back`;

/** The facts of one comparison, which is locked. */
export async function of(tx: Tx, comparisonId: string): Promise<DisputeFacts | null> {
	const rows = await rowsOf<Row>(tx, sql`select ${columns} from comparisons c join projects p on p.id = c.project_id where c.id = ${comparisonId}`);
	return rows[0] ? facts(rows[0]) : null;
}

/** The facts of complete comparisons of a project's newest round after a given one, in order of id. */
export async function page(tx: Tx, projectId: string, after: string | null, limit: number): Promise<DisputeFacts[]> {
	const rows = await rowsOf<Row>(
		tx,
		sql`select ${columns} from comparisons c join projects p on p.id = c.project_id
			where c.round_id = (select id from rounds where project_id = ${projectId} order by number desc limit 1) and c.status = 'complete'
				and (${after}::uuid is null or c.id > ${after}::uuid) order by c.id limit ${limit} for no key update of c`
	);
	return rows.map(facts);
}

/** The facts of complete comparisons that were sent back longer ago than their judges may take. */
export async function lyingTooLong(db: Executor): Promise<(DisputeFacts & { projectId: string })[]> {
	const rows = await rowsOf<Row & { project_id: string }>(
		db,
		sql`select ${columns}, c.project_id from comparisons c join projects p on p.id = c.project_id
			where c.status = 'complete' and not c.disputed and c.id in (
				select a.comparison_id from adjudications a where a.outcome = 'sent_back' and a.created_at <= now() - make_interval(days => ${SENT_BACK_DAYS}))
			order by c.id`
	);
	return rows.map((row) => ({ ...facts(row), projectId: row.project_id }));
}

/** Writes whether a comparison is disputed. */
export async function set(tx: Tx, comparisonId: string, disputed: boolean): Promise<void> {
	await tx.execute(sql`update comparisons set disputed = ${disputed} where id = ${comparisonId} and disputed <> ${disputed}`);
}

/** Opens a comparison again that was closed by a decision which no longer stands. */
export async function reopen(tx: Tx, comparisonId: string): Promise<void> {
	await tx.execute(sql`update comparisons set status = 'open' where id = ${comparisonId} and status = 'closed'`);
}

/** Whether any comparison of a round waits for a reviewer: disputed, or with nobody left to judge it. */
export async function anyWaits(db: Executor, roundId: string): Promise<boolean> {
	const rows = await rowsOf<{ waits: boolean }>(db, sql`select exists (select 1 from comparisons where round_id = ${roundId} and disputed) or exists (select 1 from comparisons where round_id = ${roundId} and status = 'exhausted') as waits`);
	return rows[0]?.waits === true;
}
