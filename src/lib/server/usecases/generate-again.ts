import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import * as generations from '../db/generations.ts';
import { enqueueGeneration } from './enqueue-generation.ts';
import { reachCheckpoint } from './read-checkpoint.ts';
import { inTransaction } from './transaction.ts';

/** Puts a checkpoint's failed generation in line again: it goes on with the prompts that lack an answer. `conflict` when it has not failed. */
export async function generateAgain(app: Pick<App, 'db' | 'enqueue'>, actor: Actor, input: { checkpointId: string }): Promise<Result<{ id: string; status: 'queued' }>> {
	return inTransaction(app.db, async (tx) => {
		const found = await reachCheckpoint(tx, actor, input.checkpointId, 'run.start');
		if (!found.ok) return found;
		const [generation] = await generations.ofCheckpoint(tx, input.checkpointId);
		// Of two who ask at once the second finds it in line already.
		if (!generation || !(await generations.again(tx, generation.id))) return fail('conflict', 'No answers of this checkpoint have failed: there is nothing to do again.');
		await enqueueGeneration(app, tx, generation.id);
		await record(tx, actor, { action: 'generation.again', projectId: generation.projectId, subject: ['generation', generation.id], details: { checkpoint: input.checkpointId, code: generation.problem?.code ?? null } });
		return ok({ id: generation.id, status: 'queued' });
	});
}
