import type { DatasetObjective } from '../../domain/preference-dataset.ts';
import { fail, ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { ruleProblems } from '../../domain/rule-problems.ts';
import { completeRule } from '../../domain/snapshot-rule.ts';
import type { SnapshotRule, SnapshotRuleInput } from '../../domain/snapshot-rule.ts';
import type { Executor } from '../db/client.ts';
import * as snapshotRules from '../db/snapshot-rules.ts';

/** A rule as a client asks for it: in full, or by the name it is saved under. */
export type RuleInput = { objective?: DatasetObjective | undefined; rule?: SnapshotRuleInput | undefined; saved?: { name: string; version?: number | undefined } | undefined };

/** A rule with its objective, and which saved one it is. */
export type ResolvedRule = { objective: DatasetObjective; rule: SnapshotRule; savedRuleId: string | null };

/** The rule that a client asks for, checked against its objective. */
export async function resolveRule(db: Executor, projectId: string, { objective, rule, saved }: RuleInput): Promise<Result<ResolvedRule>> {
	if (saved !== undefined) {
		if (rule !== undefined) return wrongField('rule', 'leave it out: the saved rule says it');
		const found = await snapshotRules.get(db, { projectId, name: saved.name, version: saved.version ?? null });
		if (!found) return wrongField('saved', saved.version === undefined ? `no rule is saved as “${saved.name}”` : `“${saved.name}” has no version ${saved.version}`);
		if (objective !== undefined && objective !== found.objective) return wrongField('objective', `“${found.name}” was saved for ${found.objective}: leave it out, or name that`);
		return ok({ objective: found.objective, rule: found.rule, savedRuleId: found.id });
	}
	if (objective === undefined) return wrongField('objective', 'missing: only a saved rule names its own');
	const complete = completeRule(rule);
	const errors = ruleProblems(complete, objective);
	return errors.length > 0 ? fail('invalid_input', 'The rule does not fit the objective.', { errors }) : ok({ objective, rule: complete, savedRuleId: null });
}
