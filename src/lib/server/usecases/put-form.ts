import { contentHash } from '../../domain/canonical-json.ts';
import type { JudgingForm } from '../../domain/judging-form.ts';
import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import type { Db } from '../db/client.ts';
import * as projects from '../db/projects.ts';
import { allow } from './access.ts';
import { inTransaction } from './transaction.ts';

/** Adds a version of the judging form. A task keeps the version in force when it was leased, and its judgment with it. */
export async function putForm(app: { db: Db }, actor: Actor, input: { slug: string; form: JudgingForm }): Promise<Result<{ version: number }>> {
	return inTransaction(app.db, async (tx) => {
		const access = await allow(tx, actor, { slug: input.slug }, 'project.configure');
		if (!access.ok) return access;
		const projectId = access.value.project.id;
		await projects.serialise(tx, projectId);
		const hash = contentHash(input.form);
		const version = await projects.addJudgingForm(tx, projectId, { form: input.form, contentHash: hash, createdBy: actor.userId });
		await record(tx, actor, { action: 'form.put', projectId, subject: ['form', `${projectId}/${version}`], details: { hash } });
		return ok({ version });
	});
}
