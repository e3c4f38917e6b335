import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { RunProblem } from '../../domain/run-problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import * as evaluations from '../db/evaluations.ts';
import * as generations from '../db/generations.ts';
import * as lostWork from '../db/lost-work.ts';
import { reachCheckpoint } from './read-checkpoint.ts';
import { inTransaction } from './transaction.ts';

/** Ended by a person: its worker stops at its next heartbeat, and it can be started again as if it had failed. */
export const STOPPED: RunProblem = { code: 'stopped', message: 'It was stopped.', hint: 'Start it again when it may go on.' };

type Stopped = { id: string; status: 'failed' };

/** Stops the evaluation of a checkpoint that follows its training by itself. */
export async function stopEvaluation(app: Pick<App, 'db'>, actor: Actor, input: { checkpointId: string }): Promise<Result<Stopped>> {
	return inTransaction(app.db, async (tx) => {
		const found = await reachCheckpoint(tx, actor, input.checkpointId, 'run.cancel');
		if (!found.ok) return found;
		const evaluation = (await evaluations.newestOf(tx, input.checkpointId)) ?? (await evaluations.newestOf(tx, input.checkpointId, 'dev'));
		if (!evaluation || !(await lostWork.stop(tx, 'evaluations', evaluation.id, STOPPED))) return fail('conflict', 'No evaluation of this checkpoint waits or is under way: there is nothing to stop.');
		await record(tx, actor, { action: 'evaluation.stop', projectId: evaluation.projectId, subject: ['evaluation', evaluation.id], details: { checkpoint: input.checkpointId } });
		return ok({ id: evaluation.id, status: 'failed' });
	});
}

/** Stops the answers of a checkpoint for the next round. Those that were made stay; no round opens until they were started again and are whole. */
export async function stopAnswers(app: Pick<App, 'db'>, actor: Actor, input: { checkpointId: string }): Promise<Result<Stopped>> {
	return inTransaction(app.db, async (tx) => {
		const found = await reachCheckpoint(tx, actor, input.checkpointId, 'run.cancel');
		if (!found.ok) return found;
		const [generation] = await generations.ofCheckpoint(tx, input.checkpointId);
		if (!generation || !(await lostWork.stop(tx, 'generations', generation.id, STOPPED))) return fail('conflict', 'No answers of this checkpoint wait or are under way: there is nothing to stop.');
		await record(tx, actor, { action: 'generation.stop', projectId: generation.projectId, subject: ['generation', generation.id], details: { checkpoint: input.checkpointId } });
		return ok({ id: generation.id, status: 'failed' });
	});
}
