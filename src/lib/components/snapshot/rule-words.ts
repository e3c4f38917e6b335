import { count, percent } from '#lib/components/shell/format.ts';
import { CAPPED } from '#lib/domain/snapshot-rule.ts';
import type { Aggregation, SnapshotRule } from '#lib/domain/snapshot-rule.ts';
import * as m from '#lib/paraglide/messages.js';
import { capFields } from './rule-choices.ts';

const AGGREGATIONS: Record<Aggregation, () => string> = { majority: m.snapshot_rule_majority, unanimity: m.snapshot_rule_unanimity, dawid_skene: m.snapshot_rule_weighed, each: m.snapshot_rule_each };

/** What a stored rule says besides rounds and rewrites, in sentences. A rule of an earlier day says less. */
export function ruleWords(stored: Record<string, unknown>): string[] {
	const rule = stored as Partial<SnapshotRule>;
	const imports = stored['includeImports'] === true || rule.origins?.includes('import');
	const { annotators, criterion, caps } = rule;
	const names = new Map(capFields().map(({ key, label }) => [key, label]));
	return [
		(AGGREGATIONS[rule.aggregation as Aggregation] ?? m.snapshot_rule_majority)(),
		...(rule.minAgreement != null ? [m.snapshot_rule_agreement({ share: percent(rule.minAgreement) })] : []),
		imports ? m.snapshot_rule_imports() : m.snapshot_rule_no_imports(),
		...(annotators ? [(annotators.mode === 'only' ? m.snapshot_rule_only : m.snapshot_rule_except)({ n: count(annotators.people.length) })] : []),
		...(rule.strength === 'clear_only' ? [m.snapshot_rule_clear()] : rule.strength === 'margin' ? [m.snapshot_rule_margin()] : []),
		...(criterion ? [m.snapshot_rule_criterion({ criterion })] : []),
		...(rule.criteria ?? []).map(({ key, is }) => (is === 'equal' ? m.snapshot_rule_equal : m.snapshot_rule_same)({ criterion: key })),
		...(rule.maxChars != null ? [m.snapshot_rule_max_chars({ n: count(rule.maxChars) })] : []),
		...(caps ? CAPPED.flatMap((of) => {
			const [cap, what] = [caps[of], names.get(of) ?? of];
			return cap === null ? [] : [cap === 'smallest' ? m.snapshot_rule_cap_smallest({ what }) : m.snapshot_rule_cap({ what, n: count(cap) })];
		}) : []),
		...(rule.matchLength ? [m.snapshot_rule_matched()] : [])
	];
}
