import { clusterMean, MIN_GROUPS } from './cluster-bootstrap.ts';
import type { Figure } from './cluster-bootstrap.ts';
import { wilsonInterval } from './wilson.ts';

/** An answer judged alone on a test prompt, with its counting judgments. `cannot_judge` is no vote and stays out. */
export type JudgedAnswer = { group: string; votes: readonly ('good' | 'bad')[] };

/**
 * Share of answers that people called good: every answer gives one value, the
 * mean over its votes, as in win rates (semantics 21). `n` is the answers.
 * Wilson's interval where every group has one answer whose votes agree, else
 * cluster bootstrap over groups; none under 20 groups (semantics 19).
 */
export function goodShare(answers: readonly JudgedAnswer[], options: { seed: string; resamples?: number }): Figure {
	const values = answers.filter(({ votes }) => votes.length > 0).map(({ group, votes }) => ({ group, value: votes.filter((vote) => vote === 'good').length / votes.length }));
	const groups = new Set(values.map(({ group }) => group)).size;
	if (groups === values.length && groups >= MIN_GROUPS && values.every(({ value }) => value === 0 || value === 1)) {
		const good = values.filter(({ value }) => value === 1).length;
		return { value: good / groups, ...wilsonInterval(good, groups), n: groups, groups, tooFew: false, method: 'wilson' };
	}
	return clusterMean(values, { ...options, proportion: true });
}
