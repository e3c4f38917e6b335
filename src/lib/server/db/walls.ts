import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { Executor, Tx } from './client.ts';
import { isoTime, rowsOf, uuids } from './rows.ts';

/**
 * The one policy about who may see what (semantics: walls, skills). Every query
 * that gives a person work or shows them anything of a prompt or comparison
 * takes its condition from here; no other file asks the tables behind it.
 */

/** Whether a prompt (row alias `p` with id, project_id, matter) lies behind a wall for a person. */
const walled = (userId: string | SQL, p: SQL): SQL =>
	sql`exists (select 1 from walls w where w.user_id = ${userId} and w.project_id = ${p}.project_id and w.matter = ${p}.matter and w.lifted_at is null)`;

/** Whether a person wrote one of a comparison's answers (row alias with response_a_id, response_b_id). */
const wrote = (userId: string | SQL, c: SQL): SQL =>
	sql`exists (select 1 from responses r where r.id in (${c}.response_a_id, ${c}.response_b_id) and r.source = 'person' and r.source_ref = (${userId})::text)`;

/** Whether a person may see a prompt: no wall stands before its matter. `p` names a row of `prompts`. */
export const maySeePrompt = (userId: string | SQL, p: SQL = sql`p`): SQL => sql`not ${walled(userId, p)}`;

/** Whether a person may see a comparison: its prompt, and no answer of it is theirs. `c` and `p` name rows of `comparisons` and `prompts`. */
export const maySee = (userId: string | SQL, c: SQL = sql`c`, p: SQL = sql`p`): SQL => sql`(not ${walled(userId, p)} and not ${wrote(userId, c)})`;

/** The same for a comparison whose prompt is not among the query's tables. */
export const maySeeComparison = (userId: string | SQL, c: SQL = sql`c`): SQL =>
	sql`(not ${wrote(userId, c)} and not exists (select 1 from walls w join prompts wp on wp.project_id = w.project_id and wp.matter = w.matter where w.user_id = ${userId} and w.lifted_at is null and wp.id = ${c}.prompt_id))`;

/** Whether a person may know of a matter by name (null: of none in particular). */
export const maySeeMatter = (userId: string | SQL, projectId: SQL, matter: SQL): SQL =>
	sql`not exists (select 1 from walls w where w.user_id = ${userId} and w.project_id = ${projectId} and w.matter = ${matter} and w.lifted_at is null)`;

/** Whether a person may be told of a wall: of none that stands or stood before themselves, and of no other before a matter that one keeps from them. `wall` names a row of `walls`. */
export const mayKnowOfWall = (userId: string | SQL, wall: SQL = sql`wall`): SQL => sql`(${wall}.user_id <> ${userId} and ${maySeeMatter(userId, sql`${wall}.project_id`, sql`${wall}.matter`)})`;

/** Whether a member (row alias with user_id, skills, languages) has what a prompt or audience (row alias with project_id, requires, language, matter) requires, reads its language, and no wall stands before them. */
export const qualifies = (m: SQL, p: SQL): SQL =>
	sql`(${p}.requires <@ ${m}.skills and (${p}.language is null or ${m}.languages = '{}' or ${p}.language = any (${m}.languages)) and not ${walled(sql`${m}.user_id`, p)})`;

/** Whether a member may be given a comparison: qualifies for its prompt, and no answer of it is theirs. */
export const mayBeGiven = (m: SQL, c: SQL, p: SQL): SQL => sql`(${qualifies(m, p)} and not ${wrote(sql`${m}.user_id`, c)})`;

/** Comparisons of which a person wrote an answer: few, read at once. */
export const writtenBy = (userId: string | SQL): SQL => sql`
	select w.id from responses r join comparisons w on w.prompt_id = r.prompt_id and r.id in (w.response_a_id, w.response_b_id) where r.source = 'person' and r.source_ref = (${userId})::text`;

/** Whether a person may see this comparison. False also when there is none. */
export async function seesComparison(db: Executor, userId: string, comparisonId: string): Promise<boolean> {
	const rows = await rowsOf<{ sees: boolean }>(db, sql`select ${maySeeComparison(userId)} as sees from comparisons c where c.id = ${comparisonId}`);
	return rows[0]?.sees === true;
}

/** Those of some comparisons that nobody is kept from: no wall stands before their matter, for whomever, and no answer of theirs is a person's. */
export async function openToAll(db: Executor, comparisonIds: readonly string[]): Promise<Set<string>> {
	const rows = await rowsOf<{ id: string }>(
		db,
		sql`select c.id from jsonb_array_elements_text(${JSON.stringify(comparisonIds)}::jsonb) x(id) join comparisons c on c.id = x.id::uuid join prompts p on p.id = c.prompt_id
			where not exists (select 1 from walls w where w.project_id = p.project_id and w.matter = p.matter and w.lifted_at is null)
				and not exists (select 1 from responses r where r.id in (c.response_a_id, c.response_b_id) and r.source = 'person')`
	);
	return new Set(rows.map(({ id }) => id));
}

/** Whether a decision's report holds words that a person may not see. */
export async function hidesOfReport(db: Executor, userId: string, decisionId: string): Promise<boolean> {
	const rows = await rowsOf<{ hides: boolean }>(db, sql`select exists (select 1 from decision_report_prompts d join prompts p on p.id = d.prompt_id where d.decision_id = ${decisionId} and not ${maySeePrompt(userId)}) as hides`);
	return rows[0]?.hides === true;
}

/** Whether a snapshot (SQL) holds anything that a person may not see. */
const hidesOf = (userId: string, snapshotId: string | SQL): SQL => sql`(exists (
		select 1 from walls w join prompts p on p.project_id = w.project_id and p.matter = w.matter join comparisons c on c.prompt_id = p.id
		join snapshot_comparisons s on s.comparison_id = c.id and s.snapshot_id = ${snapshotId} where w.user_id = ${userId} and w.lifted_at is null)
	or exists (
		select 1 from responses r join comparisons c on c.prompt_id = r.prompt_id and r.id in (c.response_a_id, c.response_b_id)
		join snapshot_comparisons s on s.comparison_id = c.id and s.snapshot_id = ${snapshotId} where r.source = 'person' and r.source_ref = ${userId}::text))`;

/** Whether a snapshot holds anything that a person may not see: then they may not have its rows, nor what an engine says of them. */
export async function hidesOfSnapshot(db: Executor, userId: string, snapshotId: string): Promise<boolean> {
	const rows = await rowsOf<{ hides: boolean }>(db, sql`select ${hidesOf(userId, snapshotId)} as hides`);
	return rows[0]?.hides === true;
}

/** Which of these snapshots do, in one statement. */
export async function hidingSnapshots(db: Executor, userId: string, snapshotIds: readonly string[]): Promise<Set<string>> {
	if (snapshotIds.length === 0) return new Set();
	const rows = await rowsOf<{ id: string }>(db, sql`select asked.id from snapshots asked where asked.id in ${uuids(snapshotIds)} and ${hidesOf(userId, sql`asked.id`)}`);
	return new Set(rows.map(({ id }) => id));
}

/** Whether a wall keeps questions of a snapshot from a person: then tags of it may name what they may not know. */
export async function keepsFromSnapshot(db: Executor, userId: string, snapshotId: string): Promise<boolean> {
	const rows = await rowsOf<{ keeps: boolean }>(
		db,
		sql`select exists (
				select 1 from walls w join prompts p on p.project_id = w.project_id and p.matter = w.matter join comparisons c on c.prompt_id = p.id
				join snapshot_comparisons s on s.comparison_id = c.id and s.snapshot_id = ${snapshotId} where w.user_id = ${userId} and w.lifted_at is null) as keeps`
	);
	return rows[0]?.keeps === true;
}

/** Raises a wall; null when it stands already. */
export async function raise(tx: Tx, of: { projectId: string; userId: string; matter: string; raisedBy: string }): Promise<string | null> {
	const rows = await rowsOf<{ id: string }>(
		tx,
		sql`insert into walls (project_id, user_id, matter, raised_by) values (${of.projectId}, ${of.userId}, ${of.matter}, ${of.raisedBy}) on conflict do nothing returning id`
	);
	return rows[0]?.id ?? null;
}

/** The wall that stands between a person and a matter; null: none does. */
export async function standing(db: Executor, of: { projectId: string; userId: string; matter: string }): Promise<string | null> {
	const rows = await rowsOf<{ id: string }>(db, sql`select id from walls where project_id = ${of.projectId} and user_id = ${of.userId} and matter = ${of.matter} and lifted_at is null`);
	return rows[0]?.id ?? null;
}

/** Takes a wall down; it stays in the record. False: it is down already, or there is none. */
export async function lift(tx: Tx, id: string, by: string): Promise<boolean> {
	const rows = await rowsOf<{ id: string }>(tx, sql`update walls set lifted_at = now(), lifted_by = ${by} where id = ${id} and lifted_at is null returning id`);
	return rows.length > 0;
}

/** A wall with what its management needs. */
export type Wall = { id: string; projectId: string; userId: string; matter: string; createdAt: string; liftedAt: string | null };

type WallRow = { id: string; project_id: string; user_id: string; matter: string; created_at: string; lifted_at: string | null };

const toWall = (row: WallRow): Wall => ({ id: row.id, projectId: row.project_id, userId: row.user_id, matter: row.matter, createdAt: isoTime(row.created_at), liftedAt: row.lifted_at === null ? null : isoTime(row.lifted_at) });

/** One wall. */
export async function get(db: Executor, id: string): Promise<Wall | null> {
	const rows = await rowsOf<WallRow>(db, sql`select * from walls where id = ${id}`);
	return rows[0] ? toWall(rows[0]) : null;
}

/** Walls of a project that this person may be told of, standing ones first, newest first. */
export async function list(db: Executor, projectId: string, userId: string): Promise<Wall[]> {
	return (await rowsOf<WallRow>(db, sql`select * from walls wall where project_id = ${projectId} and ${mayKnowOfWall(userId)} order by lifted_at is not null, id desc`)).map(toWall);
}

/** Matters that a wall keeps from a person. */
export async function mattersBehind(db: Executor, projectId: string, userId: string): Promise<string[]> {
	return (await rowsOf<{ matter: string }>(db, sql`select matter from walls where project_id = ${projectId} and user_id = ${userId} and lifted_at is null`)).map((row) => row.matter);
}

/** Matters that a project's prompts name, but those behind a wall for who asks. */
export async function matters(db: Executor, projectId: string, userId: string): Promise<string[]> {
	const rows = await rowsOf<{ matter: string }>(
		db,
		sql`select distinct p.matter from prompts p where p.project_id = ${projectId} and p.matter is not null and ${maySeePrompt(userId)} order by 1`
	);
	return rows.map((row) => row.matter);
}

/** What a person did and holds of a matter: judgments that stand (newest of each chain), and comparisons of live tasks, in order of comparison. */
export async function touchedBy(tx: Tx, of: { projectId: string; userId: string; matter: string }): Promise<{ judgments: { id: string; comparisonId: string; roundId: string }[]; tasks: { id: string; comparisonId: string; roundId: string }[] }> {
	const inMatter = sql`join comparisons c on c.id = x.comparison_id join prompts p on p.id = c.prompt_id where p.project_id = ${of.projectId} and p.matter = ${of.matter}`;
	type Row = { id: string; comparison_id: string; round_id: string };
	const judged = await rowsOf<Row>(
		tx,
		sql`select x.id, x.comparison_id, c.round_id from judgments x ${inMatter} and x.judge_user_id = ${of.userId}
			and not exists (select 1 from judgments later where later.supersedes_id = x.id) and not exists (select 1 from judgment_voids v where v.judgment_id = x.id) order by x.comparison_id, x.id`
	);
	const held = await rowsOf<Row>(tx, sql`select x.id, x.comparison_id, c.round_id from tasks x ${inMatter} and x.annotator_id = ${of.userId} and x.state = 'live' order by x.comparison_id, x.id`);
	const toTouched = (row: Row) => ({ id: row.id, comparisonId: row.comparison_id, roundId: row.round_id });
	return { judgments: judged.map(toTouched), tasks: held.map(toTouched) };
}
