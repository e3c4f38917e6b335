import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import type { Db } from '../db/client.ts';
import * as gold from '../db/gold.ts';
import { allow } from './access.ts';
import { inTransaction } from './transaction.ts';

/** Takes a gold item out of the mix. It stays what it was and so does what people judged of it, but no figure counts that any more. */
export async function retireGold(app: { db: Db }, actor: Actor, input: { slug: string; id: string }): Promise<Result<{ retired: true }>> {
	return inTransaction(app.db, async (tx) => {
		const access = await allow(tx, actor, { slug: input.slug }, 'gold.manage');
		if (!access.ok) return access;
		if (!(await gold.retire(tx, access.value.project.id, actor.userId, input.id))) return fail('not_found', 'There is no such gold item in use.');
		await record(tx, actor, { action: 'gold.retire', projectId: access.value.project.id, subject: ['gold', input.id] });
		return ok({ retired: true });
	});
}
