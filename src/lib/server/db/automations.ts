import { sql } from 'drizzle-orm';
import type { Automation, AutomationFacts } from '../../domain/automation.ts';
import type { Executor, Tx } from './client.ts';
import { isoTime, rowsOf } from './rows.ts';

/** What a project lets happen by itself, and in whose name. */
export type SetAutomation = { settings: Automation; byUserId: string; byName: string | null; setAt: string; /** How often it was set. */ version: number };

export type StepKind = 'asked' | 'approved' | 'declined' | 'swept' | 'begun' | 'refused';
/** What the record said; of a refusal its words, and `sweepEnds` where nothing can follow the sweep by itself. */
export type StepReason = { complete: number; agreement: number | null; problem?: { code: string; detail: string }; sweepEnds?: true };
/** Something that an automation did, or that was said to it; `reason`: what it was declined with, null where nothing was or it was erased. */
export type AutomationRecord = { id: string; round: number; kind: StepKind; because: StepReason; byName: string | null; reason: string | null; snapshotId: string | null; runId: string | null; sweepId: string | null; createdAt: string };

/** A project's automation; null where none was ever set. */
export async function get(db: Executor, projectId: string): Promise<SetAutomation | null> {
	const rows = await rowsOf<{ settings: Automation; by_user_id: string; by_name: string | null; set_at: string; version: number }>(db, sql`select a.settings, a.by_user_id, u.name as by_name, a.set_at, a.version from automations a left join user_profiles u on u.user_id = a.by_user_id where a.project_id = ${projectId}`);
	const [row] = rows;
	return row ? { settings: { ...row.settings, sweep: row.settings.sweep ?? null }, byUserId: row.by_user_id, byName: row.by_name, setAt: isoTime(row.set_at), version: row.version } : null;
}

/** Sets a project's automation. */
export async function put(tx: Tx, of: { projectId: string; settings: Automation; byUserId: string }): Promise<void> {
	await tx.execute(sql`insert into automations (project_id, settings, by_user_id) values (${of.projectId}, ${JSON.stringify(of.settings)}::jsonb, ${of.byUserId})
		on conflict (project_id) do update set settings = excluded.settings, by_user_id = excluded.by_user_id, set_at = now(), version = automations.version + 1`);
}

/** Projects whose automation is on, for whoever looks after them. */
export async function enabled(db: Executor): Promise<string[]> {
	return (await rowsOf<{ project_id: string }>(db, sql`select project_id from automations where (settings->>'enabled')::boolean order by project_id`)).map((row) => row.project_id);
}

/** Takes an automation for so many seconds; gives what lets it go again, null when another worker is at it. */
export async function hold(db: Executor, projectId: string, seconds: number): Promise<string | null> {
	const rows = await rowsOf<{ until: string }>(db, sql`update automations set held_until = now() + make_interval(secs => ${seconds}) where project_id = ${projectId} and (held_until is null or held_until < now()) returning held_until::text as until`);
	return rows[0]?.until ?? null;
}

/** Lets it go, where nobody else has taken it since. */
export async function release(db: Executor, projectId: string, held: string): Promise<void> {
	await db.execute(sql`update automations set held_until = null where project_id = ${projectId} and held_until = ${held}::timestamptz`);
}

/** Writes down what was done, or said to it, under the settings of that version. */
export async function insertStep(tx: Tx, of: { projectId: string; roundId: string; kind: StepKind; version: number; because: StepReason; byUserId?: string | null; text?: { salt: string; hash: string; reason: string }; snapshotId?: string | null; runId?: string | null; sweepId?: string | null }): Promise<string> {
	const rows = await rowsOf<{ id: string }>(
		tx,
		sql`insert into automation_steps (project_id, round_id, kind, settings_version, because, by_user_id, snapshot_id, run_id, sweep_id, reason_hash)
			values (${of.projectId}, ${of.roundId}, ${of.kind}, ${of.version}, ${JSON.stringify(of.because)}::jsonb, ${of.byUserId ?? null}, ${of.snapshotId ?? null}, ${of.runId ?? null}, ${of.sweepId ?? null}, ${of.text?.hash ?? null}) returning id`
	);
	const id = rows[0]?.id ?? '';
	if (of.text) await tx.execute(sql`insert into automation_step_texts (step_id, salt, reason) values (${id}, ${of.text.salt}, ${of.text.reason})`);
	return id;
}

/** What was done, newest first. */
export async function steps(db: Executor, projectId: string, limit: number): Promise<AutomationRecord[]> {
	type Row = { id: string; number: number; kind: StepKind; because: StepReason; by_name: string | null; reason: string | null; snapshot_id: string | null; run_id: string | null; sweep_id: string | null; created_at: string };
	const rows = await rowsOf<Row>(
		db,
		sql`select s.id, r.number, s.kind, s.because, u.name as by_name, w.reason, s.snapshot_id, s.run_id, s.sweep_id, s.created_at
			from automation_steps s join rounds r on r.id = s.round_id left join user_profiles u on u.user_id = s.by_user_id left join automation_step_texts w on w.step_id = s.id
			where s.project_id = ${projectId} order by s.number desc limit ${limit}`
	);
	return rows.map((row) => ({ id: row.id, round: row.number, kind: row.kind, because: row.because, byName: row.by_name, reason: row.reason, snapshotId: row.snapshot_id, runId: row.run_id, sweepId: row.sweep_id, createdAt: isoTime(row.created_at) }));
}

/** Why a run was begun by itself, it or the sweep that it is a point of; null: a person began it. */
export async function beginningOf(db: Executor, of: { runId: string; sweepId: string | null }): Promise<StepReason | null> {
	const rows = await rowsOf<{ because: StepReason }>(db, sql`select because from automation_steps where run_id = ${of.runId} or sweep_id = ${of.sweepId} limit 1`);
	return rows[0]?.because ?? null;
}

/** What the record says of a project's newest round, at the database's time; `agreement` is asked apart, it costs. */
export async function facts(db: Executor, projectId: string): Promise<Omit<AutomationFacts, 'version' | 'sweep'> & { sweep: { id: string; over: boolean } | null; roundId: string; round: number }> {
	type Row = { now: string; id: string; number: number; status: string; complete: string; left: number | null; runs: number; sweep_id: string | null; sweep_goes_on: boolean; last_version: number | null; last_complete: number | null; last_kind: StepKind | null; asked_for: number | null; approved_for: number | null };
	const [row] = await rowsOf<Row>(
		db,
		sql`select now() as now, r.id, r.number, r.status,
				(select coalesce(sum(completed), 0) from annotator_progress where round_id = r.id) + (select count(*) from comparisons c where c.round_id = r.id and c.status = 'closed') as complete,
				case when last.kind in ('refused', 'declined') then (select count(*)::int from (
					select from comparisons c where c.round_id = r.id and c.status in ('open', 'exhausted') limit (select (a.settings->>'minComplete')::int from automations a where a.project_id = r.project_id)) c) end as left,
				(select count(*)::int from automation_steps s left join runs p on p.sweep_id = s.sweep_id where s.project_id = r.project_id and s.kind in ('swept', 'begun') and s.created_at > now() - interval '7 days') as runs,
				tried.sweep_id, exists (select 1 from runs p where p.sweep_id = tried.sweep_id and (p.status not in ('succeeded', 'failed', 'cancelled')
					or exists (select 1 from checkpoints k join evaluations e on e.checkpoint_id = k.id where k.run_id = p.id and e.status in ('queued', 'running')))) as sweep_goes_on,
				last.settings_version as last_version, (last.because->>'complete')::int as last_complete, last.kind as last_kind,
				(select s.settings_version from automation_steps s where s.round_id = r.id and s.kind = 'asked' and (last.id is null or s.number > last.number) order by s.number desc limit 1) as asked_for,
				(select s.settings_version from automation_steps s where s.round_id = r.id and s.kind = 'approved' and (last.id is null or s.number > last.number) order by s.number desc limit 1) as approved_for
			from rounds r left join lateral (select * from automation_steps where round_id = r.id and kind in ('swept', 'begun', 'refused', 'declined') order by number desc limit 1) last on true
			left join lateral (
				-- What was tried last, unless something followed it or nothing can. A refusal, or a person's no, leaves it so, as long as the same is to be tried.
				select swept.sweep_id from (select number, sweep_id from automation_steps where round_id = r.id and kind = 'swept' order by number desc limit 1) swept
				where not exists (select 1 from automation_steps later where later.round_id = r.id and later.number > swept.number and (later.kind = 'begun' or (later.because->>'sweepEnds')::boolean))
					and (last.kind not in ('refused', 'declined') or exists (select 1 from sweeps w join automations a on a.settings->'sweep' = w.plan where w.id = swept.sweep_id and a.project_id = r.project_id))
			) tried on true
			where r.project_id = ${projectId} order by r.number desc limit 1`
	);
	if (!row) throw new Error(`project ${projectId} has no round`);
	return {
		now: isoTime(row.now),
		roundId: row.id,
		round: row.number,
		collecting: row.status === 'collecting',
		complete: Number(row.complete),
		left: row.left,
		runsThisWeek: row.runs,
		sweep: row.sweep_id === null ? null : { id: row.sweep_id, over: !row.sweep_goes_on },
		last: row.last_version === null ? null : { version: row.last_version, complete: row.last_complete ?? 0, outcome: row.last_kind === 'refused' || row.last_kind === 'declined' ? row.last_kind : 'begun' },
		askedFor: row.asked_for,
		approvedFor: row.approved_for
	};
}
