/** What one judge said of two competitors' answers to one prompt. */
export type Battle = {
	a: string;
	b: string;
	/** 1: a's answer is better, 0: b's, ½: tie or both bad (semantics 21). */
	score: number;
	/** Prompt group: battles of one group go together. */
	group: string;
	judge: string;
	/** How much it counts, above nought. */
	weight: number;
	/** What sets a's answer apart from b's besides who wrote it; the same features for every battle. */
	style: readonly number[];
};

/** A comparison of two competitors' answers, with the judgments that count. */
export type JudgedPair = {
	a: string;
	b: string;
	group: string;
	/** The probability with which its policy chose it. */
	propensity: number;
	style: readonly number[];
	judgments: readonly { judge: string; verdict: 'a' | 'b' | 'tie' | 'both_bad' }[];
};

const SCORE = { a: 1, b: 0, tie: 0.5, both_bad: 0.5 } as const;

/**
 * Battles of judged pairs. Each comparison weighs the same however often it was
 * judged (semantics 21), and the more the less likely its policy was to choose
 * it: by the inverse of its propensity (Horvitz & Thompson 1952). Weights
 * average 1. What compares a competitor with itself tells nothing and is left out.
 */
export function battlesOf(pairs: readonly JudgedPair[]): Battle[] {
	const battles = pairs.flatMap(({ a, b, group, propensity, style, judgments }) =>
		a === b ? [] : judgments.map(({ judge, verdict }): Battle => ({ a, b, score: SCORE[verdict], group, judge, weight: 1 / (propensity * judgments.length), style }))
	);
	const mean = battles.reduce((sum, { weight }) => sum + weight, 0) / battles.length;
	return battles.map((battle) => ({ ...battle, weight: battle.weight / mean }));
}
