import * as v from 'valibot';

/** When the judgments of a comparison disagree so far that a reviewer must decide. */
export const DISPUTE_RULES = ['never', 'no_majority', 'opposed', 'any_difference'] as const;
export type DisputeRule = (typeof DISPUTE_RULES)[number];

const rate = v.pipe(v.number(), v.minValue(0, 'at least 0'), v.maxValue(0.5, 'at most 0.5'));
const few = (max: number) => v.pipe(v.number(), v.integer('a whole number'), v.minValue(0, 'at least 0'), v.maxValue(max, `at most ${max}`));

/** How a project checks its own judging: known items, repeats and a reviewer's decision. */
export const JudgingPolicySchema = v.strictObject({
	/** Share of tasks that are gold, drawn for each task (0 to 0.5). */
	goldRate: v.optional(rate, 0),
	/** Gold items a person judges before real work. */
	warmUp: v.optional(few(50), 0),
	/** Whether who judges gold in the warm-up learns at once what was right. */
	warmUpFeedback: v.optional(v.boolean(), false),
	/** Share of tasks that show a person an own judged pair again, sides swapped. */
	repeatRate: v.optional(rate, 0),
	/** Other tasks that lie at least between the first time and the repeat. */
	repeatAfter: v.optional(few(1000), 20),
	dispute: v.optional(v.picklist(DISPUTE_RULES, `one of ${DISPUTE_RULES.join(', ')}`), 'no_majority'),
	/** Whether who adjudicates sees who judged how, or only how was judged. */
	adjudicateBlind: v.optional(v.boolean(), true)
});
export type JudgingPolicy = v.InferOutput<typeof JudgingPolicySchema>;

/** Whether tasks that are no real work are mixed in among those that are. */
export const mixesIn = ({ goldRate, repeatRate, warmUp }: Pick<JudgingPolicy, 'goldRate' | 'repeatRate' | 'warmUp'>): boolean => goldRate + repeatRate + warmUp > 0;

/** A policy with its missing parts filled by the defaults. */
export function completePolicy(stored: Partial<JudgingPolicy>): JudgingPolicy {
	return v.parse(JudgingPolicySchema, stored);
}
