import { clusterMean, MIN_GROUPS } from './cluster-bootstrap.ts';
import type { BootstrapOptions, Figure, Grouped } from './cluster-bootstrap.ts';

/** Summed log-probabilities of the two answers, in nats. */
export type PairLogps = { chosen: number; rejected: number };

/** A decisive held-out pair as it was scored. `parent` is the base's own scores where the base is the parent. */
export type ScoredPair = {
	group: string;
	logps: { base: PairLogps; parent?: PairLogps | null; checkpoint: PairLogps };
	/** Tokens that the sums run over, each at least 1. */
	lengths: PairLogps;
};

export type PreferenceAccuracy = {
	/** Share of pairs with a positive margin; an exact zero counts ½. Null ("—") for the base itself. */
	accuracy: Figure | null;
	/** Mean margin in nats, without β: log-ratio of chosen minus that of rejected, against the base. Null for the base itself. */
	margin: Figure | null;
	/** Share of pairs whose chosen answer has the higher log-probability per token, without any reference. */
	lengthNormalised: Figure;
	/** Null for the base itself and where no parent was scored. */
	versusParent: {
		/** Share of pairs whose margin is greater than under the parent; no change counts ½. */
		risen: Figure;
		/** Mean difference of the margins, in nats. */
		difference: Figure;
	} | null;
	/** Pairs that were scored and pairs left out because a log-probability was not finite (a diverged checkpoint). */
	pairs: number;
	notFinite: number;
	groups: number;
	/** Under 20 groups: shown, but no verdict. */
	tooFew: boolean;
	seed: string;
};

/** 1 above zero, 0 below, ½ at exactly zero: a model that has not moved has no preference. */
export function half(difference: number): number {
	return difference > 0 ? 1 : difference < 0 ? 0 : 0.5;
}

/**
 * How much `to` has moved towards the chosen answer since `from`, in nats.
 * Answer by answer, so that two equal models give exactly zero.
 */
export function marginGain(from: PairLogps, to: PairLogps): number {
	return to.chosen - from.chosen - (to.rejected - from.rejected);
}

/** How far the checkpoint has moved a pair's margin since the base, in nats; above zero: towards the chosen answer. */
export function marginOf({ logps }: ScoredPair): number {
	return marginGain(logps.base, logps.checkpoint);
}

/** Whether all numbers of a pair can be compared. @throws RangeError on a length under 1 */
export function scorable({ logps, lengths }: ScoredPair): boolean {
	if (!(lengths.chosen >= 1) || !(lengths.rejected >= 1)) throw new RangeError('preferenceAccuracy: an answer has at least one token');
	return [logps.base, logps.checkpoint, ...(logps.parent ? [logps.parent] : [])].every(({ chosen, rejected }) => Number.isFinite(chosen) && Number.isFinite(rejected));
}

/**
 * Held-out preference accuracy of a checkpoint (semantics 19, 20). The margin is
 * the implicit reward margin of DPO (Rafailov et al., arXiv 2305.18290) divided
 * by β, against the project's base whatever the run's own reference was, so that
 * checkpoints of different rounds can be compared. Figures are means over pairs
 * with a cluster bootstrap over prompt groups. For the base itself
 * (`subject: 'base'`) every margin is zero by definition and nothing is shown.
 * @throws RangeError when an answer has no tokens
 */
export function preferenceAccuracy(items: readonly ScoredPair[], options: { seed: string; subject?: 'checkpoint' | 'base'; resamples?: number }): PreferenceAccuracy {
	const pairs = items.filter(scorable);
	const isBase = options.subject === 'base';
	const bootstrap: BootstrapOptions = { seed: options.seed, ...(options.resamples === undefined ? {} : { resamples: options.resamples }) };
	const share = (of: (pair: ScoredPair) => number, among = pairs): Figure => clusterMean(among.map((pair): Grouped => ({ group: pair.group, value: half(of(pair)) })), { ...bootstrap, proportion: true });
	const mean = (of: (pair: ScoredPair) => number, among = pairs): Figure => clusterMean(among.map((pair): Grouped => ({ group: pair.group, value: of(pair) })), bootstrap);

	const sinceParent = ({ logps }: ScoredPair): number => (logps.parent ? marginGain(logps.parent, logps.checkpoint) : 0);
	const perToken = ({ logps, lengths }: ScoredPair): number => {
		const subject = isBase ? logps.base : logps.checkpoint;
		return subject.chosen / lengths.chosen - subject.rejected / lengths.rejected;
	};
	const withParent = pairs.filter(({ logps }) => logps.parent != null);
	const groups = new Set(pairs.map(({ group }) => group)).size;
	return {
		accuracy: isBase ? null : share(marginOf),
		margin: isBase ? null : mean(marginOf),
		lengthNormalised: share(perToken),
		versusParent: isBase || withParent.length === 0 ? null : { risen: share(sinceParent, withParent), difference: mean(sinceParent, withParent) },
		pairs: pairs.length,
		notFinite: items.length - pairs.length,
		groups,
		tooFew: groups < MIN_GROUPS,
		seed: options.seed
	};
}
