import { chance } from './chance.ts';
import type { Decide, Verdict } from './judge.ts';

/** How simulated annotators fail: shares of verdicts that are wrong, and that are a tie. */
export type Rates = { error: number; tie: number };

/**
 * Annotators for the written answers: they choose the careful one, except for
 * the stated share of ties and of errors. A pair of which no answer is a known
 * careful one is beyond them: cannot judge.
 */
export function knowingJudges(careful: ReadonlySet<string>, rates: Rates, seed: string): Decide {
	return (who, { prompt, left, right }) => {
		if (right === null || careful.has(left) === careful.has(right)) return 'cannot_judge';
		const [one, other] = [left, right].sort() as [string, string];
		const draw = chance(seed, who, prompt, one, other);
		if (draw < rates.tie) return 'tie';
		const good: Verdict = careful.has(left) ? 'left' : 'right';
		const wrong: Verdict = good === 'left' ? 'right' : 'left';
		return draw < rates.tie + rates.error ? wrong : good;
	};
}
