import { MIN_GROUPS } from './cluster-bootstrap.ts';
import type { Figure } from './cluster-bootstrap.ts';
import { MIN_GROUPS_A_KIND, singleAnswerAuc } from './single-answer-auc.ts';

/** A held-out answer that people judged alone, as it was scored: summed log-probabilities in nats. */
export type ScoredSingle = {
	group: string;
	good: boolean;
	/** `parent` is the base's own score where the base is the parent. */
	logps: { base: number; parent?: number | null; checkpoint: number };
	/** Tokens that the sums run over, at least 1. */
	tokens: number;
};

/** How well a checkpoint tells good answers from bad ones. Every figure is an AUC: ½ is chance. */
export type SingleAnswerFigures = {
	/** By the log-ratio against the project's base. Null ("—") for the base itself. */
	auc: Figure | null;
	/** By the log-ratio against its parent: what this run has moved. Null for the base itself and where no parent was scored. */
	versusParent: Figure | null;
	/** By the log-probability per token, without any reference. */
	lengthNormalised: Figure;
	/** Answers that were scored, by what people said, and those left out because a log-probability was not finite. */
	good: number;
	bad: number;
	notFinite: number;
	groups: number;
	/** Prompt groups that hold a good answer, and a bad one. */
	groupsOf: { good: number; bad: number };
	/** Under 20 groups, or under 5 of a kind: shown, but no verdict. */
	tooFew: boolean;
	seed: string;
};

/**
 * Figures of a checkpoint on held-out answers that were judged alone (semantics
 * 19, 20): the log-ratio is the implicit reward of KTO divided by β, against the
 * base whatever the run's own reference was, so that checkpoints of different
 * rounds can be compared. For the base itself (`subject: 'base'`) every
 * log-ratio is zero by definition and nothing is shown.
 * @throws RangeError when an answer has no tokens
 */
export function singleAnswerFigures(items: readonly ScoredSingle[], options: { seed: string; subject?: 'checkpoint' | 'base'; resamples?: number }): SingleAnswerFigures {
	if (items.some(({ tokens }) => !(tokens >= 1))) throw new RangeError('singleAnswerFigures: an answer has at least one token');
	const scored = items.filter(({ logps }) => [logps.base, logps.checkpoint, logps.parent ?? 0].every(Number.isFinite));
	const isBase = options.subject === 'base';
	const auc = (score: (item: ScoredSingle) => number, among = scored): Figure => singleAnswerAuc(among.map((item) => ({ group: item.group, good: item.good, score: score(item) })), options);
	const withParent = scored.filter(({ logps }) => logps.parent != null);
	const groupsOf = (good: boolean): number => new Set(scored.filter((item) => item.good === good).map(({ group }) => group)).size;
	const groups = new Set(scored.map(({ group }) => group)).size;
	const kinds = { good: groupsOf(true), bad: groupsOf(false) };
	const good = scored.filter((item) => item.good).length;
	return {
		auc: isBase ? null : auc(({ logps }) => logps.checkpoint - logps.base),
		versusParent: isBase || withParent.length === 0 ? null : auc(({ logps }) => logps.checkpoint - (logps.parent ?? NaN), withParent),
		lengthNormalised: auc(({ logps, tokens }) => (isBase ? logps.base : logps.checkpoint) / tokens),
		good,
		bad: scored.length - good,
		notFinite: items.length - scored.length,
		groups,
		groupsOf: kinds,
		tooFew: groups < MIN_GROUPS || Math.min(kinds.good, kinds.bad) < MIN_GROUPS_A_KIND,
		seed: options.seed
	};
}
