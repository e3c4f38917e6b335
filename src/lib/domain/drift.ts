import { clusterMean } from './cluster-bootstrap.ts';
import type { Figure } from './cluster-bootstrap.ts';

/** A held-out answer under three models: summed log-probabilities in nats, over `tokens` tokens. */
export type ScoredAnswer = { group: string; tokens: number; base: number; parent: number; checkpoint: number };

/**
 * How far a checkpoint has moved, in nats a token: the mean over held-out answers of the absolute log-ratio of the two
 * models, |log π(y|x) − log π₀(y|x)| / |y|.
 */
export type Drift = {
	/** From the project's base: everything that its rounds have added up to. */
	fromBase: Figure;
	/** From its parent: what this round added. */
	fromParent: Figure;
};

/**
 * Drift of a checkpoint from base and parent on the same held-out answers. It is no KL divergence, which would want
 * answers of the checkpoint itself (Schulman 2020, "Approximating KL divergence"): on given answers a mean log-ratio may
 * even be negative, and gains on preferred answers would cancel losses on the others. The absolute log-ratio cannot hide
 * either, is 0 only for models that agree on these answers, and obeys the triangle inequality answer by answer, so that
 * on the same answers the drift from the base is at most the sum of the rounds'. Mean over answers with a cluster
 * bootstrap over prompt groups (semantics 19). Null where nothing finite was scored.
 */
export function driftOf(answers: readonly ScoredAnswer[], options: { seed: string; resamples?: number }): Drift | null {
	const scored = answers.filter(({ tokens, base, parent, checkpoint }) => tokens >= 1 && [base, parent, checkpoint].every(Number.isFinite));
	if (scored.length === 0) return null;
	const from = (of: 'base' | 'parent') => clusterMean(scored.map((answer) => ({ group: answer.group, value: Math.abs(answer.checkpoint - answer[of]) / answer.tokens })), options);
	return { fromBase: from('base'), fromParent: from('parent') };
}
