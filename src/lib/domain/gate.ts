import * as v from 'valibot';

const share = v.pipe(v.number(), v.minValue(0, 'from 0 to 1'), v.maxValue(1, 'from 0 to 1'));
/** How much worse is still accepted, in the measure's own unit: 0.05 of a rate are five points. */
const margin = v.pipe(v.number(), v.minValue(0, 'not negative: how much worse is still accepted'), v.maxValue(1_000_000, 'at most 1,000,000'));
const named = v.nullable(v.pipe(v.string(), v.trim(), v.minLength(1, 'a name, or null for all of them'), v.maxLength(200, 'at most 200 characters')));

/**
 * One thing that a checkpoint must show. `win_rate`, `held_out`, `check` and
 * `benchmark` are tests: what is measured must clear its bound beyond chance.
 * `agreement` and `judgments` say whether the measuring itself is any good.
 */
export const GateRule = v.variant('kind', [
	/** People prefer it to its parent: the lower bound of its win rate lies above this share. */
	v.object({ kind: v.literal('win_rate'), above: v.pipe(v.number(), v.minValue(0.01, 'from 0.01 to 0.99'), v.maxValue(0.99, 'from 0.01 to 0.99')) }),
	/** It gives the preferred answer of held-out pairs the higher likelihood more often than this share. */
	v.object({ kind: v.literal('held_out'), above: share }),
	/** A named check of the suite (null: every one) is not worse than the parent's by more than this. */
	v.object({ kind: v.literal('check'), name: named, margin }),
	/** A named benchmark (null: every one) has not dropped below the parent's by more than this. */
	v.object({ kind: v.literal('benchmark'), name: named, margin }),
	/** Those who judged agree with each other: nominal α is at least this. */
	v.object({ kind: v.literal('agreement'), atLeast: v.pipe(v.number(), v.minValue(-1, 'from -1 to 1'), v.maxValue(1, 'from -1 to 1')) }),
	/** So many judgments on test prompts count. */
	v.object({ kind: v.literal('judgments'), atLeast: v.pipe(v.number(), v.integer(), v.minValue(1, 'at least 1'), v.maxValue(1_000_000, 'at most 1,000,000')) })
]);
export type GateRule = v.InferOutput<typeof GateRule>;

/** In the order in which they are offered. */
export const RULE_KINDS = ['win_rate', 'held_out', 'check', 'benchmark', 'agreement', 'judgments'] as const satisfies readonly GateRule['kind'][];

const MOST_RULES = 50;

/** What must hold before a checkpoint is promoted. `level`: how often, at most, some rule that tests is said to hold although it does not. */
export const Gate = v.object({
	level: v.pipe(v.number(), v.minValue(0.001, 'from 0.001 to 0.2'), v.maxValue(0.2, 'from 0.001 to 0.2')),
	rules: v.pipe(
		v.array(GateRule),
		v.minLength(1, 'at least one rule'),
		v.maxLength(MOST_RULES, `at most ${MOST_RULES} rules`),
		v.check((rules) => new Set(rules.map(ruleKey)).size === rules.length, 'the same rule stands there twice')
	)
});
export type Gate = v.InferOutput<typeof Gate>;

/** What a rule is about: two rules of a gate never share it. */
export function ruleKey(rule: GateRule): string {
	return rule.kind === 'check' || rule.kind === 'benchmark' ? `${rule.kind}/${rule.name ?? '*'}` : rule.kind;
}

/** A gate to begin with: people prefer it, enough of them said so and agree, and no check gets worse by more than five points. */
export const USUAL_GATE: Gate = {
	level: 0.05,
	rules: [
		{ kind: 'win_rate', above: 0.5 },
		{ kind: 'judgments', atLeast: 100 },
		{ kind: 'agreement', atLeast: 0.4 },
		{ kind: 'check', name: null, margin: 0.05 }
	]
};
