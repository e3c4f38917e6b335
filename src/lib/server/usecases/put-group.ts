import { fail, ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import type { Db } from '../db/client.ts';
import * as groups from '../db/groups.ts';
import * as members from '../db/members.ts';
import * as projects from '../db/projects.ts';
import { allow } from './access.ts';
import { inTransaction } from './transaction.ts';

/** Makes a group of a project's people, or (with an id) sets its name and who is in it. */
export async function putGroup(app: { db: Db }, actor: Actor, input: ({ slug: string } | { id: string }) & { name: string; members: readonly string[] }): Promise<Result<{ id: string }>> {
	return inTransaction(app.db, async (tx) => {
		const before = 'id' in input ? await groups.projectOf(tx, input.id) : null;
		if ('id' in input && before === null) return fail('not_found', 'There is no such group.');
		const access = await allow(tx, actor, 'id' in input ? { id: before ?? '' } : { slug: input.slug }, 'assignment.manage');
		if (!access.ok) return access;
		const { id: projectId } = access.value.project;
		await projects.serialise(tx, projectId);
		const known = new Set((await members.list(tx, projectId)).map(({ userId }) => userId));
		if (input.members.some((userId) => !known.has(userId))) return wrongField('members', 'members of this project');
		const id = await groups.put(tx, { id: 'id' in input ? input.id : null, projectId, name: input.name.trim() });
		if (id === null) return wrongField('name', 'a name that no other group of the project has');
		await groups.setMembers(tx, id, input.members);
		await record(tx, actor, { action: 'group.put', projectId, subject: ['group', id], details: { members: [...new Set(input.members)] } });
		return ok({ id });
	});
}
