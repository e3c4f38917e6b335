import { rowKindOf } from './preference-dataset.ts';
import type { DatasetObjective } from './preference-dataset.ts';
import type { FieldError } from './problem.ts';
import type { SnapshotRule } from './snapshot-rule.ts';

/** What of a rule has no meaning for an objective, field by field. */
export function ruleProblems(rule: SnapshotRule, objective: DatasetObjective): FieldError[] {
	const errors: FieldError[] = [];
	const pairs = rowKindOf(objective) === 'pair';
	if (rule.strength === 'margin' && objective !== 'rm') errors.push({ field: 'rule.strength', message: 'a margin is read by rm alone; for others “ignore” or “clear_only”' });
	if (rule.matchLength && !pairs) errors.push({ field: 'rule.matchLength', message: `only for objectives that learn from pairs, not ${objective}` });
	if (rule.aggregation === 'each' && !pairs) errors.push({ field: 'rule.aggregation', message: `a row per judgment needs an objective that learns from pairs, not ${objective}` });
	if (rule.aggregation === 'each' && rule.minAgreement !== null) errors.push({ field: 'rule.minAgreement', message: 'one judgment alone has no agreement: null with aggregation “each”' });
	return errors;
}
