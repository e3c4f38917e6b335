import type { Figure, Grouped } from '../cluster-bootstrap.ts';
import { groupedMean, pairedDifference } from '../paired-difference.ts';
import type { PairedDifference } from '../paired-difference.ts';
import type { RunProblem } from '../run-problem.ts';
import type { JudgeResults } from './judge-results.ts';

/** What a checkpoint is compared with, on the same prompts, seeds and sampling. `trained`: in a form, itself as it was trained. */
export const AGAINST = ['trained', 'parent', 'champion', 'base'] as const;
export type Against = (typeof AGAINST)[number];

/** One thing for each of them. */
const ofEach = <T>(of: (against: Against) => T): Record<Against, T> => ({ trained: of('trained'), parent: of('parent'), champion: of('champion'), base: of('base') });

export type MeasureKind = 'check' | 'rubric' | 'judge' | 'refusal' | 'toxicity' | 'length' | 'style' | 'benchmark';

/** What is measured of every answer. */
export type MeasureOf = {
	name: string;
	kind: MeasureKind;
	/** Which way is better; null: neither, it only tells how far the style has moved. */
	better: 'higher' | 'lower' | null;
	/** Whether it is a share. */
	proportion: boolean;
};

/** A measure of a checkpoint, with what it is beside. A gate's rules read these. */
export type NamedMeasure = MeasureOf & {
	checkpoint: Figure;
	/** The same figure of what it is compared with; null where that is the checkpoint itself, or there is none. Results from before there were forms hold no `trained`. */
	others: Record<Against, Figure | null>;
	/** Checkpoint less the other, prompt by prompt and sample by sample. */
	against: Record<Against, PairedDifference | null>;
	/** Answers of the checkpoint of which it could not be said. */
	unknown: number;
};

/** An answer with what was found of it, one value a measure in their order; null: it cannot be said. */
export type MeasuredAnswer = { source: number; promptId: string; group: string; sample: number; values: readonly (number | null)[] };

/** Places of the sources: the checkpoint’s own, and where its parent, champion and base answer. Null: there is none. */
export type SourcePlaces = { checkpoint: number } & Record<Against, number | null>;

/** What a finished suite run holds. */
export type SuiteResults = {
	measures: NamedMeasure[];
	/** Prompts that were asked, and their groups: the unit. */
	prompts: number;
	groups: number;
	samples: number;
	judge: JudgeResults | null;
	/** Why questions to model judges got no verdict, most frequent first. */
	missed: { code: string; n: number }[];
	/** Benchmarks that the checkpoint has no score of, and why; missing in results from before there were any. */
	unscored?: { name: string; problem: RunProblem | null }[];
	seed: string;
};

type Keyed = Grouped & { key: string };

/** Gives a measure of the checkpoint, by its place among the values, with its interval, beside parent, champion and base, with paired differences: unit = prompt group (semantics 19). One at a time, because each takes its while. */
export function measurer(answers: readonly MeasuredAnswer[], { places, seed }: { places: SourcePlaces; seed: string }): (measure: MeasureOf, index: number) => NamedMeasure {
	const bySource = Map.groupBy(answers, ({ source }) => source);
	return (measure, index) => {
		const ofSource = (source: number): Keyed[] =>
			(bySource.get(source) ?? []).flatMap(({ promptId, group, sample, values }) => {
				const value = values[index] ?? null;
				return value === null ? [] : [{ key: `${promptId}/${sample}`, group, value }];
			});
		const figure = (items: readonly Keyed[]): Figure => groupedMean(items, { seed, proportion: measure.proportion });
		const own = ofSource(places.checkpoint);
		const valueOf = new Map(own.map(({ key, value }) => [key, value]));
		// Parent, champion and base are often one model.
		const beside = new Map<number, { figure: Figure; difference: PairedDifference }>();
		for (const place of new Set(AGAINST.map((against) => places[against]))) {
			if (place === null || place === places.checkpoint) continue;
			const other = ofSource(place);
			const differences = other.flatMap(({ key, group, value }) => {
				const mine = valueOf.get(key);
				return mine === undefined ? [] : [{ group, value: mine - value }];
			});
			beside.set(place, { figure: figure(other), difference: pairedDifference(differences, { seed }) });
		}
		const at = (against: Against) => beside.get(places[against] ?? NaN) ?? null;
		return {
			...measure,
			checkpoint: figure(own),
			others: ofEach((against) => at(against)?.figure ?? null),
			against: ofEach((against) => at(against)?.difference ?? null),
			unknown: (bySource.get(places.checkpoint)?.length ?? 0) - own.length
		};
	};
}

/**
 * What a gate's rules may read: every measure, and the judge's win rate where
 * the judge is level with the project's own people (semantics 25). The judge
 * compares, so that the checkpoint's own figure is its win rate over its parent.
 */
export function gateMeasures({ measures, judge }: SuiteResults): NamedMeasure[] {
	const parent = judge?.against.parent ?? judge?.against.champion ?? judge?.against.base ?? null;
	if (!judge?.counts || !parent) return measures;
	return [...measures, { name: 'judge', kind: 'judge', better: 'higher', proportion: true, checkpoint: parent.winRate, others: ofEach(() => null), against: ofEach((against) => judge.against[against]?.edge ?? null), unknown: parent.missed }];
}
