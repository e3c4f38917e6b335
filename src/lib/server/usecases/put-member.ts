import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { may } from '../../domain/permission.ts';
import type { Role } from '../../domain/permission.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import type { Db } from '../db/client.ts';
import * as comparisons from '../db/comparisons.ts';
import * as members from '../db/members.ts';
import * as projects from '../db/projects.ts';
import * as users from '../db/users.ts';
import { allow } from './access.ts';
import { releaseLeases } from './release-leases.ts';
import { inTransaction } from './transaction.ts';

/** Gives a person a role in a project, or changes it; what they hold and may no longer do under the new one is free for others. A project keeps at least one owner. */
export async function putMember(app: { db: Db }, actor: Actor, input: { slug: string; userId: string; role: Role }): Promise<Result<{ userId: string; role: Role }>> {
	return inTransaction(app.db, async (tx) => {
		const access = await allow(tx, actor, { slug: input.slug }, 'members.manage');
		if (!access.ok) return access;
		const projectId = access.value.project.id;
		await projects.serialise(tx, projectId);
		if (!(await members.isActive(tx, input.userId))) return fail('not_found', 'There is no active user with this id.');
		if (input.role !== 'owner' && (await members.isOnlyOwner(tx, projectId, input.userId))) {
			return fail('conflict', 'This is the project’s only owner. Make somebody else owner first.');
		}
		const before = await members.projectFor(tx, input.userId, { id: projectId });
		await members.put(tx, projectId, input.userId, input.role);
		const who = { role: input.role, isAdmin: (await users.get(tx, input.userId))?.isAdmin === true };
		const ended = { places: !may(who, 'task.judge'), adjudications: !may(who, 'judgment.adjudicate') };
		if (before?.role && (ended.places || ended.adjudications)) await releaseLeases(tx, actor, input.userId, [projectId], ended);
		else await comparisons.refreshExhaustionOfProject(tx, projectId);
		await record(tx, actor, { action: 'member.put', projectId, subject: ['user', input.userId], details: { role: input.role } });
		return ok({ userId: input.userId, role: input.role });
	});
}
