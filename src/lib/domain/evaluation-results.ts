import type { AccuracySlice } from './accuracy-slices.ts';
import type { Figure } from './cluster-bootstrap.ts';
import type { Drift } from './drift.ts';
import type { MarginCalibration } from './margin-calibration.ts';
import type { PreferenceAccuracy } from './preference-accuracy.ts';
import type { SingleAnswerFigures } from './single-answer-figures.ts';

/**
 * Where an evaluation stands. `nothing_to_measure`: it is over and nothing failed, but nothing was held out that could be
 * scored; the problem beside it says why.
 */
export const EVALUATION_STATUSES = ['queued', 'running', 'succeeded', 'failed', 'nothing_to_measure'] as const;
export type EvaluationStatus = (typeof EVALUATION_STATUSES)[number];

/** Why nothing could be measured. */
export type NothingToMeasure = 'no_held_out' | 'images_only';

/**
 * `log_ratio`: likelihood of answers against the base. `reward`: a reward model's scores; the base, which has none, gives
 * 0 to every answer, so that the same figures say how often the preferred answer scores higher, and by how much.
 */
export type Measure = 'log_ratio' | 'reward';

/**
 * What a finished evaluation holds, of the checkpoint and of its parent on the
 * same held-out data. Pairs and answers judged alone stand side by side: a
 * project that judges both ways gets both figures, and neither is folded into
 * the other.
 */
export type EvaluationResults = {
	/** Test questions, which decide; or dev questions, which rank the points of a sweep (semantics 10). */
	split: 'test' | 'dev';
	/** What was measured; missing in evaluations from before reward models, which measured log-ratios. */
	measure?: Measure;
	/** On pairs; `pairs` is 0 where there were none. */
	checkpoint: PreferenceAccuracy;
	parent: PreferenceAccuracy;
	/** On pairs, part by part: none where nothing tells them apart; missing in evaluations from before it was computed, as is the next. */
	slices?: AccuracySlice[];
	/** On pairs, whether the size of the margin says how likely people agree; null where there were none. */
	calibration?: MarginCalibration | null;
	/** On answers judged alone; null where there were none, missing in evaluations from before they were scored. */
	single?: { checkpoint: SingleAnswerFigures; parent: SingleAnswerFigures } | null;
	/** Held-out pairs and answers left out because they hold images, which the scorer cannot read; missing in evaluations from before they were counted. */
	withImages?: number;
	/** How far the checkpoint has moved from base and parent; null for a reward model, missing in evaluations from before it was computed. */
	drift?: Drift | null;
};

/** The one figure of each mode that lists and overviews show; null where nothing was measured that way. */
export function headline(results: EvaluationResults | null): { accuracy: Figure | null; auc: Figure | null } {
	const accuracy = results?.checkpoint.accuracy ?? null;
	return { accuracy: accuracy && accuracy.n > 0 ? accuracy : null, auc: results?.single?.checkpoint.auc ?? null };
}

/** The same without parts by tag: a tag may name a matter, and these go where nobody asks about walls, or to somebody behind one. */
export function withoutTags(results: EvaluationResults): EvaluationResults {
	return results.slices ? { ...results, slices: results.slices.filter(({ by }) => by !== 'tag') } : results;
}
