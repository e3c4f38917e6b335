import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { Actor } from '../auth/actor.ts';
import { secretHash } from '../auth/secrets.ts';
import type { Db } from '../db/client.ts';
import * as comparisons from '../db/comparisons.ts';
import * as leases from '../db/leases.ts';
import * as tasks from '../db/tasks.ts';
import { allowFound } from './access.ts';
import { inTransaction } from './transaction.ts';

/** Renews a lease, of a pair to judge or to decide: who may do the one may not always do the other. Not in the audit: it changes no label and comes every few minutes from every open page. */
export async function heartbeatTask(app: { db: Db }, actor: Actor, input: { taskId: string; leaseToken: string }): Promise<Result<{ leaseExpiresAt: string }>> {
	return inTransaction(app.db, async (tx) => {
		const [, own] = await Promise.all([leases.serialise(tx, actor.userId), tasks.ownWork(tx, input.taskId, actor.userId)]);
		if (!own) return fail('not_found', 'There is no such task of yours.');
		const { task } = own;
		const access = allowFound(actor, own.access, task.purpose === 'adjudication' ? 'judgment.adjudicate' : 'task.judge');
		if (!access.ok) return access;
		const lost = () => fail('lease_lost', 'Another person or another window of yours has this pair now. A judgment sent under the old lease is still kept.');
		if (task.leaseTokenHash !== secretHash(input.leaseToken)) return lost();
		// Who claims it locks it too: of two reviewers one has it.
		if (task.purpose === 'adjudication') await comparisons.lock(tx, task.comparisonId);
		const leaseExpiresAt = await tasks.heartbeat(tx, task);
		return leaseExpiresAt === null ? lost() : ok({ leaseExpiresAt });
	});
}
