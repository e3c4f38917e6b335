import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { Executor, Tx } from './client.ts';
import { rowsOf } from './rows.ts';

/** What somebody said of an answer: a thumb, the answer as it should have been, a remark. */
export type Feedback = { thumb: 'up' | 'down' | null; edit: string | null; comment: string | null };

/** A request that feedback may be about, and whether its words are kept. */
export async function requestOf(db: Executor, of: { requestId: string; projectId: string }): Promise<{ kept: boolean } | null> {
	const rows = await rowsOf<{ kept: boolean }>(
		db,
		sql`select exists (select 1 from gateway_payloads p where p.request_id = r.id and p.expires_at > now()) as kept from gateway_requests r
			where r.id = ${of.requestId} and r.project_id = ${of.projectId} and r.way <> 'shadow' and r.checkpoint_id is not null`
	);
	return rows[0] ?? null;
}

/** Whether the import that was to bring something into the record brought nothing, or was taken back. */
const cameToNothing = (i: SQL): SQL => sql`${i}.status in ('failed', 'refused', 'discarded', 'undone')`;

/** Notes what was said of an answer; said again, the last word counts. False: it is of the record already and stays. */
export async function put(tx: Tx, of: { requestId: string; keyId: string } & Feedback): Promise<boolean> {
	const rows = await rowsOf<{ id: string }>(
		tx,
		sql`insert into gateway_feedback (request_id, key_id, thumb, edit, comment) values (${of.requestId}, ${of.keyId}, ${of.thumb}, ${of.edit}, ${of.comment})
			on conflict (request_id) do update set key_id = excluded.key_id, thumb = excluded.thumb, edit = excluded.edit, comment = excluded.comment, created_at = now(), import_id = null
			where gateway_feedback.import_id is null or exists (select 1 from imports i where i.id = gateway_feedback.import_id and ${cameToNothing(sql`i`)}) returning request_id as id`
	);
	return rows.length > 0;
}

/** What a project was told. `waiting`: of answers whose words are kept, and not yet of the record. */
export type FeedbackCounts = { up: number; down: number; edits: number; comments: number; waiting: number };

const usable = sql`p.expires_at > now() and (f.thumb is not null or f.edit is not null) and (f.import_id is null or ${cameToNothing(sql`i`)})`;
const waiting = sql`from gateway_feedback f join gateway_requests r on r.id = f.request_id join gateway_payloads p on p.request_id = r.id left join imports i on i.id = f.import_id`;

/** Counts of what a project was told. */
export async function counts(db: Executor, projectId: string): Promise<FeedbackCounts> {
	const rows = await rowsOf<FeedbackCounts>(
		db,
		sql`select count(*) filter (where f.thumb = 'up')::int as up, count(*) filter (where f.thumb = 'down')::int as down, count(*) filter (where f.edit is not null)::int as edits, count(*) filter (where f.comment is not null)::int as comments,
			(select count(*)::int ${waiting} where r.project_id = ${projectId} and ${usable}) as waiting
			from gateway_feedback f join gateway_requests r on r.id = f.request_id where r.project_id = ${projectId}`
	);
	return rows[0] ?? { up: 0, down: 0, edits: 0, comments: 0, waiting: 0 };
}

/** Names what was said of an answer: said otherwise since, it is something else. `saidAt`: as the database writes it. */
export type SaidName = { requestId: string; saidAt: string };
/** An answer with what was said of it. */
export type SaidOf = { messages: unknown[]; answer: string; thumb: 'up' | 'down' | null; edit: string | null };

/** What waits to become part of the record, oldest answer first. */
export async function unbrought(db: Executor, projectId: string, limit: number): Promise<SaidName[]> {
	return rowsOf<SaidName>(db, sql`select r.id as "requestId", f.created_at::text as "saidAt" ${waiting} where r.project_id = ${projectId} and ${usable} order by r.id limit ${limit}`);
}

const namesOf = (said: readonly SaidName[]): SQL => sql`jsonb_to_recordset(${JSON.stringify(said.map(({ requestId, saidAt }) => ({ id: requestId, at: saidAt })))}::jsonb) as x(id uuid, at timestamptz)`;

/** The words of what was said, those left out that are kept no longer. */
export async function words(db: Executor, said: readonly SaidName[]): Promise<SaidOf[]> {
	return rowsOf<SaidOf>(db, sql`select p.messages, p.answer, f.thumb, f.edit from ${namesOf(said)} join gateway_feedback f on f.request_id = x.id and f.created_at = x.at join gateway_payloads p on p.request_id = x.id order by x.id`);
}

/** Notes with which import feedback became part of the record; what was said otherwise since it was read waits on. */
export async function brought(tx: Tx, said: readonly SaidName[], importId: string): Promise<void> {
	await tx.execute(sql`update gateway_feedback f set import_id = ${importId} from ${namesOf(said)} where f.request_id = x.id and f.created_at = x.at`);
}

/** Forgets the words of feedback with those of the answers that it is about; thumbs stay. */
export async function forgetWords(tx: Tx): Promise<void> {
	await tx.execute(sql`update gateway_feedback f set edit = null, comment = null where (f.edit is not null or f.comment is not null) and not exists (select 1 from gateway_payloads p where p.request_id = f.request_id)`);
}
