import { contentHash } from '../../domain/canonical-json.ts';
import { questionGroup } from '../../domain/import-row.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { FieldError, Result } from '../../domain/problem.ts';
import { isReward, isRubric } from '../../domain/suite/check.ts';
import type { SuiteDefinition } from '../../domain/suite/check.ts';
import type { Actor } from '../auth/actor.ts';
import { checkTools } from '../checks/tools.ts';
import { record } from '../db/audit.ts';
import * as checkpoints from '../db/checkpoints.ts';
import type { Db, Executor, Tx } from '../db/client.ts';
import * as endpoints from '../db/endpoints.ts';
import * as projects from '../db/projects.ts';
import * as promptGroups from '../db/prompt-groups.ts';
import * as suites from '../db/suites.ts';
import { allow } from './access.ts';
import { inTransaction } from './transaction.ts';

/** Fields that name an endpoint or a reward model which the project does not have. */
async function strangeModels(db: Executor, projectId: string, { checks, judge }: SuiteDefinition): Promise<FieldError[]> {
	const named = [...checks.flatMap((check, place) => (isRubric(check) ? [[`checks[${place}].endpointId`, check.endpointId] as const] : [])), ...(judge && !isReward(judge) ? [['judge.endpointId', judge.endpointId] as const] : [])];
	const errors: FieldError[] = [];
	for (const [field, id] of named) {
		const endpoint = await endpoints.get(db, id);
		if (!endpoint || endpoint.projectId !== projectId || endpoint.retiredAt !== null) errors.push({ field, message: 'an endpoint of this project that is not retired' });
	}
	if (judge && isReward(judge) && !(await checkpoints.rewardModels(db, projectId)).some(({ id }) => id === judge.checkpointId)) errors.push({ field: 'judge.checkpointId', message: 'a reward model of this project that is no point of a sweep' });
	return errors;
}

/** Holds own questions out of training from now on; fields of those that were trained on or tuned by already, or may be. */
async function holdOutOwn(tx: Tx, projectId: string, { own }: SuiteDefinition): Promise<FieldError[]> {
	const keys = (own?.questions ?? []).map((content) => questionGroup([{ role: 'user', content }]));
	const taken = await promptGroups.holdOut(tx, projectId, keys);
	return keys.flatMap((key, place) => (taken.has(key) ? [{ field: `own.questions[${place}]`, message: 'not a question that the project trains on or tunes by' }] : []));
}

/**
 * Adds a version of the project's suite: what every checkpoint that is registered
 * from now on is run through. The same definition again adds none. A pattern or
 * schema that cannot be compiled is refused by its field.
 */
export async function putSuite(app: { db: Db }, actor: Actor, input: { slug: string; suite: SuiteDefinition }): Promise<Result<{ version: number; hash: string }>> {
	return inTransaction(app.db, async (tx) => {
		const access = await allow(tx, actor, { slug: input.slug }, 'suite.manage');
		if (!access.ok) return access;
		const projectId = access.value.project.id;
		const compiled = checkTools(input.suite.checks);
		if (!compiled.ok) return compiled;
		const errors = await strangeModels(tx, projectId, input.suite);
		if (errors[0]) return fail('invalid_input', `${errors[0].field}: ${errors[0].message}`, { errors });
		await projects.serialise(tx, projectId);
		const hash = contentHash(input.suite);
		const before = await suites.newest(tx, projectId);
		if (before?.contentHash === hash) return ok({ version: before.version, hash });
		const trained = await holdOutOwn(tx, projectId, input.suite);
		if (trained[0]) return fail('invalid_input', `${trained[0].field}: ${trained[0].message}`, { errors: trained });
		const version = await suites.insert(tx, { projectId, definition: input.suite, contentHash: hash, createdBy: actor.userId });
		await record(tx, actor, { action: 'suite.put', projectId, subject: ['suite', `${projectId}/${version}`], details: { hash, checks: input.suite.checks.map(({ name, kind }) => ({ name, kind })), judge: input.suite.judge !== null } });
		return ok({ version, hash });
	});
}
