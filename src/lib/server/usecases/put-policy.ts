import type { JudgingPolicy } from '../../domain/judging-policy.ts';
import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import type { Db } from '../db/client.ts';
import * as people from '../db/people.ts';
import * as projects from '../db/projects.ts';
import { allow } from './access.ts';
import { settleDisputesOfProject } from './settle-dispute.ts';
import { inTransaction } from './transaction.ts';

/** Sets how a project checks its judging. The rule of disputes applies to the open round at once; the record keeps every setting. */
export async function putPolicy(app: { db: Db }, actor: Actor, input: { slug: string; policy: JudgingPolicy }): Promise<Result<{ policy: JudgingPolicy; disputed: number }>> {
	return inTransaction(app.db, async (tx) => {
		const access = await allow(tx, actor, { slug: input.slug }, 'project.configure');
		if (!access.ok) return access;
		const projectId = access.value.project.id;
		await projects.serialise(tx, projectId);
		// Judgments under way are settled under the old rule before, later ones under the new.
		await people.changePeople(tx, projectId);
		await projects.setJudgingPolicy(tx, projectId, input.policy);
		const disputed = await settleDisputesOfProject(tx, projectId);
		await record(tx, actor, { action: 'policy.put', projectId, subject: ['project', projectId], details: { ...input.policy } });
		return ok({ policy: input.policy, disputed });
	});
}
