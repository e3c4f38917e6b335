import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import * as generationSources from '../db/generation-sources.ts';
import * as generations from '../db/generations.ts';
import { enqueueGeneration } from './enqueue-generation.ts';
import { reachGeneration } from './read-generation.ts';
import { refuseWalled } from './refuse-walled.ts';
import { inTransaction } from './transaction.ts';

/** Stops a generation. Its answers stay and it can go on later; no comparison is made of them meanwhile. */
export async function cancelGeneration(app: Pick<App, 'db'>, actor: Actor, id: string): Promise<Result<{ status: 'cancelled' }>> {
	return inTransaction(app.db, async (tx) => {
		const found = await reachGeneration(tx, actor, id, 'generation.start');
		if (!found.ok) return found;
		if (!(await generations.cancel(tx, id))) return fail('already_decided', 'This generation is over: there is nothing to stop.');
		await record(tx, actor, { action: 'generation.cancel', projectId: found.value.generation.projectId, subject: ['generation', id] });
		return ok({ status: 'cancelled' });
	});
}

/** Lets a generation that failed or was stopped go on: nothing that was answered is asked again. `walled` for who is walled off from anything that a checkpoint of it learned from. */
export async function resumeGeneration(app: Pick<App, 'db' | 'enqueue'>, actor: Actor, id: string): Promise<Result<{ id: string; status: 'queued' }>> {
	return inTransaction(app.db, async (tx) => {
		const found = await reachGeneration(tx, actor, id, 'generation.start');
		if (!found.ok) return found;
		for (const { checkpointId } of await generationSources.list(tx, id)) {
			const walled = checkpointId === null ? null : await refuseWalled(tx, actor, checkpointId, 'ask it');
			if (walled) return walled;
		}
		if (!(await generations.again(tx, id))) return fail('conflict', 'This generation neither failed nor was stopped: there is nothing to go on with.');
		await enqueueGeneration(app, tx, id);
		await record(tx, actor, { action: 'generation.again', projectId: found.value.generation.projectId, subject: ['generation', id], details: { code: found.value.generation.problem?.code ?? null } });
		return ok({ id, status: 'queued' });
	});
}
