import { sql } from 'drizzle-orm';
import type { TokenLengths } from '../../domain/memory/token-lengths.ts';
import type { RunProblem } from '../../domain/run-problem.ts';
import type { Executor, Tx } from './client.ts';
import { rowsOf } from './rows.ts';

/** An inspection whose worker was not heard for so long may be taken by another. */
const LOST_SECONDS = 60;

/** What a worker found out of a base model and a snapshot's rows under its tokenizer. */
export type Found = { config: Record<string, unknown>; tokenizerSha256: string; chatTemplateSha256: string; lengths: TokenLengths; withImages: number };

export type Inspection = { id: string; projectId: string; snapshotId: string; baseCheckpointId: string; attempt: number; status: 'queued' | 'running' | 'succeeded' | 'failed'; found: Found | null; problem: RunProblem | null };

type Row = {
	id: string;
	project_id: string;
	snapshot_id: string;
	base_checkpoint_id: string;
	attempt: number;
	status: Inspection['status'];
	config: Record<string, unknown> | null;
	tokenizer_sha256: string | null;
	chat_template_sha256: string | null;
	lengths: TokenLengths | null;
	with_images: number;
	problem: RunProblem | null;
};

function toInspection(row: Row): Inspection {
	const { config, lengths, tokenizer_sha256: tokenizerSha256, chat_template_sha256: chatTemplateSha256 } = row;
	const found = config && lengths && tokenizerSha256 && chatTemplateSha256 ? { config, tokenizerSha256, chatTemplateSha256, lengths, withImages: row.with_images } : null;
	return { id: row.id, projectId: row.project_id, snapshotId: row.snapshot_id, baseCheckpointId: row.base_checkpoint_id, attempt: row.attempt, status: row.status, found, problem: row.problem };
}

/** The inspection of a snapshot under a base model; asked for where there was none. One that failed is asked for again after an hour. */
export async function ask(db: Executor, of: { projectId: string; snapshotId: string; baseCheckpointId: string }): Promise<Inspection> {
	await db.execute(sql`insert into inspections (project_id, snapshot_id, base_checkpoint_id) values (${of.projectId}, ${of.snapshotId}, ${of.baseCheckpointId})
		on conflict on constraint inspections_once do update set status = 'queued', problem = null
			where inspections.status = 'failed' and inspections.finished_at < now() - interval '1 hour'`);
	const rows = await rowsOf<Row>(db, sql`select * from inspections where snapshot_id = ${of.snapshotId} and base_checkpoint_id = ${of.baseCheckpointId}`);
	if (!rows[0]) throw new Error('the inspection was not written');
	return toInspection(rows[0]);
}

/** What was found of a snapshot's rows and the base, if that was looked at; a project has one base model, so one tokenizer. */
export async function foundOf(db: Executor, snapshotId: string): Promise<Found | null> {
	const rows = await rowsOf<Row>(db, sql`select * from inspections where snapshot_id = ${snapshotId} and status = 'succeeded' order by id desc limit 1`);
	return rows[0] ? toInspection(rows[0]).found : null;
}

/** Takes the oldest inspection that nobody works on; null when there is none. */
export async function takeNext(db: Executor): Promise<Inspection | null> {
	const rows = await rowsOf<Row>(
		db,
		sql`update inspections set status = 'running', attempt = attempt + 1, heartbeat_at = now() where id = (
			select id from inspections where status = 'queued' or (status = 'running' and heartbeat_at < now() - make_interval(secs => ${LOST_SECONDS}))
			order by id limit 1 for update skip locked) returning *`
	);
	return rows[0] ? toInspection(rows[0]) : null;
}

/** Says that an inspection goes on; false when another attempt has taken its place. */
export async function heartbeat(db: Executor, id: string, attempt: number): Promise<boolean> {
	return (await rowsOf(db, sql`update inspections set heartbeat_at = now() where id = ${id} and attempt = ${attempt} and status = 'running' returning id`)).length > 0;
}

/** Puts an inspection back in line. */
export async function giveBack(db: Executor, id: string, attempt: number): Promise<void> {
	await db.execute(sql`update inspections set status = 'queued' where id = ${id} and attempt = ${attempt} and status = 'running'`);
}

/** Writes what was found. */
export async function succeed(tx: Tx | Executor, id: string, attempt: number, found: Found): Promise<void> {
	await tx.execute(sql`update inspections set status = 'succeeded', finished_at = now(), config = ${JSON.stringify(found.config)}::jsonb, tokenizer_sha256 = ${found.tokenizerSha256},
		chat_template_sha256 = ${found.chatTemplateSha256}, lengths = ${JSON.stringify(found.lengths)}::jsonb, with_images = ${found.withImages} where id = ${id} and attempt = ${attempt} and status = 'running'`);
}

/** Ends an inspection that could not be done. */
export async function fail(db: Executor, id: string, attempt: number, problem: RunProblem): Promise<void> {
	await db.execute(sql`update inspections set status = 'failed', finished_at = now(), problem = ${JSON.stringify(problem)}::jsonb where id = ${id} and attempt = ${attempt} and status = 'running'`);
}
