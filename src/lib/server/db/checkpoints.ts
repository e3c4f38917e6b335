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

/** Reward models of a project that may judge, newest first. The best point of a sweep was chosen on dev prompts, which it would be held against people on. */
export async function rewardModels(db: Executor, projectId: string): Promise<{ id: string; name: string }[]> {
	return rowsOf<{ id: string; name: string }>(db, sql`select c.id, c.name from checkpoints c join runs r on r.id = c.run_id where c.project_id = ${projectId} and r.objective = 'rm' and r.sweep_id is null and c.files is not null order by c.id desc`);
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
