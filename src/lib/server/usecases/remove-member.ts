import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import type { Db } from '../db/client.ts';
import * as members from '../db/members.ts';
import * as projects from '../db/projects.ts';
import { allow } from './access.ts';
import { releaseLeases } from './release-leases.ts';
import { inTransaction } from './transaction.ts';

/** Takes a person out of a project and frees what they hold there. What they judged stays. */
export async function removeMember(app: { db: Db }, actor: Actor, input: { slug: string; userId: string }): Promise<Result<null>> {
	return inTransaction(app.db, async (tx) => {
		const access = await allow(tx, actor, { slug: input.slug }, 'members.manage');
		if (!access.ok) return access;
		const projectId = access.value.project.id;
		await projects.serialise(tx, projectId);
		if (await members.isOnlyOwner(tx, projectId, input.userId)) return fail('conflict', 'This is the project’s only owner. Make somebody else owner first.');
		if (!(await members.remove(tx, projectId, input.userId))) return fail('not_found', 'This person is no member of the project.');
		await releaseLeases(tx, actor, input.userId, [projectId]);
		await record(tx, actor, { action: 'member.remove', projectId, subject: ['user', input.userId] });
		return ok(null);
	});
}
