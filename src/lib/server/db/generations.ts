import { sql } from 'drizzle-orm';
import type { PromptToAnswer } from '../../domain/answer-modes.ts';
import type { Sampling } from '../../domain/generation-plan.ts';
import type { PairPolicy } from '../../domain/pairing.ts';
import type { RunProblem } from '../../domain/run-problem.ts';
import type { Mode } from '../../domain/verdict.ts';
import type { Executor, Tx } from './client.ts';
import * as generationSources from './generation-sources.ts';
import type { NewSource } from './generation-sources.ts';
import * as lostWork from './lost-work.ts';
import { isoTime, rowsOf } from './rows.ts';

/** Answers to be made: after a training, of parent and checkpoint, for the next round; asked for by a person, of any models, for the round that is open; or for a suite, which measures them. */
export type Generation = {
	id: string;
	projectId: string;
	roundId: string;
	intoRoundId: string | null;
	/** The checkpoint whose round it fills, and its parent; null when a person asked for it. */
	checkpointId: string | null;
	parentCheckpointId: string | null;
	createdBy: string | null;
	/** The suite that its answers are measured by; null: they are made into comparisons. */
	suiteVersionId: string | null;
	sampling: Sampling;
	seed: number;
	policy: PairPolicy;
	pairsPerPrompt: number | null;
	/** Prompts that every source answers. */
	promptIds: string[];
	/** Prompts whose answer by the checkpoint is judged alone. */
	singlePromptIds: string[];
	status: 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';
	attempt: number;
	done: number;
	total: number;
	comparisons: number;
	problem: RunProblem | null;
	createdAt: string;
	begunAt: string | null;
	finishedAt: string | null;
};

type Row = {
	id: string;
	project_id: string;
	round_id: string;
	into_round_id: string | null;
	checkpoint_id: string | null;
	parent_checkpoint_id: string | null;
	created_by: string | null;
	suite_version_id: string | null;
	sampling: Sampling;
	seed: string;
	policy: PairPolicy;
	pairs_per_prompt: number | null;
	prompt_ids: string[];
	single_prompt_ids: string[];
	status: Generation['status'];
	attempt: number;
	done: number;
	total: number;
	comparisons: number;
	problem: RunProblem | null;
	created_at: string;
	begun_at: string | null;
	finished_at: string | null;
};

const toGeneration = (row: Row): Generation => ({
	id: row.id,
	projectId: row.project_id,
	roundId: row.round_id,
	intoRoundId: row.into_round_id,
	checkpointId: row.checkpoint_id,
	parentCheckpointId: row.parent_checkpoint_id,
	createdBy: row.created_by,
	suiteVersionId: row.suite_version_id,
	sampling: row.sampling,
	seed: Number(row.seed),
	policy: row.policy,
	pairsPerPrompt: row.pairs_per_prompt,
	promptIds: row.prompt_ids,
	singlePromptIds: row.single_prompt_ids,
	status: row.status,
	attempt: row.attempt,
	done: row.done,
	total: row.total,
	comparisons: row.comparisons,
	problem: row.problem,
	createdAt: isoTime(row.created_at),
	begunAt: row.begun_at === null ? null : isoTime(row.begun_at),
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

type NewGeneration = Pick<Generation, 'projectId' | 'roundId' | 'sampling' | 'seed' | 'policy' | 'promptIds' | 'total'> & Partial<Pick<Generation, 'checkpointId' | 'parentCheckpointId' | 'createdBy' | 'pairsPerPrompt' | 'singlePromptIds' | 'suiteVersionId'>> & { sources: readonly NewSource[] };

/** Queues a generation with its sources. */
export async function insert(tx: Tx, of: NewGeneration): Promise<string> {
	const rows = await rowsOf<{ id: string }>(
		tx,
		sql`insert into generations (project_id, round_id, checkpoint_id, parent_checkpoint_id, created_by, suite_version_id, sampling, seed, policy, pairs_per_prompt, prompt_ids, single_prompt_ids, total)
			values (${of.projectId}, ${of.roundId}, ${of.checkpointId ?? null}, ${of.parentCheckpointId ?? null}, ${of.createdBy ?? null}, ${of.suiteVersionId ?? null}, ${JSON.stringify(of.sampling)}::jsonb, ${of.seed}, ${of.policy}, ${of.pairsPerPrompt ?? null},
				${uuids(of.promptIds)}, ${uuids(of.singlePromptIds ?? [])}, ${of.total}) returning id`
	);
	const id = rows[0]?.id ?? '';
	await generationSources.insert(tx, id, of.sources);
	return id;
}

/** Generations of a project that people asked for, newest first, those before one where that is given. */
export async function listAsked(db: Executor, projectId: string, of: { before: string | null; limit: number }): Promise<Generation[]> {
	const earlier = of.before === null ? sql`` : sql`and id < ${of.before}`;
	return (await rowsOf<Row>(db, sql`select * from generations where project_id = ${projectId} and checkpoint_id is null and suite_version_id is null ${earlier} order by id desc limit ${of.limit}`)).map(toGeneration);
}

/** Whether a generation needs the engine: one of its sources is a checkpoint. */
export async function needsEngine(db: Executor, id: string): Promise<boolean> {
	const rows = await rowsOf<{ needs: boolean }>(db, sql`select exists (select 1 from generation_sources where generation_id = ${id} and checkpoint_id is not null) as needs`);
	return rows[0]?.needs === true;
}

/** Ends a generation that somebody stops; its answers stay. False when it is over. */
export async function cancel(tx: Tx, id: string): Promise<boolean> {
	const rows = await rowsOf<{ id: string }>(tx, sql`update generations set status = 'cancelled', problem = null, finished_at = now() where id = ${id} and status in ('queued', 'running') returning id`);
	return rows.length > 0;
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
		sql`update generations set status = 'running', attempt = attempt + 1, worker_id = ${workerId}, heartbeat_at = now(), begun_at = coalesce(begun_at, now()) where id = ${id} and status = 'queued' returning *`
	);
	return rows[0] ? toGeneration(rows[0]) : null;
}

/** Says that it goes on; false when another attempt has taken its place. */
export async function heartbeat(db: Executor, id: string, attempt: number): Promise<boolean> {
	const rows = await rowsOf<{ id: string }>(db, sql`update generations set heartbeat_at = now() where id = ${id} and attempt = ${attempt} and status = 'running' returning id`);
	return rows.length > 0;
}

/** Locks a generation that an attempt holds; false when another attempt has taken its place or it is over. */
export async function lockHeld(tx: Tx, id: string, attempt: number): Promise<boolean> {
	const rows = await rowsOf<{ id: string }>(tx, sql`select id from generations where id = ${id} and attempt = ${attempt} and status = 'running' for update`);
	return rows.length > 0;
}

/** Ends a locked generation whose answers are in a round now, or (no round) have been measured. */
export async function succeed(tx: Tx, id: string, into: { roundId: string | null; comparisons: number }): Promise<void> {
	await tx.execute(sql`update generations set status = 'succeeded', problem = null, into_round_id = ${into.roundId}, comparisons = ${into.comparisons}, finished_at = now() where id = ${id}`);
}

/** Ends a generation with a problem; false when the attempt no longer holds it. */
export async function fail(tx: Tx, id: string, attempt: number, problem: RunProblem): Promise<boolean> {
	return lostWork.fail(tx, 'generations', { id, attempt }, problem);
}

/** Puts a generation that its worker gives back in line again; false when the attempt no longer holds it. */
export async function giveBack(tx: Tx, id: string, attempt: number): Promise<boolean> {
	return lostWork.giveBack(tx, 'generations', { id, attempt });
}

/** Puts a generation that failed or was stopped in line again; its answers stay, those that could not be had are asked for again. False when it neither failed nor was stopped. */
export async function again(tx: Tx, id: string): Promise<boolean> {
	const rows = await rowsOf<{ id: string }>(tx, sql`update generations set status = 'queued', problem = null, finished_at = null where id = ${id} and status in ('failed', 'cancelled') returning id`);
	if (rows.length === 0) return false;
	const missed = await generationSources.forgetMissed(tx, id);
	if (missed > 0) await tx.execute(sql`update generations set done = done - ${missed} where id = ${id}`);
	return true;
}

/** Whether this attempt holds the generation and was heard of lately. */
export async function isHeld(db: Executor, id: string, attempt: number, silentSeconds: number): Promise<boolean> {
	return lostWork.holds(db, 'generations', { id, attempt }, silentSeconds);
}
