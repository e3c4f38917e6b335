import { OBJECTIVE_CHOICES } from '#lib/components/loop/words.ts';
import { CAPPED, CRITERION_TESTS } from '#lib/domain/snapshot-rule.ts';
import type { Aggregation, Capped, SnapshotRule } from '#lib/domain/snapshot-rule.ts';
import type { DatasetObjective } from '#lib/domain/preference-dataset.ts';
import { percent } from '#lib/components/shell/format.ts';
import * as m from '#lib/paraglide/messages.js';

/** Objectives to choose from, each with what it learns from. */
export const objectiveChoices = () => OBJECTIVE_CHOICES.map(({ value, name, help }) => ({ value, label: name(), note: help() }));

/** Ways from votes to a verdict, in plain words. */
export const AGGREGATION_WORDS: Record<Aggregation, { name: () => string; help: () => string }> = {
	majority: { name: m.rule_majority, help: m.rule_majority_help },
	unanimity: { name: m.rule_unanimity, help: m.rule_unanimity_help },
	dawid_skene: { name: m.rule_weighed, help: m.rule_weighed_help },
	each: { name: m.rule_each, help: m.rule_each_help }
};

/** Least agreement to choose from; the first is none. */
export const agreementChoices = () => [{ value: '', label: m.rule_agreement_none() }, ...[0.6, 0.66, 0.75, 0.8, 0.9, 1].map((share) => ({ value: String(share), label: m.rule_agreement_least({ share: percent(share) }) }))];

/** What may be done with how clearly somebody preferred. */
export const strengthChoices = (objective: DatasetObjective): { value: SnapshotRule['strength']; label: string }[] => [
	{ value: 'ignore', label: m.rule_strength_ignore() },
	{ value: 'clear_only', label: m.rule_strength_clear() },
	...(objective === 'rm' ? [{ value: 'margin' as const, label: m.rule_strength_margin() }] : [])
];

const TESTS: Record<(typeof CRITERION_TESTS)[number], () => string> = { equal: m.rule_criterion_equal, same_way: m.rule_criterion_same };

/** Tests on a criterion to choose from; the first is none. */
export const testChoices = () => [{ value: '', label: m.rule_criterion_none() }, ...CRITERION_TESTS.map((value) => ({ value, label: TESTS[value]() }))];

const CAPS: Record<Capped, () => string> = { prompt: m.rule_cap_prompt, source: m.rule_cap_source, tag: m.rule_cap_tag, length: m.rule_cap_length };

/** Classes whose rows may be capped, in words. */
export const capFields = () => CAPPED.map((key) => ({ key, label: CAPS[key]() }));
