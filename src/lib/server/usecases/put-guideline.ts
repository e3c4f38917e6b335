import { sha256Hex } from '../../domain/canonical-json.ts';
import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import type { Db } from '../db/client.ts';
import * as projects from '../db/projects.ts';
import { allow } from './access.ts';
import { inTransaction } from './transaction.ts';

/** Adds a version of the guideline. Judgments keep the version they were made under. */
export async function putGuideline(app: { db: Db }, actor: Actor, input: { slug: string; body: string }): Promise<Result<{ version: number }>> {
	return inTransaction(app.db, async (tx) => {
		const access = await allow(tx, actor, { slug: input.slug }, 'project.configure');
		if (!access.ok) return access;
		const projectId = access.value.project.id;
		await projects.serialise(tx, projectId);
		const version = await projects.addGuideline(tx, projectId, { body: input.body, contentHash: sha256Hex(input.body), createdBy: actor.userId });
		await record(tx, actor, { action: 'guideline.put', projectId, subject: ['guideline', `${projectId}/${version}`] });
		return ok({ version });
	});
}
