import { canonicalJson } from './canonical-json.ts';
import type { JsonValue } from './manifest.ts';
import { CAPPED } from './snapshot-rule.ts';
import type { SnapshotRule } from './snapshot-rule.ts';

/** Everything that a snapshot is asked to be, setting by setting, in the order in which it is told. */
export const RULE_SETTINGS = ['objective', 'rounds', 'origins', 'annotators', 'aggregation', 'minAgreement', 'strength', 'criteria', 'criterion', 'includeRewrites', 'maxChars', 'caps.prompt', 'caps.source', 'caps.tag', 'caps.length', 'matchLength'] as const;
export type RuleSetting = (typeof RULE_SETTINGS)[number];

/** What a snapshot was asked to be. `rounds` null: not said, as in a rule that is saved for any round. */
export type AskedRule = { objective: string; rounds: readonly number[] | null; rule: SnapshotRule };

/** A setting that two rules say differently. */
export type RuleDifference = { setting: RuleSetting; before: JsonValue; after: JsonValue };

/** A rule's settings side by side; rounds are left out where they are not said. */
export function settingsOf({ objective, rounds, rule }: AskedRule): Partial<Record<RuleSetting, JsonValue>> {
	const { caps, origins, ...others } = rule;
	return {
		objective,
		...(rounds === null ? {} : { rounds: [...rounds].sort((x, y) => x - y) }),
		...others,
		origins: [...origins],
		...Object.fromEntries(CAPPED.map((of) => [`caps.${of}`, caps[of]]))
	};
}

/** Only the settings in which two rules differ; what one of them does not say is no difference. */
export function ruleDifferences(before: AskedRule, after: AskedRule): RuleDifference[] {
	const [one, other] = [settingsOf(before), settingsOf(after)];
	return RULE_SETTINGS.flatMap((setting) => {
		const [was, is] = [one[setting], other[setting]];
		return was === undefined || is === undefined || canonicalJson(was) === canonicalJson(is) ? [] : [{ setting, before: was, after: is }];
	});
}

/** Whether two rules ask for the same, whatever the rounds. */
export function sameRule(one: Omit<AskedRule, 'rounds'>, other: Omit<AskedRule, 'rounds'>): boolean {
	return ruleDifferences({ ...one, rounds: null }, { ...other, rounds: null }).length === 0;
}
