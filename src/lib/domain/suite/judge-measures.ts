import { groupedMean, pairedDifference } from '../paired-difference.ts';
import { bothOrders } from './judge-question.ts';
import type { JudgeVerdict } from './judge-question.ts';
import type { JudgedAgainst } from './judge-results.ts';
import { lengthControlled } from './length-controlled.ts';

/** The checkpoint's answer (a) beside another model's (b), with what the judge said when a stood first and when b did. `identical`: it was not asked. */
export type PairSaid = { group: string; identical: boolean; /** Words or Han characters that a is longer. */ longer: number; straight: JudgeVerdict | null; turned: JudgeVerdict | null };

const SCORE = { a: 1, b: 0, tie: 0.5 } as const;

/** A judge's win rate for the checkpoint: both orders must agree for a win, equal answers are ties, and a pair with a verdict missing is in no figure but counted. */
export function judgedAgainst(pairs: readonly PairSaid[], { seed }: { seed: string }): JudgedAgainst {
	const settled = pairs.map((pair) => ({ ...pair, both: pair.identical ? { verdict: 'tie' as const, disagreed: false } : bothOrders(pair.straight, pair.turned) }));
	const scored = settled.flatMap(({ group, longer, both }) => (both ? [{ group, longer, score: SCORE[both.verdict] }] : []));
	return {
		winRate: groupedMean(scored.map(({ group, score }) => ({ group, value: score })), { seed, proportion: true }),
		lengthControlled: lengthControlled(scored, { seed }),
		edge: pairedDifference(scored.map(({ group, score }) => ({ group, value: score - 0.5 })), { seed }),
		disagreed: settled.filter(({ both }) => both?.disagreed).length,
		identical: settled.filter(({ identical }) => identical).length,
		missed: settled.filter(({ both }) => both === null).length
	};
}
