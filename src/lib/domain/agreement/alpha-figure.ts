import { bootstrapInterval, MIN_GROUPS, resamplesOf } from '../cluster-bootstrap.ts';
import { wilsonInterval } from '../wilson.ts';
import { AGREEMENT_RESAMPLES, withoutInterval } from './agreement-figure.ts';
import type { AgreementFigure, AgreementOptions } from './agreement-figure.ts';
import { addCoincidences, coincidenceSums, emptyCoincidences } from './coincidences.ts';
import type { Coincidences } from './coincidences.ts';
import { alphaOf, krippendorffAlpha } from './krippendorff-alpha.ts';
import type { Metric } from './krippendorff-alpha.ts';
import type { Scale } from './scale.ts';
import { coincidencesByGroup, countUnits } from './units.ts';
import type { GroupCoincidences, JudgedComparison } from './units.ts';

/** With more resamples than this without an alpha, 95 % of them do not tell an interval. */
const MOST_UNDEFINED = 0.05;

/** Krippendorff's alpha of judged comparisons on a scale; see `alphaFigure`. */
export function agreementAlpha(comparisons: Iterable<JudgedComparison>, scale: Scale, options: AgreementOptions): AgreementFigure {
	return alphaFigure(coincidencesByGroup(countUnits(comparisons, scale), scale.categories.length), scale.metric, options);
}

/**
 * Krippendorff's alpha with a percentile cluster bootstrap over prompt groups
 * (semantics 19, 22). `n` is the pairable judgments. Resamples are summed from
 * the groups' coincidences, groups with equal ones together, so that the cost
 * goes by groups and not by judgments. Where nobody ever disagrees every
 * resample gives 1 and would claim certainty: Wilson over groups stands in, as
 * if each group were one trial (as in `clusterMean`), a group that fails
 * counting as judged by chance, for which alpha is 0.
 * @throws RangeError when the groups' categories differ
 */
export function alphaFigure(groups: readonly GroupCoincidences[], metric: Metric, options: AgreementOptions): AgreementFigure {
	const sorted = [...groups].sort((x, y) => (x.group < y.group ? -1 : 1));
	const kinds = kindsOf(sorted);
	const total = emptyCoincidences(groups[0]?.coincidences.categories ?? 2);
	for (const { coincidences, groups: number } of kinds.all) addCoincidences(total, coincidences, number);
	const { value, n, reason } = krippendorffAlpha(total, metric);
	const figure = { value, n, groups: groups.length };
	if (value === null) return withoutInterval(figure, reason ?? 'no_pairable_values');
	if (groups.length < MIN_GROUPS) return withoutInterval(figure, 'too_few');
	if (value === 1) return { ...figure, ...wilsonInterval(groups.length, groups.length), method: 'wilson' };

	const alphaOfDrawn = resampler(kinds, total.categories, metric);
	let [drawnTimes, undefinedTimes] = [0, 0];
	const interval = bootstrapInterval(
		resamplesOf(
			sorted.map(({ group }) => group),
			{ ...options, resamples: options.resamples ?? AGREEMENT_RESAMPLES }
		),
		(drawn) => {
			const alpha = alphaOfDrawn(drawn);
			drawnTimes += 1;
			if (Number.isNaN(alpha)) undefinedTimes += 1;
			return alpha;
		}
	);
	if (!interval || undefinedTimes > drawnTimes * MOST_UNDEFINED) return withoutInterval(figure, 'little_variation');
	return { ...figure, ...interval, method: 'cluster_bootstrap' };
}

/** Groups with equal coincidences are of one kind. */
type Kinds = { all: { coincidences: Coincidences; groups: number }[]; kindOf: Uint32Array };

function kindsOf(groups: readonly GroupCoincidences[]): Kinds {
	const all: Kinds['all'] = [];
	const known = new Map<string, number>();
	const kindOf = Uint32Array.from(groups, ({ coincidences }) => {
		const key = JSON.stringify(coincidences.bySize);
		const kind = known.get(key) ?? all.push({ coincidences, groups: 0 }) - 1;
		known.set(key, kind);
		(all[kind] ?? { groups: 0 }).groups += 1;
		return kind;
	});
	return { all, kindOf };
}

/** Alpha of a resample, from how often each group was drawn. */
function resampler({ all, kindOf }: Kinds, categories: number, metric: Metric): (drawn: Uint32Array) => number {
	const kinds = all.map(({ coincidences }) => coincidenceSums(coincidences));
	const sums = coincidenceSums(emptyCoincidences(categories));
	const times = new Uint32Array(kinds.length);
	return (drawn) => {
		times.fill(0);
		for (let group = 0; group < kindOf.length; group++) {
			const kind = kindOf[group] ?? 0;
			times[kind] = (times[kind] ?? 0) + (drawn[group] ?? 0);
		}
		sums.marginals.fill(0);
		sums.offDiagonal.fill(0);
		for (const [kind, { marginals, offDiagonal }] of kinds.entries()) {
			const weight = times[kind] ?? 0;
			if (weight === 0) continue;
			for (let c = 0; c < marginals.length; c++) sums.marginals[c] = (sums.marginals[c] ?? 0) + weight * (marginals[c] ?? 0);
			for (let pair = 0; pair < offDiagonal.length; pair++) sums.offDiagonal[pair] = (sums.offDiagonal[pair] ?? 0) + weight * (offDiagonal[pair] ?? 0);
		}
		return alphaOf(sums, metric);
	};
}
