import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import * as workers from '../db/workers.ts';
import { allowSite } from './access.ts';
import { inTransaction } from './transaction.ts';

/** Lets a worker take nothing new while what it has in hand goes on to its end, or take work again. It obeys at its next beat. */
export async function drainWorker(app: Pick<App, 'db'>, actor: Actor, input: { workerId: string; draining: boolean }): Promise<Result<{ draining: boolean }>> {
	const allowed = allowSite(actor, 'fleet.manage');
	if (!allowed.ok) return allowed;
	return inTransaction(app.db, async (tx) => {
		const hostname = await workers.setDraining(tx, input.workerId, input.draining);
		if (hostname === null) return fail('not_found', 'There is no such worker, or it has ended.');
		await record(tx, actor, { action: input.draining ? 'worker.drain' : 'worker.resume', projectId: null, subject: ['worker', input.workerId], details: { hostname } });
		return ok({ draining: input.draining });
	});
}
