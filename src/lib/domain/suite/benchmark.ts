import * as v from 'valibot';
import { contentHash } from '../canonical-json.ts';
import { TextSchema } from '../message.ts';
import type { RunProblem } from '../run-problem.ts';
import { LANGUAGES } from './answer-text.ts';
import type { MeasuredAnswer, MeasureOf } from './measures.ts';

/** Most of the benchmarks of one suite; `characters` are those of all own questions together, since a suite's version holds them; `fetched` the questions of a public one in all its parts. */
export const MOST_OF_BENCHMARKS = { benchmarks: 10, questions: 500, choices: 10, characters: 500_000, tokens: 1024, fetched: 10_000 } as const;

/**
 * What scores them. Part of what a score is kept by: another release may read an
 * answer otherwise. The lock of the worker's environment pins the same one.
 */
export const SCORER = 'evalscope 1.14.1';

/** Public benchmarks, scored by rules alone and about text. A worker fetches them from its hub. */
export const PUBLIC_BENCHMARKS = ['arc', 'ceval', 'cmmlu', 'commonsense_qa', 'gsm8k', 'hellaswag', 'logi_qa', 'mmlu', 'mmlu_pro', 'piqa', 'race', 'truthful_qa', 'winogrande'] as const;

/** Hubs that public benchmarks come from, as EvalScope calls them; a worker uses one. */
export const BENCHMARK_HUBS = ['modelscope', 'huggingface'] as const;
export type BenchmarkHub = (typeof BENCHMARK_HUBS)[number];

/** Parts of which a public benchmark asks `limit` questions each; one where it is not said. */
const PARTS: Partial<Record<(typeof PUBLIC_BENCHMARKS)[number], number>> = { arc: 2, ceval: 52, cmmlu: 67, mmlu: 57, mmlu_pro: 14, race: 2 };

const words = (max: number) => v.pipe(TextSchema, v.trim(), v.minLength(1, 'must not be empty'), v.maxLength(max, `at most ${max} characters`));
const whole = (low: number, high: number) => v.pipe(v.number(), v.integer('a whole number'), v.minValue(low, `from ${low} to ${high}`), v.maxValue(high, `from ${low} to ${high}`));
const questions = <S extends v.GenericSchema>(question: S) => v.pipe(v.array(question), v.minLength(1, 'at least one'), v.maxLength(MOST_OF_BENCHMARKS.questions, `at most ${MOST_OF_BENCHMARKS.questions}`));

const shared = {
	name: words(100),
	/** Put before every question; a model that learned with one answers worse without. */
	system: v.optional(v.nullable(words(8000)), null),
	maxTokens: v.optional(whole(1, MOST_OF_BENCHMARKS.tokens), 256)
};

/** Letters of choices, in their order. */
export const LETTERS = 'ABCDEFGHIJ';

/** A fixed set of questions with known answers, by which a checkpoint shall not fall behind. Answers are drawn greedily, once. */
export const Benchmark = v.variant('kind', [
	/** Own questions with a written answer; scored by Rouge-L, the F-measure of the longest common sequence of words. */
	v.strictObject({ ...shared, kind: v.literal('qa'), questions: questions(v.strictObject({ question: words(20_000), answer: words(20_000) })) }),
	/** Own questions with choices, one of which is right. `language` is that of the instruction. */
	v.strictObject({
		...shared,
		kind: v.literal('mcq'),
		language: v.optional(v.picklist(LANGUAGES, LANGUAGES.join(', ')), 'en'),
		questions: questions(
			v.pipe(
				v.strictObject({
					question: words(20_000),
					choices: v.pipe(v.array(words(2000)), v.minLength(2, 'at least two'), v.maxLength(MOST_OF_BENCHMARKS.choices, `at most ${MOST_OF_BENCHMARKS.choices}`)),
					answer: v.pipe(v.string(), v.regex(/^[A-J]$/, 'a letter, A for the first choice'))
				}),
				v.forward(v.check(({ choices, answer }) => LETTERS.indexOf(answer) < choices.length, 'the letter of a choice that is there'), ['answer'])
			)
		)
	}),
	/** A named one, its first `limit` questions of each part. */
	v.pipe(
		v.strictObject({ ...shared, kind: v.literal('public'), dataset: v.picklist(PUBLIC_BENCHMARKS, PUBLIC_BENCHMARKS.join(', ')), limit: v.optional(whole(1, 1000), 100) }),
		v.forward(
			v.check(({ dataset, limit }) => limit * (PARTS[dataset] ?? 1) <= MOST_OF_BENCHMARKS.fetched, ({ input }) => `at most ${Math.floor(MOST_OF_BENCHMARKS.fetched / (PARTS[input.dataset] ?? 1))}: it has ${PARTS[input.dataset] ?? 1} parts`),
			['limit']
		)
	)
]);
export type Benchmark = v.InferOutput<typeof Benchmark>;

/** How many questions it asks at most. */
export const questionsOf = (benchmark: Benchmark): number => (benchmark.kind === 'public' ? benchmark.limit * (PARTS[benchmark.dataset] ?? 1) : benchmark.questions.length);

/** All benchmarks of a suite. */
export const Benchmarks = v.pipe(
	v.array(Benchmark),
	v.maxLength(MOST_OF_BENCHMARKS.benchmarks, `at most ${MOST_OF_BENCHMARKS.benchmarks}`),
	v.check((all) => new Set(all.map(({ name }) => name)).size === all.length, 'each name once'),
	v.check((all) => all.reduce((sum, one) => sum + (one.kind === 'public' ? 0 : JSON.stringify(one.questions).length), 0) <= MOST_OF_BENCHMARKS.characters, `at most ${MOST_OF_BENCHMARKS.characters} characters in all questions together`)
);

/**
 * What a model's scores are kept by: everything but the name, and of a public one where it comes from, since two hubs may
 * hold other questions under one name. The same questions under another name, or in another version of the suite, are
 * not asked again.
 * @param form hash of the export in whose form a checkpoint answered, where its weights are others; null: as it was trained
 */
export function benchmarkKey(benchmark: Benchmark, hub: BenchmarkHub, form: string | null = null): string {
	const { name: _, ...asked } = benchmark;
	// Scores from before questions were named cannot be paired: they are kept by another key, and asked for again.
	return contentHash({ ...asked, ...(benchmark.kind === 'public' ? { hub } : {}), ...(form === null ? {} : { form }), scorer: SCORER, by: 'question' });
}

/** What a model scored at one question, from 0 to 1. The question is a hash of all that was asked and of what is right. */
export type QuestionScore = readonly [question: string, score: number];

/** A model's scores of a benchmark by question, or why there are none. */
export type BenchmarkScores = { scores: readonly QuestionScore[]; problem: null } | { scores: null; problem: RunProblem };

/** What is measured of a benchmark. */
export const benchmarkMeasure = ({ name }: Pick<Benchmark, 'name'>): MeasureOf => ({ name, kind: 'benchmark', better: 'higher', proportion: true });

/**
 * Scores as values of answers: every question is a group of its own, and is paired with the very same one asked of
 * another model. A public benchmark's questions may change on its hub between two models: those have no pair.
 * @param bySource scores of the models that have any, by their place
 */
export function benchmarkAnswers(bySource: ReadonlyMap<number, readonly QuestionScore[]>): MeasuredAnswer[] {
	return [...bySource].flatMap(([source, scores]) => {
		const asked = new Map<string, number>();
		return scores.map(([question, score]) => {
			// A question that stands twice is asked twice, and is one group.
			const sample = asked.get(question) ?? 0;
			asked.set(question, sample + 1);
			return { source, promptId: question, group: question, sample, values: [score] };
		});
	});
}
