import { bootstrapInterval, byGroup, MIN_GROUPS, RESAMPLES } from './cluster-bootstrap.ts';
import type { Figure } from './cluster-bootstrap.ts';
import { drawGroups } from './resamples.ts';
import { wilsonInterval } from './wilson.ts';

/** A held-out answer of single mode: its log-ratio (or another score) and whether people called it good. */
export type ScoredAnswer = { group: string; score: number; good: boolean };

/**
 * With fewer prompt groups that hold a good answer, or a bad one, than this
 * there is no interval: resampling whole groups would draw the same few again
 * and again, or none, and claim to know more than it does.
 */
export const MIN_GROUPS_A_KIND = 5;

/**
 * AUC of good against bad answers (semantics 20): the probability that a good
 * answer scores higher than a bad one, ties ½ (Mann–Whitney). ½ is chance.
 * Null without answers of both kinds. Interval by cluster bootstrap over groups;
 * where the two kinds are wholly apart every resample says so too and would
 * claim certainty: then Wilson over the groups of the rarer kind stands in.
 * @throws RangeError on a score that is not finite: callers count those apart
 */
export function singleAnswerAuc(items: readonly ScoredAnswer[], options: { seed: string; resamples?: number }): Figure {
	if (items.some(({ score }) => !Number.isFinite(score))) throw new RangeError('singleAnswerAuc: every score must be finite');
	const groups = byGroup(items, (x, y) => x.score - y.score);
	const ranked = groups.flatMap((members, group) => members.map(({ score, good }) => ({ score, good, group }))).sort((x, y) => x.score - y.score);
	const aucOf = (weight: (group: number) => number): number => {
		let [goods, bads, below, wins] = [0, 0, 0, 0];
		for (let start = 0; start < ranked.length; ) {
			const score = ranked[start]?.score;
			let [goodHere, badHere] = [0, 0];
			let end = start;
			for (let item = ranked[end]; item && item.score === score; item = ranked[(end += 1)]) {
				if (item.good) goodHere += weight(item.group);
				else badHere += weight(item.group);
			}
			wins += goodHere * (below + badHere / 2);
			below += badHere;
			goods += goodHere;
			bads += badHere;
			start = end;
		}
		return wins / (goods * bads);
	};
	const auc = aucOf(() => 1);
	const figure = { value: Number.isNaN(auc) ? null : auc, n: items.length, groups: groups.length };
	const rarer = Math.min(...[true, false].map((kind) => groups.filter((members) => members.some(({ good }) => good === kind)).length));
	if (figure.value === null || groups.length < MIN_GROUPS || rarer < MIN_GROUPS_A_KIND) return { ...figure, low: null, high: null, tooFew: true, method: 'none' };
	if (figure.value === 0 || figure.value === 1) return { ...figure, ...wilsonInterval(figure.value * rarer, rarer), tooFew: false, method: 'wilson' };
	const interval = bootstrapInterval(drawGroups(groups.length, { seed: options.seed, resamples: options.resamples ?? RESAMPLES }), (drawn) => aucOf((group) => drawn[group] ?? 0));
	return { ...figure, low: interval?.low ?? null, high: interval?.high ?? null, tooFew: interval === null, method: interval ? 'cluster_bootstrap' : 'none' };
}
