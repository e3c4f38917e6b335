import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import type { Db } from '../db/client.ts';
import * as comparisons from '../db/comparisons.ts';
import * as members from '../db/members.ts';
import * as projects from '../db/projects.ts';
import { allow } from './access.ts';
import { inTransaction } from './transaction.ts';

/** Says what a member knows and which languages they judge in (none: any). What they hold already stays theirs. */
export async function putSkills(
	app: { db: Db },
	actor: Actor,
	input: { slug: string; userId: string; skills: readonly string[]; languages: readonly string[] }
): Promise<Result<{ userId: string; skills: string[]; languages: string[] }>> {
	return inTransaction(app.db, async (tx) => {
		const access = await allow(tx, actor, { slug: input.slug }, 'members.manage');
		if (!access.ok) return access;
		const projectId = access.value.project.id;
		await projects.serialise(tx, projectId);
		const skills = [...new Set(input.skills)].toSorted();
		const languages = [...new Set(input.languages)].toSorted();
		if (!(await members.setSkills(tx, projectId, input.userId, { skills, languages }))) return fail('not_found', 'This person is no member of the project.');
		await comparisons.refreshExhaustionOfProject(tx, projectId);
		await record(tx, actor, { action: 'member.skills', projectId, subject: ['user', input.userId], details: { skills, languages } });
		return ok({ userId: input.userId, skills, languages });
	});
}
