import type { DatasetObjective } from '../../domain/preference-dataset.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { sameRule } from '../../domain/rule-difference.ts';
import { ruleProblems } from '../../domain/rule-problems.ts';
import { completeRule } from '../../domain/snapshot-rule.ts';
import type { SnapshotRuleInput } from '../../domain/snapshot-rule.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import * as projects from '../db/projects.ts';
import * as snapshotRules from '../db/snapshot-rules.ts';
import { allow } from './access.ts';
import { inTransaction } from './transaction.ts';

/** Which version now holds what was saved, and whether it is a new one. */
export type SavedVersion = { name: string; version: number; added: boolean };

/** Saves a rule under a name: a new version where it says something else than the newest, else nothing. Versions are never changed. */
export async function putSnapshotRule(app: Pick<App, 'db'>, actor: Actor, input: { slug: string; name: string; objective: DatasetObjective; rule?: SnapshotRuleInput | undefined }): Promise<Result<SavedVersion>> {
	return inTransaction(app.db, async (tx): Promise<Result<SavedVersion>> => {
		const access = await allow(tx, actor, { slug: input.slug }, 'snapshot.create');
		if (!access.ok) return access;
		const projectId = access.value.project.id;
		const { name, objective } = input;
		const rule = completeRule(input.rule);
		const errors = ruleProblems(rule, objective);
		if (errors.length > 0) return fail('invalid_input', 'The rule does not fit the objective.', { errors });
		await projects.serialise(tx, projectId);
		const newest = await snapshotRules.get(tx, { projectId, name, version: null });
		if (newest && sameRule(newest, { objective, rule })) return ok({ name, version: newest.version, added: false });
		const version = (newest?.version ?? 0) + 1;
		await snapshotRules.insert(tx, { projectId, name, version, objective, rule, createdBy: actor.userId });
		await record(tx, actor, { action: 'snapshot_rule.put', projectId, subject: ['project', projectId], details: { name, version, objective } });
		return ok({ name, version, added: true });
	});
}
