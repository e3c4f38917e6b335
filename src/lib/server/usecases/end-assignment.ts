import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { Actor } from '../auth/actor.ts';
import * as assignments from '../db/assignments.ts';
import { record } from '../db/audit.ts';
import type { Db } from '../db/client.ts';
import { allow } from './access.ts';
import { inTransaction } from './transaction.ts';

/** Ends a batch. What was judged stays, what somebody holds they may finish, what is open goes the queue's way. */
export async function endAssignment(app: { db: Db }, actor: Actor, id: string): Promise<Result<{ ended: true }>> {
	return inTransaction(app.db, async (tx) => {
		const projectId = await assignments.projectOf(tx, id, actor.userId);
		if (projectId === null) return fail('not_found', 'There is no such assignment.');
		const access = await allow(tx, actor, { id: projectId }, 'assignment.manage');
		if (!access.ok) return access;
		if (!(await assignments.end(tx, id))) return fail('conflict', 'This assignment is over already.');
		await record(tx, actor, { action: 'assignment.end', projectId, subject: ['assignment', id] });
		return ok({ ended: true });
	});
}
