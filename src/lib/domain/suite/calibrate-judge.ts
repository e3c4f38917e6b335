import type { Grouped } from '../cluster-bootstrap.ts';
import { groupedMean, pairedDifference } from '../paired-difference.ts';
import type { Calibration } from './judge-results.ts';

/** What people said of a comparison on a dev prompt, and the judge; both_bad prefers neither, as a tie. */
export type JudgedComparison = { group: string; votes: readonly { person: string; verdict: 'a' | 'b' | 'tie' | 'both_bad' }[]; judge: 'a' | 'b' | 'tie' | null };

/** A judge whose whole interval lies at most so far below the people is level with them. */
export const MARGIN = 0.1;

const preference = (verdict: 'a' | 'b' | 'tie' | 'both_bad'): 'a' | 'b' | 'tie' => (verdict === 'both_bad' ? 'tie' : verdict);

/**
 * Whether a judge agrees with this project's people as well as they agree with
 * each other (semantics 25): every person is left out once, and judge and that
 * person are held against the same remaining people, comparison by comparison.
 * Comparisons that fewer than two people judged, or the judge did not, tell nothing.
 */
export function calibrate(comparisons: readonly JudgedComparison[], options: { seed: string }): Calibration {
	const rows = comparisons.flatMap(({ group, votes, judge }) => {
		if (judge === null || votes.length < 2) return [];
		return votes.map(({ person, verdict }) => {
			const rest = votes.filter((vote) => vote.person !== person).map((vote) => preference(vote.verdict));
			const share = (said: 'a' | 'b' | 'tie') => rest.filter((other) => other === said).length / rest.length;
			return { group, person, own: share(preference(verdict)), judge: share(judge) };
		});
	});
	const figure = (value: (row: (typeof rows)[number]) => number) => groupedMean(rows.map((row): Grouped => ({ group: row.group, value: value(row) })), { ...options, proportion: true });
	const difference = pairedDifference(rows.map((row) => ({ group: row.group, value: row.judge - row.own })), options);
	const { low, high, tooFew } = difference.difference;
	return {
		judge: figure((row) => row.judge),
		person: figure((row) => row.own),
		difference,
		people: new Set(rows.map(({ person }) => person)).size,
		comparisons: comparisons.length,
		missed: comparisons.filter(({ judge }) => judge === null).length,
		verdict: tooFew || low === null || high === null ? 'too_few' : high < 0 ? 'below' : low >= -MARGIN ? 'level' : 'unclear'
	};
}
