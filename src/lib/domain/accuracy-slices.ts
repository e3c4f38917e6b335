import { countVotes, strictMajority } from './aggregate.ts';
import { bundleOf, MAX_CLUSTERS } from './bundles.ts';
import { clusterMean, MIN_GROUPS, RESAMPLES } from './cluster-bootstrap.ts';
import type { Figure } from './cluster-bootstrap.ts';
import { half, marginGain, marginOf, scorable } from './preference-accuracy.ts';
import type { ScoredPair } from './preference-accuracy.ts';
import { JointResamples } from './resamples.ts';
import { lengthBand } from './row-selection.ts';
import type { Verdict } from './verdict.ts';

/** By what held-out pairs are told apart, in the order in which pages show it. */
export const SLICE_KINDS = ['criterion', 'tag', 'language', 'length', 'longer'] as const;
export type SliceKind = (typeof SLICE_KINDS)[number];

/** A scored pair with what it is told apart by. */
export type DescribedPair = ScoredPair & {
	tags: readonly string[];
	/** Primary subtag; null: not stated, and not told by its letters. */
	language: string | null;
	/** Which canonical side was chosen. */
	chosen: 'a' | 'b';
	/** Verdicts by criterion, canonical, of each judgment behind it. */
	criteria: readonly Readonly<Record<string, string>>[];
};

/** Held-out preference accuracy on a part of the pairs. Where there are more than 4,096 prompt groups in all, the figures' groups are bundles of them. */
export type AccuracySlice = {
	by: SliceKind;
	/** The criterion’s key, the tag, the language (each "" where there is none), the tokens at which the band of the longer answer begins, or which answer is longer: `chosen` or `rejected`. `…` stands for all rarer ones. */
	name: string;
	accuracy: Figure;
	/** Of its parent; null where that is the base, or was not scored. */
	parent: Figure | null;
	/** Share of pairs whose margin is greater than under the parent; null where no parent was scored. */
	risen: Figure | null;
};

/** Names that are listed of each kind; what is rarer stands under one name. */
export const MOST_SLICES = 30;
export const OTHER_SLICES = '…';
/** Shorter answers share the first band, longer ones the last: from 32 tokens, and from 1,024. */
const BANDS = { first: 5, last: 10 } as const;

const swapped = <T>({ chosen, rejected }: { chosen: T; rejected: T }) => ({ chosen: rejected, rejected: chosen });

/** The pair as one criterion sees it: its preferred answer is the one that more than half of those who said something of it preferred there; null where they did not decide. */
function byCriterion(pair: DescribedPair, key: string): DescribedPair | null {
	const decided = strictMajority(countVotes(pair.criteria.flatMap((given) => (given[key] === undefined ? [] : [given[key] as Verdict]))));
	if (decided !== 'a' && decided !== 'b') return null;
	if (decided === pair.chosen) return pair;
	const { base, parent, checkpoint } = pair.logps;
	return { ...pair, lengths: swapped(pair.lengths), logps: { base: swapped(base), parent: parent ? swapped(parent) : null, checkpoint: swapped(checkpoint) } };
}

/** Names under which a pair stands. */
const NAMES: Record<Exclude<SliceKind, 'criterion'>, (pair: DescribedPair) => readonly string[]> = {
	tag: ({ tags }) => (tags.length > 0 ? [...new Set(tags)] : ['']),
	language: ({ language }) => [language ?? ''],
	length: ({ lengths }) => {
		const band = lengthBand(Math.max(lengths.chosen, lengths.rejected));
		return [String(band < BANDS.first ? 0 : 2 ** Math.min(band, BANDS.last))];
	},
	longer: ({ lengths: { chosen, rejected } }) => (chosen === rejected ? [] : [chosen > rejected ? 'chosen' : 'rejected'])
};

function named(pairs: readonly DescribedPair[], kind: SliceKind): Map<string, DescribedPair[]> {
	const parts = new Map<string, DescribedPair[]>();
	const put = (name: string, pair: DescribedPair) => {
		const part = parts.get(name);
		if (part) part.push(pair);
		else parts.set(name, [pair]);
	};
	for (const pair of pairs) {
		if (kind !== 'criterion') for (const name of NAMES[kind](pair)) put(name, pair);
		else
			for (const key of new Set(pair.criteria.flatMap((given) => Object.keys(given)))) {
				const seen = byCriterion(pair, key);
				if (seen) put(key, seen);
			}
	}
	return parts;
}

/** Most pairs first, then by name; lengths from short to long. Rarer names are one, in which each pair stands once. */
function listed(parts: ReadonlyMap<string, DescribedPair[]>, kind: SliceKind): [string, DescribedPair[]][] {
	const sorted = [...parts].sort(([x, one], [y, other]) => (kind === 'length' ? Number(x) - Number(y) : other.length - one.length || (x < y ? -1 : 1)));
	if (sorted.length <= MOST_SLICES) return sorted;
	return [...sorted.slice(0, MOST_SLICES - 1), [OTHER_SLICES, [...new Set(sorted.slice(MOST_SLICES - 1).flatMap(([, pairs]) => pairs))]]];
}

/** The pairs with their groups in bundles, where there are very many: of groups whose keys may be anybody's words. */
function inClusters(pairs: readonly DescribedPair[]): readonly DescribedPair[] {
	const groups = new Set(pairs.map(({ group }) => group));
	if (groups.size <= MAX_CLUSTERS) return pairs;
	const bundles = new Map([...groups].map((group) => [group, bundleOf(group)]));
	return pairs.map((pair) => ({ ...pair, group: bundles.get(pair.group) ?? pair.group }));
}

function sliceOf(by: SliceKind, name: string, part: readonly DescribedPair[], { seed, resamples = RESAMPLES, parentIsBase }: { seed: string; resamples?: number; parentIsBase: boolean }): AccuracySlice {
	const groups = new Set(part.map(({ group }) => group));
	// Drawn once for the figures of a part: the drawing costs more than what is computed of it.
	const joint = groups.size < MIN_GROUPS ? undefined : new JointResamples(groups, { seed, resamples });
	const share = (among: readonly DescribedPair[], of: (pair: DescribedPair) => number): Figure => clusterMean(among.map((pair) => ({ group: pair.group, value: half(of(pair)) })), { seed, resamples, joint, proportion: true });
	const withParent = part.filter(({ logps }) => logps.parent != null);
	const since = (from: 'base' | 'parent', to: 'parent' | 'checkpoint') => share(withParent, ({ logps }) => marginGain(logps[from] ?? logps.base, logps[to] ?? logps.base));
	return { by, name, accuracy: share(part, marginOf), parent: parentIsBase || withParent.length === 0 ? null : since('base', 'parent'), risen: withParent.length === 0 ? null : since('parent', 'checkpoint') };
}

/**
 * Held-out preference accuracy part by part (semantics 19, 20): on which
 * criterion, tag, language and length a checkpoint follows people, and whether it
 * does where the preferred answer is the longer one only. On a criterion the
 * preferred answer is the one that people preferred there, whatever they said on
 * the whole. A kind that tells nothing apart (one part without a name) is left
 * out. The intervals are each part's own: with many parts one of them is off by
 * chance, so they say where to look and decide nothing. One part after the other,
 * since there may be a hundred and each takes its while: whoever asks can let
 * others go first in between.
 * @throws RangeError when an answer has no tokens
 */
export function* accuracySlices(pairs: readonly DescribedPair[], options: { seed: string; parentIsBase: boolean; resamples?: number }): Generator<AccuracySlice> {
	const scored = inClusters(pairs.filter(scorable));
	for (const by of SLICE_KINDS) {
		const parts = listed(named(scored, by), by);
		if (parts.length === 1 && parts[0]?.[0] === '') continue;
		for (const [name, part] of parts) yield sliceOf(by, name, part, options);
	}
}
