import { sql } from 'drizzle-orm';
import type { Message } from '../../domain/message.ts';
import type { Executor, Tx } from './client.ts';
import * as generationSources from './generation-sources.ts';
import { rowsOf } from './rows.ts';

/** A question that a source has not answered yet. */
export type Unanswered = { promptId: string; sample: number };

/**
 * What a source has yet to be asked, prompt by prompt. What is judged alone
 * after a training is the new checkpoint's to answer only.
 */
export async function unanswered(db: Executor, id: string, source: number, samples: number): Promise<Unanswered[]> {
	const rows = await rowsOf<{ id: string; sample: number }>(
		db,
		sql`select p.id, n as sample from generations g
			join generation_sources s on s.generation_id = g.id and s.ordinal = ${source}
			join prompts p on p.id = any(g.prompt_ids || case when g.checkpoint_id = s.checkpoint_id then g.single_prompt_ids else '{}' end)
			cross join generate_series(0, ${samples - 1}::int) n
			where g.id = ${id} and not exists (
				select 1 from generation_answers a where a.generation_id = g.id and a.prompt_id = p.id and a.source = ${source} and a.sample = n)
			order by n, p.content_hash`
	);
	return rows.map(({ id: promptId, sample }) => ({ promptId, sample }));
}

/** The messages of prompts. */
export async function messagesOf(db: Executor, promptIds: readonly string[]): Promise<Map<string, Message[]>> {
	const rows = await rowsOf<{ prompt_id: string; messages: Message[] }>(db, sql`select prompt_id, messages from prompt_texts where prompt_id in (select x::uuid from jsonb_array_elements_text(${JSON.stringify(promptIds)}::jsonb) x)`);
	return new Map(rows.map((row) => [row.prompt_id, row.messages]));
}

/** An answer as a source gave it, with all its settings. */
export type NewAnswer = {
	promptId: string;
	source: number;
	sample: number;
	responseSource: 'checkpoint' | 'export' | 'endpoint';
	/** The checkpoint, the export in whose form it answered, or the endpoint. */
	sourceRef: string;
	contentHash: string;
	messages: Message[];
	sampling: Record<string, unknown>;
	seed: number;
	reproducible: boolean;
	leaks: string | null;
	promptTokens: number;
	completionTokens: number;
};

/** Counts so many more questions as dealt with, if the attempt still holds the generation. */
async function countDone(tx: Tx, id: string, attempt: number, many = 1): Promise<boolean> {
	const held = await rowsOf<{ id: string }>(tx, sql`update generations set done = done + ${many}::int, heartbeat_at = now() where id = ${id} and attempt = ${attempt} and status = 'running' returning id`);
	return held.length > 0;
}

/** Stores an answer, if the attempt still holds the generation. The same text of the same source is stored once. */
export async function insert(tx: Tx, id: string, attempt: number, of: NewAnswer): Promise<boolean> {
	if (!(await countDone(tx, id, attempt))) return false;
	const rows = await rowsOf<{ id: string; fresh: boolean }>(
		tx,
		sql`insert into responses (prompt_id, content_hash, source, source_ref, sampling, seed, reproducible)
			values (${of.promptId}, ${of.contentHash}, ${of.responseSource}, ${of.sourceRef}, ${JSON.stringify(of.sampling)}::jsonb, ${of.seed}, ${of.reproducible})
			on conflict on constraint responses_content do update set source = responses.source returning id, (xmax = 0) as fresh`
	);
	const response = rows[0];
	if (!response) throw new Error('an answer was not stored');
	if (response.fresh) await tx.execute(sql`insert into response_texts (response_id, messages) values (${response.id}, ${JSON.stringify(of.messages)}::jsonb)`);
	await tx.execute(sql`insert into generation_answers (generation_id, prompt_id, source, sample, response_id, leaks) values (${id}, ${of.promptId}, ${of.source}, ${of.sample}, ${response.id}, ${of.leaks})`);
	await generationSources.add(tx, id, of.source, { answered: 1, missed: 0, leaked: Number(of.leaks !== null), promptTokens: of.promptTokens, completionTokens: of.completionTokens });
	return true;
}

/** Tokens that a source says it used. */
type Used = { source: number; promptTokens: number; completionTokens: number };

/** Counts what a question has used that stays unanswered, if the attempt still holds the generation. */
export async function addUsed(tx: Tx, id: string, attempt: number, { source, ...used }: Used): Promise<boolean> {
	if (!(await countDone(tx, id, attempt, 0))) return false;
	await generationSources.add(tx, id, source, { answered: 0, missed: 0, leaked: 0, ...used });
	return true;
}

/** Notes that a question got no usable answer, and what it used, if the attempt still holds the generation. */
export async function insertMissed(tx: Tx, id: string, attempt: number, of: Unanswered & { code: string } & Used): Promise<boolean> {
	if (!(await countDone(tx, id, attempt))) return false;
	await tx.execute(sql`insert into generation_answers (generation_id, prompt_id, source, sample, missed) values (${id}, ${of.promptId}, ${of.source}, ${of.sample}, ${of.code})`);
	await generationSources.add(tx, id, of.source, { answered: 0, missed: 1, leaked: 0, promptTokens: of.promptTokens, completionTokens: of.completionTokens });
	return true;
}

/** An answer that may be judged. */
export type Answer = { promptId: string; promptHash: string; source: number; sample: number; responseId: string; hash: string };

/** The answers of a generation that tell nothing of who wrote them, by prompt, source and number. */
export async function judgeable(db: Executor, id: string): Promise<Answer[]> {
	const rows = await rowsOf<{ prompt_id: string; prompt_hash: string; source: number; sample: number; id: string; content_hash: string }>(
		db,
		sql`select a.prompt_id, p.content_hash as prompt_hash, a.source, a.sample, r.id, r.content_hash
			from generation_answers a join prompts p on p.id = a.prompt_id join responses r on r.id = a.response_id
			where a.generation_id = ${id} and a.leaks is null order by p.content_hash, a.source, a.sample`
	);
	return rows.map((row) => ({ promptId: row.prompt_id, promptHash: row.prompt_hash, source: row.source, sample: row.sample, responseId: row.id, hash: row.content_hash }));
}

/** The texts of responses. */
export async function textsOf(db: Executor, responseIds: readonly string[]): Promise<Map<string, Message[]>> {
	const rows = await rowsOf<{ response_id: string; messages: Message[] }>(db, sql`select response_id, messages from response_texts where response_id in (select x::uuid from jsonb_array_elements_text(${JSON.stringify(responseIds)}::jsonb) x)`);
	return new Map(rows.map((row) => [row.response_id, row.messages]));
}

/** Why questions got no answer, most frequent first. */
export async function missedByCode(db: Executor, id: string): Promise<{ code: string; n: number }[]> {
	const rows = await rowsOf<{ code: string; n: string }>(db, sql`select missed as code, count(*) as n from generation_answers where generation_id = ${id} and missed is not null group by 1 order by 2 desc, 1`);
	return rows.map(({ code, n }) => ({ code, n: Number(n) }));
}
