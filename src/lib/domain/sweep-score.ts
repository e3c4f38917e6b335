import type { Figure } from './cluster-bootstrap.ts';
import type { EvaluationResults } from './evaluation-results.ts';

/** What the points of a sweep are ranked by, measured on dev questions: preference accuracy of pairs, or where only single answers were judged, good against bad. */
export type SweepScore = {
	kind: 'accuracy' | 'auc';
	figure: Figure;
	/** Mean margin in nats, where pairs were scored. */
	margin: Figure | null;
	/** Pairs and single answers that gave no finite number and are not in the figure: above zero the checkpoint has diverged. */
	notFinite: number;
};

/** The score of a point; null before it was measured, or where there was nothing to score. The figure of one that diverged on everything has no value. */
export function scoreOf(results: EvaluationResults | null): SweepScore | null {
	if (!results) return null;
	const { checkpoint, single } = results;
	const notFinite = checkpoint.notFinite + (single?.checkpoint.notFinite ?? 0);
	if (checkpoint.accuracy && checkpoint.accuracy.n + checkpoint.notFinite > 0) return { kind: 'accuracy', figure: checkpoint.accuracy, margin: checkpoint.margin, notFinite };
	const auc = single?.checkpoint.auc ?? null;
	return auc && auc.n + notFinite > 0 ? { kind: 'auc', figure: auc, margin: null, notFinite } : null;
}

/** Where the points of a sweep stand. */
export type Ranking = {
	/** Those with a score, best first; equal ones by their margin, then as they were laid out. Those that diverged come after all others: their scores leave out what went wrong. */
	order: string[];
	/** The first, where there were enough questions to say anything and it has not diverged. */
	best: string | null;
	/** Others whose score lies within the best one's interval: they cannot be told from it. None of them has diverged. */
	close: string[];
};

/** Ranks points by their scores. The best of several looks is flattered by chance, so `close` matters as much as `best`. */
export function rankPoints(points: readonly { id: string; score: SweepScore | null }[]): Ranking {
	const scored = points.flatMap(({ id, score }) => (score && score.figure.value !== null ? [{ id, value: score.figure.value, margin: score.margin?.value ?? 0, figure: score.figure, diverged: score.notFinite > 0 }] : []));
	const ranked = scored.toSorted((one, other) => Number(one.diverged) - Number(other.diverged) || other.value - one.value || other.margin - one.margin);
	const order = ranked.map(({ id }) => id);
	const [first, ...others] = ranked.filter(({ diverged }) => !diverged);
	const low = first?.figure.low ?? null;
	if (!first || first.figure.tooFew || low === null) return { order, best: null, close: [] };
	return { order, best: first.id, close: others.filter(({ value }) => value >= low).map(({ id }) => id) };
}
