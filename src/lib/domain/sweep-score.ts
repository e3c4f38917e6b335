import type { Figure } from './cluster-bootstrap.ts';
import type { EvaluationResults } from './evaluation-results.ts';

/** What the points of a sweep are ranked by, measured on dev questions: preference accuracy of pairs, or where only single answers were judged, good against bad. */
export type SweepScore = { kind: 'accuracy' | 'auc'; figure: Figure; /** Mean margin in nats, where pairs were scored. */ margin: Figure | null };

/** The score of a point; null before it was measured, or where nothing could be scored. */
export function scoreOf(results: EvaluationResults | null): SweepScore | null {
	const { accuracy = null, margin = null } = results?.checkpoint ?? {};
	if (accuracy && accuracy.n > 0) return { kind: 'accuracy', figure: accuracy, margin };
	const auc = results?.single?.checkpoint.auc ?? null;
	return auc && auc.n > 0 ? { kind: 'auc', figure: auc, margin: null } : null;
}

/** Where the points of a sweep stand. */
export type Ranking = {
	/** Those with a score, best first; equal ones by their margin, then as they were laid out. */
	order: string[];
	/** The first, where there were enough questions to say anything. */
	best: string | null;
	/** Others whose score lies within the best one's interval: they cannot be told from it. */
	close: string[];
};

/** Ranks points by their scores. The best of several looks is flattered by chance, so `close` matters as much as `best`. */
export function rankPoints(points: readonly { id: string; score: SweepScore | null }[]): Ranking {
	const scored = points.flatMap(({ id, score }) => (score && score.figure.value !== null ? [{ id, value: score.figure.value, margin: score.margin?.value ?? 0, figure: score.figure }] : []));
	const order = scored.toSorted((one, other) => other.value - one.value || other.margin - one.margin);
	const [first, ...others] = order;
	const low = first?.figure.low ?? null;
	if (!first || first.figure.tooFew || low === null) return { order: order.map(({ id }) => id), best: null, close: [] };
	return { order: order.map(({ id }) => id), best: first.id, close: others.filter(({ value }) => value >= low).map(({ id }) => id) };
}
