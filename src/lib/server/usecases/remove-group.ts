import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import type { Db } from '../db/client.ts';
import * as groups from '../db/groups.ts';
import { allow } from './access.ts';
import { inTransaction } from './transaction.ts';

/** Takes a group away. What was given to its people stays theirs. */
export async function removeGroup(app: { db: Db }, actor: Actor, id: string): Promise<Result<{ removed: true }>> {
	return inTransaction(app.db, async (tx) => {
		const projectId = await groups.projectOf(tx, id);
		if (projectId === null) return fail('not_found', 'There is no such group.');
		const access = await allow(tx, actor, { id: projectId }, 'assignment.manage');
		if (!access.ok) return access;
		await groups.remove(tx, id);
		await record(tx, actor, { action: 'group.remove', projectId, subject: ['group', id] });
		return ok({ removed: true });
	});
}
