import { sql } from 'drizzle-orm';
import type { ModelFacts } from '../../domain/hub-model.ts';
import type { Executor, Tx } from './client.ts';
import { isoTime, rowsOf } from './rows.ts';

/** A stored file of a checkpoint. */
export type CheckpointFile = { path: string; bytes: number; sha256: string };

/** A trained artifact, or the base model. */
export type Checkpoint = {
	id: string;
	projectId: string;
	kind: 'base' | 'adapter' | 'full';
	name: string;
	parentId: string | null;
	runId: string | null;
	attempt: number | null;
	step: number | null;
	location: string | null;
	sha256: string | null;
	/** What a base model's folder says of it; null before it was read, and for trained ones. */
	model: ModelFacts | null;
	files: CheckpointFile[] | null;
	bytes: number | null;
	/** SHA-256 of the chat template it was trained under; null for base models and older ones. */
	chatTemplateSha256: string | null;
	createdAt: string;
};

type Row = {
	id: string;
	project_id: string;
	kind: Checkpoint['kind'];
	name: string;
	parent_id: string | null;
	run_id: string | null;
	attempt: number | null;
	step: number | null;
	location: string | null;
	sha256: string | null;
	model: ModelFacts | null;
	files: CheckpointFile[] | null;
	bytes: string | null;
	chat_template_sha256: string | null;
	created_at: string;
};

const toCheckpoint = (row: Row): Checkpoint => ({
	id: row.id,
	projectId: row.project_id,
	kind: row.kind,
	name: row.name,
	parentId: row.parent_id,
	runId: row.run_id,
	attempt: row.attempt,
	step: row.step,
	location: row.location,
	sha256: row.sha256,
	model: row.model,
	files: row.files,
	bytes: row.bytes === null ? null : Number(row.bytes),
	chatTemplateSha256: row.chat_template_sha256,
	createdAt: isoTime(row.created_at)
});

/** The base model of a project, a checkpoint without a run. Its hash is written when a worker first reads it. */
export async function insertBase(tx: Tx, of: { projectId: string; location: string }): Promise<string> {
	const name = of.location.replace(/^[a-z]+:/, '').replace(/@[0-9a-f]{40}$/, '').replace(/^.*\//, '');
	const rows = await rowsOf<{ id: string }>(tx, sql`insert into checkpoints (project_id, kind, name, location) values (${of.projectId}, 'base', ${name}, ${of.location}) returning id`);
	return rows[0]?.id ?? '';
}

/** Writes the base model's hash and what its folder says, once. False when it was written before and differs: the folder changed since. */
export async function settleBaseHash(tx: Tx, id: string, of: { sha256: string; bytes: number; model: ModelFacts }): Promise<boolean> {
	await tx.execute(sql`update checkpoints set sha256 = ${of.sha256}, bytes = ${of.bytes}, model = ${JSON.stringify(of.model)}::jsonb where id = ${id} and sha256 is null`);
	const rows = await rowsOf<{ same: boolean }>(tx, sql`select sha256 = ${of.sha256} as same from checkpoints where id = ${id}`);
	return rows[0]?.same === true;
}

/** Registers what a run's attempt produced. The foreign key on (run, attempt) and the unique run keep a second engine out. */
export async function insertTrained(
	tx: Tx,
	of: { projectId: string; kind: 'adapter' | 'full'; chatTemplateSha256: string | null; name: string; parentId: string; runId: string; attempt: number; step: number; sha256: string; files: CheckpointFile[]; bytes: number }
): Promise<string> {
	const rows = await rowsOf<{ id: string }>(
		tx,
		sql`insert into checkpoints (project_id, kind, name, parent_id, run_id, attempt, step, sha256, files, bytes, chat_template_sha256)
			values (${of.projectId}, ${of.kind}, ${of.name}, ${of.parentId}, ${of.runId}, ${of.attempt}, ${of.step}, ${of.sha256}, ${JSON.stringify(of.files)}::jsonb, ${of.bytes}, ${of.chatTemplateSha256}) returning id`
	);
	return rows[0]?.id ?? '';
}

/** One checkpoint. */
export async function get(db: Executor, id: string): Promise<Checkpoint | null> {
	const rows = await rowsOf<Row>(db, sql`select * from checkpoints where id = ${id}`);
	return rows[0] ? toCheckpoint(rows[0]) : null;
}

/** The base model of a project. */
export async function baseOf(db: Executor, projectId: string): Promise<Checkpoint> {
	const rows = await rowsOf<Row>(db, sql`select * from checkpoints where project_id = ${projectId} and kind = 'base' order by id limit 1`);
	if (!rows[0]) throw new Error(`project ${projectId} has no base model`);
	return toCheckpoint(rows[0]);
}

/** What a run produced, if it has. */
export async function ofRun(db: Executor, runId: string): Promise<Checkpoint | null> {
	const rows = await rowsOf<Row>(db, sql`select * from checkpoints where run_id = ${runId}`);
	return rows[0] ? toCheckpoint(rows[0]) : null;
}

/** All checkpoints of a project, oldest first. */
export async function list(db: Executor, projectId: string): Promise<Checkpoint[]> {
	return (await rowsOf<Row>(db, sql`select * from checkpoints where project_id = ${projectId} order by id`)).map(toCheckpoint);
}

/** A checkpoint and its ancestors up to the base, newest first. */
export async function lineage(db: Executor, id: string): Promise<Checkpoint[]> {
	const rows = await rowsOf<Row>(
		db,
		sql`with recursive line as (
			select c.*, 0 as depth from checkpoints c where c.id = ${id}
			union all select p.*, line.depth + 1 from checkpoints p join line on p.id = line.parent_id)
		select * from line order by depth`
	);
	return rows.map(toCheckpoint);
}

/** The promoted checkpoint with the newest decision, else the base model: what the next round starts from. */
export async function champion(db: Executor, projectId: string): Promise<Checkpoint> {
	const rows = await rowsOf<Row>(
		db,
		sql`select c.* from checkpoints c
			join lateral (select decision, created_at from decisions d where d.checkpoint_id = c.id order by d.id desc limit 1) last on last.decision = 'promote'
			where c.project_id = ${projectId} order by last.created_at desc limit 1`
	);
	return rows[0] ? toCheckpoint(rows[0]) : baseOf(db, projectId);
}

/** A decision on a checkpoint. */
export type Decision = { id: string; decision: 'promote' | 'reject' | 'more_data'; /** Null when it was erased. */ reason: string | null; figures: Record<string, unknown>; byUserId: string; byName: string; createdAt: string };

/** Appends a decision. */
export async function insertDecision(tx: Tx, of: { checkpointId: string; roundId: string; decision: string; text: { salt: string; hash: string; reason: string }; figures: Record<string, unknown>; byUserId: string }): Promise<string> {
	const rows = await rowsOf<{ id: string }>(
		tx,
		sql`with decided as (
				insert into decisions (checkpoint_id, round_id, decision, reason_hash, figures, by_user_id)
				values (${of.checkpointId}, ${of.roundId}, ${of.decision}, ${of.text.hash}, ${JSON.stringify(of.figures)}::jsonb, ${of.byUserId}) returning id)
			insert into decision_texts (decision_id, salt, reason) select id, ${of.text.salt}, ${of.text.reason} from decided returning decision_id as id`
	);
	return rows[0]?.id ?? '';
}

/** Decisions on a checkpoint, newest first. */
export async function decisionsOf(db: Executor, checkpointId: string): Promise<Decision[]> {
	const rows = await rowsOf<{ id: string; decision: Decision['decision']; reason: string | null; figures: Record<string, unknown>; by_user_id: string; name: string; created_at: string }>(
		db,
		sql`select d.*, t.reason, p.name from decisions d join user_profiles p on p.user_id = d.by_user_id left join decision_texts t on t.decision_id = d.id where d.checkpoint_id = ${checkpointId} order by d.id desc`
	);
	return rows.map((row) => ({ id: row.id, decision: row.decision, reason: row.reason, figures: row.figures, byUserId: row.by_user_id, byName: row.name, createdAt: isoTime(row.created_at) }));
}
