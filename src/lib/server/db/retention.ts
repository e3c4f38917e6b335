import { sql } from 'drizzle-orm';
import type { AttemptFolder, CleanUpProblem, RetentionRule } from '../../domain/retention.ts';
import type { RunStatus } from '../../domain/run-state.ts';
import type { Executor, Tx } from './client.ts';
import { isoTime, rowsOf } from './rows.ts';

/** Advisory lock between who enters stored files into the record (shared) and who takes files out of the store (alone). */
const STORE_LOCK = 7_310_501;

/** Keeps clean-ups from the store until the transaction ends: what is found stored now is there when it commits. */
export async function holdStore(tx: Tx): Promise<void> {
	await tx.execute(sql`select pg_advisory_xact_lock_shared(${STORE_LOCK})`);
}

/** Has the store alone until the transaction ends; false while somebody enters files into the record. Never waits: those behind it would. */
export async function haveStoreAlone(tx: Tx): Promise<boolean> {
	const rows = await rowsOf<{ held: boolean }>(tx, sql`select pg_try_advisory_xact_lock(${STORE_LOCK}) as held`);
	return rows[0]?.held === true;
}

/** Those of these files that something in the record is: of a snapshot, a checkpoint, an export that was not dropped, an image, a document, a report, a run's event files. */
export async function cited(db: Executor, sha256s: readonly string[]): Promise<Set<string>> {
	if (sha256s.length === 0) return new Set();
	const rows = await rowsOf<{ sha256: string }>(
		db,
		sql`select s.sha256 from jsonb_array_elements_text(${JSON.stringify(sha256s)}::jsonb) s(sha256)
			where exists (select 1 from snapshot_files f where f.sha256 = s.sha256)
				or exists (select 1 from artifacts a where a.sha256 = s.sha256)
				or exists (select 1 from decision_reports r where r.sha256 = s.sha256)
				or exists (select 1 from checkpoints c where c.files @> jsonb_build_array(jsonb_build_object('sha256', s.sha256)))
				or exists (select 1 from checkpoint_exports x where x.status = 'succeeded' and x.files @> jsonb_build_array(jsonb_build_object('sha256', s.sha256)))
				or s.sha256 in (select f ->> 'sha256' from run_attempts a cross join jsonb_array_elements(a.tensorboard) f where jsonb_typeof(a.tensorboard) = 'array')`
	);
	return new Set(rows.map(({ sha256 }) => sha256));
}

/** A clean-up as it is told. */
export type CleanUp = { id: string; rule: RetentionRule; status: 'queued' | 'running' | 'done' | 'failed'; problem: CleanUpProblem | null; byName: string; createdAt: string; finishedAt: string | null; folders: { n: number; bytes: number; waiting: number }; files: { n: number; bytes: number } };

/** Asks for a clean-up; null while another waits or is carried out. */
export async function insert(tx: Tx, of: { rule: RetentionRule; byUserId: string }): Promise<string | null> {
	const rows = await rowsOf<{ id: string }>(tx, sql`insert into clean_ups (rule, by_user_id) values (${JSON.stringify(of.rule)}::jsonb, ${of.byUserId}) on conflict do nothing returning id`);
	return rows[0]?.id ?? null;
}

/** The last clean-ups, newest first. */
export async function list(db: Executor, limit = 20): Promise<CleanUp[]> {
	const rows = await rowsOf<{ id: string; rule: RetentionRule; status: CleanUp['status']; problem: CleanUpProblem | null; name: string; created_at: string; finished_at: string | null; folders: string; folder_bytes: string; waiting: string; files: string; file_bytes: string }>(
		db,
		sql`select c.*, p.name, f.*, s.* from clean_ups c join user_profiles p on p.user_id = c.by_user_id
			cross join lateral (select count(*) as folders, coalesce(sum(bytes), 0) as folder_bytes, count(*) filter (where gone_at is null) as waiting from attempt_folders where clean_up_id = c.id) f
			cross join lateral (select count(*) as files, coalesce(sum(bytes), 0) as file_bytes from clean_up_files where clean_up_id = c.id and gone) s order by c.id desc limit ${limit}`
	);
	return rows.map((row) => ({
		id: row.id,
		rule: row.rule,
		status: row.status,
		problem: row.problem,
		byName: row.name,
		createdAt: isoTime(row.created_at),
		finishedAt: row.finished_at === null ? null : isoTime(row.finished_at),
		folders: { n: Number(row.folders), bytes: Number(row.folder_bytes), waiting: Number(row.waiting) },
		files: { n: Number(row.files), bytes: Number(row.file_bytes) }
	}));
}

/** The database's clock, in milliseconds: ages are counted by it, whatever a host's own says. */
export async function now(db: Executor): Promise<number> {
	const rows = await rowsOf<{ now: string }>(db, sql`select now()::text as now`);
	return Date.parse(isoTime(rows[0]?.now ?? ''));
}

/** Takes a clean-up that nobody has worked on for a minute, with the database's clock in milliseconds. */
export async function take(db: Executor): Promise<{ id: string; rule: RetentionRule; now: number } | null> {
	const rows = await rowsOf<{ id: string; rule: RetentionRule; now: string }>(
		db,
		sql`update clean_ups set status = 'running', taken_at = now() where id = (select id from clean_ups where status in ('queued', 'running') and (taken_at is null or taken_at < now() - interval '60 seconds') order by id limit 1 for update skip locked) returning id, rule, now()::text as now`
	);
	return rows[0] ? { ...rows[0], now: Date.parse(isoTime(rows[0].now)) } : null;
}

/** Says that a clean-up is still worked on. */
export async function alive(db: Executor, id: string): Promise<void> {
	await db.execute(sql`update clean_ups set taken_at = now() where id = ${id}`);
}

/** Ends a clean-up. False: it has ended before. */
export async function finish(tx: Tx, id: string): Promise<boolean> {
	return (await rowsOf(tx, sql`update clean_ups set status = 'done', finished_at = now() where id = ${id} and status = 'running' returning id`)).length > 0;
}

/** Ends a clean-up that met an error. What it had not taken yet it leaves. False: it has ended before. */
export async function abandon(tx: Tx, id: string, problem: CleanUpProblem): Promise<boolean> {
	const rows = await rowsOf(tx, sql`update clean_ups set status = 'failed', problem = ${problem}, finished_at = now() where id = ${id} and status = 'running' returning id`);
	if (rows.length > 0) await tx.execute(sql`delete from clean_up_files where clean_up_id = ${id} and not gone`);
	return rows.length > 0;
}

/** Writes down files that are about to be taken out of the store. */
export async function insertFiles(db: Executor, cleanUpId: string, files: readonly { sha256: string; bytes: number }[]): Promise<void> {
	await db.execute(sql`insert into clean_up_files (clean_up_id, sha256, bytes) select ${cleanUpId}, f.sha256, f.bytes from jsonb_to_recordset(${JSON.stringify(files)}::jsonb) f(sha256 text, bytes bigint) on conflict do nothing`);
}

/** Files that a clean-up was about to take when its worker was last heard of. */
export async function filesToGo(db: Executor, cleanUpId: string): Promise<{ sha256: string; bytes: number }[]> {
	const rows = await rowsOf<{ sha256: string; bytes: string }>(db, sql`select sha256, bytes from clean_up_files where clean_up_id = ${cleanUpId} and not gone order by sha256`);
	return rows.map(({ sha256, bytes }) => ({ sha256, bytes: Number(bytes) }));
}

/** Writes what became of a file: taken out, or cited meanwhile and kept. */
export async function settleFile(tx: Tx, cleanUpId: string, sha256: string, gone: boolean): Promise<void> {
	await tx.execute(gone ? sql`update clean_up_files set gone = true where clean_up_id = ${cleanUpId} and sha256 = ${sha256}` : sql`delete from clean_up_files where clean_up_id = ${cleanUpId} and sha256 = ${sha256}`);
}

/** Attempts of a host whose folders are not measured since they ended. */
export async function unmeasured(db: Executor, hostKey: string, limit = 100): Promise<{ runId: string; attempt: number }[]> {
	const rows = await rowsOf<{ run_id: string; number: number }>(
		db,
		sql`select a.run_id, a.number from run_attempts a join workers w on w.id = a.worker_id left join attempt_folders f on f.run_id = a.run_id and f.attempt = a.number
			where w.host_key = ${hostKey} and a.ended_at is not null and (f.run_id is null or (f.measured_at < a.ended_at and f.gone_at is null)) order by a.run_id, a.number limit ${limit}`
	);
	return rows.map(({ run_id, number }) => ({ runId: run_id, attempt: number }));
}

/** Writes the size of an attempt's folder; 0: there is none. */
export async function putFolder(db: Executor, of: { runId: string; attempt: number; hostKey: string; bytes: number }): Promise<void> {
	await db.execute(sql`insert into attempt_folders (run_id, attempt, host_key, bytes) values (${of.runId}, ${of.attempt}, ${of.hostKey}, ${of.bytes})
		on conflict (run_id, attempt) do update set bytes = excluded.bytes, measured_at = now()`);
}

/** Folders that are there, with what decides over them. */
export async function folders(db: Executor): Promise<(AttemptFolder & { project: { slug: string; name: string }; hostname: string })[]> {
	const rows = await rowsOf<{ run_id: string; attempt: number; project_id: string; slug: string; name: string; hostname: string; status: RunStatus; finished_at: string | null; bytes: string; promoted: boolean; best: boolean }>(
		db,
		sql`with measured as (
				select c.project_id, c.run_id, coalesce(e.results->>'measure', 'log_ratio') as measure, max((e.results->'checkpoint'->'accuracy'->>'value')::float8) as accuracy from evaluations e join checkpoints c on c.id = e.checkpoint_id
				where e.status = 'succeeded' and e.split = 'test' and e.export_id is null and e.results->'checkpoint'->'accuracy'->>'value' is not null group by 1, 2, 3),
			-- A reward model's accuracy and a policy's say different things: the best of each stays.
			best as (select distinct on (project_id, measure) run_id from measured order by project_id, measure, accuracy desc, run_id desc)
			select f.run_id, f.attempt, r.project_id, p.slug, p.name, w.hostname, r.status, r.finished_at, f.bytes, r.id in (select run_id from best) as best,
				exists (select 1 from checkpoints c join decisions d on d.checkpoint_id = c.id where c.run_id = r.id and d.decision = 'promote') as promoted
			from attempt_folders f join runs r on r.id = f.run_id join projects p on p.id = r.project_id
				join run_attempts a on a.run_id = f.run_id and a.number = f.attempt join workers w on w.id = a.worker_id
			where f.clean_up_id is null and f.bytes > 0 order by f.bytes desc, f.run_id, f.attempt`
	);
	return rows.map((row) => ({
		runId: row.run_id,
		attempt: row.attempt,
		projectId: row.project_id,
		project: { slug: row.slug, name: row.name },
		hostname: row.hostname,
		status: row.status,
		finishedAt: row.finished_at === null ? null : Date.parse(isoTime(row.finished_at)),
		bytes: Number(row.bytes),
		promoted: row.promoted,
		best: row.best
	}));
}

/** Marks folders that are to go. */
export async function markFolders(tx: Tx, cleanUpId: string, which: readonly { runId: string; attempt: number }[]): Promise<void> {
	await tx.execute(sql`update attempt_folders f set clean_up_id = ${cleanUpId} from jsonb_to_recordset(${JSON.stringify(which)}::jsonb) m("runId" uuid, attempt int) where f.run_id = m."runId" and f.attempt = m.attempt and f.clean_up_id is null`);
}

/** Folders of a host that are to go and are not known to have gone. */
export async function foldersToGo(db: Executor, hostKey: string): Promise<{ runId: string; attempt: number }[]> {
	const rows = await rowsOf<{ run_id: string; attempt: number }>(db, sql`select run_id, attempt from attempt_folders where host_key = ${hostKey} and clean_up_id is not null and gone_at is null order by run_id, attempt`);
	return rows.map(({ run_id, attempt }) => ({ runId: run_id, attempt }));
}

/** Writes that a folder has gone. */
export async function folderGone(db: Executor, of: { runId: string; attempt: number }): Promise<void> {
	await db.execute(sql`update attempt_folders set gone_at = now() where run_id = ${of.runId} and attempt = ${of.attempt}`);
}
