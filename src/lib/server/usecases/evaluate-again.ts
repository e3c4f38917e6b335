import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import * as evaluations from '../db/evaluations.ts';
import { reachCheckpoint } from './read-checkpoint.ts';
import { inTransaction } from './transaction.ts';

/** Puts a checkpoint's failed evaluation in line again; `conflict` when it has not failed. */
export async function evaluateAgain(app: Pick<App, 'db' | 'enqueue'>, actor: Actor, input: { checkpointId: string }): Promise<Result<{ id: string; status: 'queued' }>> {
	return inTransaction(app.db, async (tx) => {
		const found = await reachCheckpoint(tx, actor, input.checkpointId, 'run.start');
		if (!found.ok) return found;
		const evaluation = (await evaluations.newestOf(tx, input.checkpointId)) ?? (await evaluations.newestOf(tx, input.checkpointId, 'dev'));
		// Of two who ask at once the second finds it in line already.
		if (!evaluation || !(await evaluations.again(tx, evaluation.id))) return fail('conflict', 'No evaluation of this checkpoint has failed: there is nothing to do again.');
		await app.enqueue(tx, 'evaluate', { evaluationId: evaluation.id });
		await record(tx, actor, { action: 'evaluation.again', projectId: evaluation.projectId, subject: ['evaluation', evaluation.id], details: { checkpoint: input.checkpointId, code: evaluation.problem?.code ?? null } });
		return ok({ id: evaluation.id, status: 'queued' });
	});
}
