import { ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import type { Db } from '../db/client.ts';
import * as guidelines from '../db/guidelines.ts';
import { allow } from './access.ts';
import { inTransaction } from './transaction.ts';

/** Notes that who asks has seen what changed in the guideline up to a version: no device says it again. */
export async function markGuidelineRead(app: { db: Db }, actor: Actor, input: { slug: string; version: number }): Promise<Result<null>> {
	return inTransaction(app.db, async (tx) => {
		const access = await allow(tx, actor, { slug: input.slug }, 'guideline.read');
		if (!access.ok) return access;
		const projectId = access.value.project.id;
		if (!(await guidelines.get(tx, projectId, input.version))) return wrongField('version', 'the guideline has no such version');
		const isNews = await guidelines.markRead(tx, { projectId, userId: actor.userId, version: input.version });
		if (isNews) await record(tx, actor, { action: 'guideline.read', projectId, subject: ['guideline', `${projectId}/${input.version}`] });
		return ok(null);
	});
}
