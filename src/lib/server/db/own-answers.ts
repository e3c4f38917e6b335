import { sql } from 'drizzle-orm';
import type { Executor } from './client.ts';
import { rowsOf } from './rows.ts';

/** What a model said to one of a suite's own questions. */
export type OwnAnswer = { checkpointId: string; key: string; text: string; /** How its server said that it ended. */ finish: string | null };

/** Keeps an answer; the first one under a key stays. */
export async function put(db: Executor, of: OwnAnswer & { projectId: string }): Promise<void> {
	await db.execute(sql`insert into own_answers (project_id, checkpoint_id, key, text, finish) values (${of.projectId}, ${of.checkpointId}, ${of.key}, ${of.text}, ${of.finish}) on conflict do nothing`);
}

/** Answers of models by key. */
export async function of(db: Executor, checkpointIds: readonly string[], keys: readonly string[]): Promise<OwnAnswer[]> {
	if (checkpointIds.length === 0 || keys.length === 0) return [];
	return rowsOf<OwnAnswer>(db, sql`select checkpoint_id as "checkpointId", key, text, finish from own_answers where checkpoint_id in ${[...checkpointIds]} and key in ${[...keys]} order by checkpoint_id, key`);
}

/** How many of these answers are there, by model and key; each is named once. */
export async function count(db: Executor, of: readonly Pick<OwnAnswer, 'checkpointId' | 'key'>[]): Promise<number> {
	const rows = await rowsOf<{ n: number }>(
		db,
		sql`select count(*)::int as n from jsonb_to_recordset(${JSON.stringify(of)}::jsonb) w("checkpointId" uuid, key text) join own_answers a on a.checkpoint_id = w."checkpointId" and a.key = w.key`
	);
	return rows[0]?.n ?? 0;
}
