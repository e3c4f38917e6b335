import { benchmarkAnswers, benchmarkKey, benchmarkMeasure } from '../../domain/suite/benchmark.ts';
import type { Benchmark, BenchmarkHub, BenchmarkScores } from '../../domain/suite/benchmark.ts';
import { measurer } from '../../domain/suite/measures.ts';
import type { NamedMeasure, SourcePlaces, SuiteResults } from '../../domain/suite/measures.ts';
import * as benchmarkScores from '../db/benchmark-scores.ts';
import type { Db, Executor } from '../db/client.ts';
import type { Source } from '../db/generation-sources.ts';
import * as suites from '../db/suites.ts';
import type { GenerationAtHand } from './make-answers.ts';
import type { Answering } from './read-own-answers.ts';

type Model = Pick<Source, 'checkpointId' | 'form'>;

/** Benchmarks of a suite's generation that a model has no scores of yet; none where the generation is for no suite. Failed ones are tried again. */
export async function unscoredBy(app: { db: Db }, at: GenerationAtHand, { checkpointId, form }: Model): Promise<Benchmark[]> {
	const { suiteVersionId } = at.generation;
	const suite = suiteVersionId === null || checkpointId === null ? null : await suites.get(app.db, suiteVersionId);
	const benchmarks = suite?.definition.benchmarks ?? [];
	if (checkpointId === null || benchmarks.length === 0) return [];
	const keyOf = (benchmark: Benchmark) => benchmarkKey(benchmark, at.benchmarkHub, form);
	const known = await benchmarkScores.of(app.db, [checkpointId], benchmarks.map(keyOf));
	const scored = new Set(known.filter(({ scores }) => scores !== null).map(({ key }) => key));
	return benchmarks.filter((benchmark) => !scored.has(keyOf(benchmark)));
}

/** Keeps what a model scored at a benchmark, or why it has no score. */
export async function storeScores(app: { db: Db }, at: GenerationAtHand, { checkpointId, form }: Model, benchmark: Benchmark, scored: BenchmarkScores): Promise<void> {
	if (checkpointId !== null) await benchmarkScores.put(app.db, { projectId: at.generation.projectId, checkpointId, key: benchmarkKey(benchmark, at.benchmarkHub, form), ...scored });
}

/**
 * A suite's benchmarks as measures of a checkpoint, beside the same of parent, champion and base: the unit is the
 * question. One that the checkpoint has no score of is among them without a value, so that no gate overlooks it.
 * @param of.models whose scores stand at which place, each in its form
 * @param of.hub where those of public benchmarks come from
 */
export async function measureBenchmarks(db: Executor, of: { benchmarks: readonly Benchmark[]; models: readonly Answering[]; places: SourcePlaces; seed: string; hub: BenchmarkHub }): Promise<{ measures: NamedMeasure[]; unscored: NonNullable<SuiteResults['unscored']> }> {
	const { benchmarks, models, places, seed, hub } = of;
	const keys = benchmarks.map((benchmark) => models.map(({ form }) => benchmarkKey(benchmark, hub, form)));
	const known = await benchmarkScores.of(db, [...new Set(models.map(({ checkpointId }) => checkpointId))], [...new Set(keys.flat())]);
	const unscored: NonNullable<SuiteResults['unscored']> = [];
	const measures = benchmarks.map((benchmark, place) => {
		const scored = models.map((model, at) => ({ ordinal: model.ordinal, found: known.find(({ checkpointId, key }) => checkpointId === model.checkpointId && key === keys[place]?.[at]) }));
		const bySource = new Map(scored.flatMap(({ ordinal, found }) => (found?.scores ? [[ordinal, found.scores] as const] : [])));
		if (!bySource.has(places.checkpoint)) unscored.push({ name: benchmark.name, problem: scored.find(({ ordinal }) => ordinal === places.checkpoint)?.found?.problem ?? null });
		return measurer(benchmarkAnswers(bySource), { places, seed })(benchmarkMeasure(benchmark), 0);
	});
	return { measures, unscored };
}
