import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import type { Db } from '../db/client.ts';
import * as delegations from '../db/delegations.ts';
import { allow, allowFound } from './access.ts';
import { inTransaction } from './transaction.ts';

/** Takes delegated work back before its time: whose it is, who does it, or who manages work. What is held may be finished. */
export async function endDelegation(app: { db: Db }, actor: Actor, id: string): Promise<Result<{ ended: true }>> {
	const missing = fail('not_found', 'There is no such delegation of yours.');
	return inTransaction(app.db, async (tx) => {
		const found = await delegations.get(tx, id);
		if (!found) return missing;
		const access = await allow(tx, actor, { id: found.projectId }, 'assignment.own');
		if (!access.ok) return access;
		const mine = found.from.id === actor.userId || found.to.id === actor.userId;
		if (!mine && !allowFound(actor, access.value, 'assignment.manage').ok) return missing;
		if (!(await delegations.end(tx, id))) return fail('conflict', 'This delegation is over already.');
		await record(tx, actor, { action: 'delegation.end', projectId: found.projectId, subject: ['delegation', id] });
		return ok({ ended: true });
	});
}
