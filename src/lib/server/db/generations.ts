import { sql } from 'drizzle-orm';
import type { PromptToAnswer } from '../../domain/answer-modes.ts';
import type { Message } from '../../domain/message.ts';
import type { RunProblem } from '../../domain/run-problem.ts';
import type { Mode } from '../../domain/verdict.ts';
import type { Executor, Tx } from './client.ts';
import { requeueLost } from './lost-work.ts';
import type { Lost } from './lost-work.ts';
import { isoTime, rowsOf } from './rows.ts';

export type Sampling = { temperature: number; topP: number; maxTokens: number };

/** Answers made to be judged in the next round: of a parent and its checkpoint to be compared, of the checkpoint to be judged alone. */
export type Generation = {
	id: string;
	projectId: string;
	roundId: string;
	intoRoundId: string | null;
	checkpointId: string;
	parentCheckpointId: string;
	sampling: Sampling;
	seed: number;
	/** Prompts whose answers by parent and checkpoint are compared. */
	promptIds: string[];
	/** Prompts whose answer by the checkpoint is judged alone. */
	singlePromptIds: string[];
	status: 'queued' | 'running' | 'succeeded' | 'failed';
	attempt: number;
	done: number;
	total: number;
	problem: RunProblem | null;
	createdAt: string;
	finishedAt: string | null;
};

type Row = {
	id: string;
	project_id: string;
	round_id: string;
	into_round_id: string | null;
	checkpoint_id: string;
	parent_checkpoint_id: string;
	sampling: Sampling;
	seed: string;
	prompt_ids: string[];
	single_prompt_ids: string[];
	status: Generation['status'];
	attempt: number;
	done: number;
	total: number;
	problem: RunProblem | null;
	created_at: string;
	finished_at: string | null;
};

const toGeneration = (row: Row): Generation => ({
	id: row.id,
	projectId: row.project_id,
	roundId: row.round_id,
	intoRoundId: row.into_round_id,
	checkpointId: row.checkpoint_id,
	parentCheckpointId: row.parent_checkpoint_id,
	sampling: row.sampling,
	seed: Number(row.seed),
	promptIds: row.prompt_ids,
	singlePromptIds: row.single_prompt_ids,
	status: row.status,
	attempt: row.attempt,
	done: row.done,
	total: row.total,
	problem: row.problem,
	createdAt: isoTime(row.created_at),
	finishedAt: row.finished_at === null ? null : isoTime(row.finished_at)
});

/**
 * Prompts that a new checkpoint answers: the test prompts compared up to its
 * round (they only measure), and prompts that no round up to it has compared.
 * Each with the modes it was judged in.
 */
export async function promptsToAnswer(db: Executor, of: { projectId: string; roundNumber: number }): Promise<PromptToAnswer[]> {
	const rows = await rowsOf<{ id: string; modes: Mode[] }>(
		db,
		sql`select p.id, array(select distinct c.mode from comparisons c join rounds r on r.id = c.round_id where c.prompt_id = p.id and r.number <= ${of.roundNumber}) as modes
			from prompts p join prompt_groups g on g.id = p.group_id where p.project_id = ${of.projectId} and (
				(g.split = 'test' and exists (select 1 from comparisons c join rounds r on r.id = c.round_id where c.prompt_id = p.id and r.number <= ${of.roundNumber}))
				or not exists (select 1 from comparisons c join rounds r on r.id = c.round_id where c.prompt_id = p.id and r.number <= ${of.roundNumber}))
			order by p.content_hash`
	);
	return rows.map(({ id, modes }) => ({ id, modes }));
}

/** The modes that a round judges in. */
export async function modesOfRound(db: Executor, roundId: string): Promise<Mode[]> {
	return (await rowsOf<{ mode: Mode }>(db, sql`select distinct mode from comparisons where round_id = ${roundId}`)).map(({ mode }) => mode);
}

const uuids = (ids: readonly string[]) => sql`array(select x::uuid from jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb) x)`;

/** Queues a generation. */
export async function insert(tx: Tx, of: Pick<Generation, 'projectId' | 'roundId' | 'checkpointId' | 'parentCheckpointId' | 'sampling' | 'seed' | 'promptIds' | 'singlePromptIds'>): Promise<string> {
	const total = of.promptIds.length + new Set([...of.promptIds, ...of.singlePromptIds]).size;
	const rows = await rowsOf<{ id: string }>(
		tx,
		sql`insert into generations (project_id, round_id, checkpoint_id, parent_checkpoint_id, sampling, seed, prompt_ids, single_prompt_ids, total)
			values (${of.projectId}, ${of.roundId}, ${of.checkpointId}, ${of.parentCheckpointId}, ${JSON.stringify(of.sampling)}::jsonb, ${of.seed},
				${uuids(of.promptIds)}, ${uuids(of.singlePromptIds)}, ${total}) returning id`
	);
	return rows[0]?.id ?? '';
}

/** One generation. */
export async function get(db: Executor, id: string): Promise<Generation | null> {
	const rows = await rowsOf<Row>(db, sql`select * from generations where id = ${id}`);
	return rows[0] ? toGeneration(rows[0]) : null;
}

/** Generations of a checkpoint, newest first. */
export async function ofCheckpoint(db: Executor, checkpointId: string): Promise<Generation[]> {
	return (await rowsOf<Row>(db, sql`select * from generations where checkpoint_id = ${checkpointId} order by id desc`)).map(toGeneration);
}

/** Takes a queued generation for a worker; null when it is no longer to be had. */
export async function begin(tx: Tx, id: string, workerId: string): Promise<Generation | null> {
	const rows = await rowsOf<Row>(
		tx,
		sql`update generations set status = 'running', attempt = attempt + 1, worker_id = ${workerId}, heartbeat_at = now() where id = ${id} and status = 'queued' returning *`
	);
	return rows[0] ? toGeneration(rows[0]) : null;
}

/** Says that it goes on; false when another attempt has taken its place. */
export async function heartbeat(db: Executor, id: string, attempt: number): Promise<boolean> {
	const rows = await rowsOf<{ id: string }>(db, sql`update generations set heartbeat_at = now() where id = ${id} and attempt = ${attempt} and status = 'running' returning id`);
	return rows.length > 0;
}

/** Prompts of a generation that this checkpoint has not answered yet, with their messages. What is judged alone is the new checkpoint's to answer only. */
export async function unanswered(db: Executor, id: string, checkpointId: string): Promise<{ promptId: string; messages: Message[] }[]> {
	const rows = await rowsOf<{ id: string; messages: Message[] }>(
		db,
		sql`select p.id, t.messages from generations g join prompts p on p.id = any(g.prompt_ids || case when g.checkpoint_id = ${checkpointId} then g.single_prompt_ids else '{}' end) join prompt_texts t on t.prompt_id = p.id
			where g.id = ${id} and not exists (
				select 1 from generation_answers a where a.generation_id = g.id and a.prompt_id = p.id and a.checkpoint_id = ${checkpointId})
			order by p.content_hash`
	);
	return rows.map((row) => ({ promptId: row.id, messages: row.messages }));
}

/** Stores an answer with all its settings, if the attempt still holds the generation. The same text of the same checkpoint is stored once. */
export async function addResponse(
	tx: Tx,
	id: string,
	attempt: number,
	of: { promptId: string; checkpointId: string; contentHash: string; messages: Message[]; sampling: Record<string, unknown>; seed: number; reproducible: boolean }
): Promise<boolean> {
	const held = await rowsOf<{ id: string }>(tx, sql`update generations set done = done + 1, heartbeat_at = now() where id = ${id} and attempt = ${attempt} and status = 'running' returning id`);
	if (held.length === 0) return false;
	const rows = await rowsOf<{ id: string; fresh: boolean }>(
		tx,
		sql`insert into responses (prompt_id, content_hash, source, source_ref, sampling, seed, reproducible)
			values (${of.promptId}, ${of.contentHash}, 'checkpoint', ${of.checkpointId}, ${JSON.stringify(of.sampling)}::jsonb, ${of.seed}, ${of.reproducible})
			on conflict on constraint responses_content do update set source = responses.source returning id, (xmax = 0) as fresh`
	);
	const response = rows[0];
	if (!response) throw new Error('an answer was not stored');
	if (response.fresh) await tx.execute(sql`insert into response_texts (response_id, messages) values (${response.id}, ${JSON.stringify(of.messages)}::jsonb)`);
	await tx.execute(sql`insert into generation_answers (generation_id, prompt_id, checkpoint_id, response_id) values (${id}, ${of.promptId}, ${of.checkpointId}, ${response.id})`);
	return true;
}

/** The answers of parent and checkpoint to each prompt of a generation. */
export async function answers(db: Executor, id: string): Promise<{ promptId: string; promptHash: string; checkpointId: string; responseId: string; hash: string }[]> {
	const rows = await rowsOf<{ prompt_id: string; prompt_hash: string; checkpoint_id: string; id: string; content_hash: string }>(
		db,
		sql`select a.prompt_id, p.content_hash as prompt_hash, a.checkpoint_id, r.id, r.content_hash
			from generation_answers a join prompts p on p.id = a.prompt_id join responses r on r.id = a.response_id where a.generation_id = ${id} order by p.content_hash`
	);
	return rows.map((row) => ({ promptId: row.prompt_id, promptHash: row.prompt_hash, checkpointId: row.checkpoint_id, responseId: row.id, hash: row.content_hash }));
}

/** Locks a generation that an attempt holds; false when another attempt has taken its place or it is over. */
export async function lockHeld(tx: Tx, id: string, attempt: number): Promise<boolean> {
	const rows = await rowsOf<{ id: string }>(tx, sql`select id from generations where id = ${id} and attempt = ${attempt} and status = 'running' for update`);
	return rows.length > 0;
}

/** Ends a locked generation whose answers are in a round now. */
export async function succeed(tx: Tx, id: string, intoRoundId: string): Promise<void> {
	await tx.execute(sql`update generations set status = 'succeeded', problem = null, into_round_id = ${intoRoundId}, finished_at = now() where id = ${id}`);
}

/** Ends a generation with a problem; false when the attempt no longer holds it. */
export async function fail(tx: Tx, id: string, attempt: number, problem: RunProblem): Promise<boolean> {
	const rows = await rowsOf<{ id: string }>(
		tx,
		sql`update generations set status = 'failed', problem = ${JSON.stringify(problem)}::jsonb, finished_at = now() where id = ${id} and attempt = ${attempt} and status = 'running' returning id`
	);
	return rows.length > 0;
}

/** Puts a generation that its worker gives back in line again; false when the attempt no longer holds it. */
export async function giveBack(tx: Tx, id: string, attempt: number): Promise<boolean> {
	const rows = await rowsOf<{ id: string }>(tx, sql`update generations set status = 'queued' where id = ${id} and attempt = ${attempt} and status = 'running' returning id`);
	return rows.length > 0;
}

/** Puts a failed generation in line again; the answers that it has stay. False when it has not failed. */
export async function again(tx: Tx, id: string): Promise<boolean> {
	const rows = await rowsOf<{ id: string }>(tx, sql`update generations set status = 'queued', problem = null, finished_at = null where id = ${id} and status = 'failed' returning id`);
	return rows.length > 0;
}

/** Puts generations whose worker fell silent back in line; too many losses end one. */
export async function requeueSilent(tx: Tx, silentSeconds: number): Promise<Lost[]> {
	return requeueLost(tx, 'generations', sql`heartbeat_at < now() - make_interval(secs => ${silentSeconds})`);
}

/** The same for what these workers were at: they are dead. */
export async function requeueOf(tx: Tx, workerIds: readonly string[]): Promise<Lost[]> {
	return requeueLost(tx, 'generations', sql`worker_id in ${[...workerIds]}`);
}

/** Whether this attempt holds the generation and was heard of lately. */
export async function isHeld(db: Executor, id: string, attempt: number, silentSeconds: number): Promise<boolean> {
	const rows = await rowsOf<{ held: boolean }>(
		db,
		sql`select exists (select 1 from generations where id = ${id} and attempt = ${attempt} and status = 'running' and heartbeat_at > now() - make_interval(secs => ${silentSeconds})) as held`
	);
	return rows[0]?.held === true;
}

/** What these workers were answering. */
export async function attemptsOf(db: Executor, workerIds: readonly string[]): Promise<{ id: string; attempt: number }[]> {
	return rowsOf<{ id: string; attempt: number }>(db, sql`select id, attempt from generations where status = 'running' and worker_id in ${[...workerIds]}`);
}
