import * as v from 'valibot';
import type { FieldError } from './problem.ts';

/** How answers are sampled: `samples` at each temperature. */
export type Sampling = { temperatures: number[]; samples: number; topP: number; maxTokens: number };

/** Policies that a person can choose when answers are asked for. */
export const ASKED_POLICIES = ['every_pair', 'champion_challenger', 'spread', 'random_pairs', 'adaptive', 'each_answer'] as const;
export type AskedPolicy = (typeof ASKED_POLICIES)[number];

/** Policies that draw some of a prompt's pairs: `pairsPerPrompt` says how many. */
export const drawsSome = (policy: AskedPolicy): boolean => policy === 'spread' || policy === 'random_pairs' || policy === 'adaptive';

/** Most of one generation: what a person can still oversee, and a failed one costs. */
export const MOST = { prompts: 10_000, answers: 100_000, sources: 8, samples: 16, temperatures: 8 } as const;

const between = (low: number, high: number) => v.pipe(v.number(), v.minValue(low, `from ${low} to ${high}`), v.maxValue(high, `from ${low} to ${high}`));
const whole = (low: number, high: number) => v.pipe(between(low, high), v.integer('a whole number'));
const id = v.pipe(v.string(), v.uuid('must be an id as the API gives it'));
const label = v.pipe(v.string(), v.minLength(1, 'must not be empty'), v.maxLength(200, 'at most 200 characters'));

/** Which prompts are asked; all that are named must hold. */
export const PromptChoice = v.object({
	tag: v.optional(label),
	matter: v.optional(label),
	/** An import's prompts; `newest`: those of the last one that was taken. */
	import: v.optional(v.union([v.literal('newest'), id], 'newest, or an import’s id')),
	/** Only prompts that nobody has answered yet. */
	unanswered: v.optional(v.boolean(), false),
	/** Only prompts to train on, to tune on, or to test with. */
	split: v.optional(v.picklist(['train', 'dev', 'test'], 'train, dev or test')),
	limit: v.optional(whole(1, MOST.prompts), 100)
});
export type PromptChoice = v.InferOutput<typeof PromptChoice>;

/** What is asked for: which prompts, of which models, how often, and how answers become comparisons. The first source is the champion. */
export const GenerationPlan = v.object({
	prompts: v.optional(PromptChoice, {}),
	sources: v.pipe(
		v.array(v.union([v.strictObject({ endpointId: id }), v.strictObject({ checkpointId: id })], 'an object with endpointId or checkpointId')),
		v.minLength(1, 'at least one model'),
		v.maxLength(MOST.sources, `at most ${MOST.sources} models`)
	),
	samples: v.optional(whole(1, MOST.samples), 1),
	temperatures: v.optional(v.pipe(v.array(between(0, 2)), v.minLength(1, 'at least one'), v.maxLength(MOST.temperatures, `at most ${MOST.temperatures}`)), [0.7]),
	topP: v.optional(between(0.01, 1), 0.95),
	maxTokens: v.optional(whole(1, 32_768), 512),
	policy: v.optional(v.picklist(ASKED_POLICIES, `one of ${ASKED_POLICIES.join(', ')}`), 'every_pair'),
	/** For policies that draw some of all pairs. */
	pairsPerPrompt: v.optional(whole(1, 100), 1),
	seed: v.optional(whole(0, 2 ** 31 - 1))
});
export type GenerationPlan = v.InferOutput<typeof GenerationPlan>;

export const samplingOf = ({ temperatures, samples, topP, maxTokens }: Pick<GenerationPlan, 'temperatures' | 'samples' | 'topP' | 'maxTokens'>): Sampling => ({ temperatures, samples, topP, maxTokens });

/** One question to one source: its number, temperature and seed. */
export type Ask = { sample: number; temperature: number; seed: number };

/**
 * The questions that each source is asked for each prompt. Seeds differ between
 * samples and not between prompts: a local server puts only requests with equal
 * settings into one batch.
 */
export function asksOf({ temperatures, samples }: Pick<Sampling, 'temperatures' | 'samples'>, seed: number): Ask[] {
	return temperatures.flatMap((temperature, rung) =>
		Array.from({ length: samples }, (_, index) => {
			const sample = rung * samples + index;
			return { sample, temperature, seed: (seed + sample) % 2 ** 31 };
		})
	);
}

/** Answers and, if all of them are different, comparisons that one prompt gives. */
export function perPrompt(plan: GenerationPlan): { answers: number; comparisons: number } {
	const each = plan.temperatures.length * plan.samples;
	const answers = each * plan.sources.length;
	const pairs = (answers * (answers - 1)) / 2;
	/** Pairs of different sources. */
	const across = (each * each * plan.sources.length * (plan.sources.length - 1)) / 2;
	const comparisons = { adaptive: Math.min(plan.pairsPerPrompt, across), every_pair: pairs, champion_challenger: each * (plan.sources.length - 1), spread: Math.min(plan.pairsPerPrompt, pairs), random_pairs: Math.min(plan.pairsPerPrompt, pairs), each_answer: answers };
	return { answers, comparisons: comparisons[plan.policy] };
}

/** What of a plan cannot work, by field; empty when it can. */
export function planProblems(plan: GenerationPlan): FieldError[] {
	const problems: FieldError[] = [];
	const names = plan.sources.map((source) => JSON.stringify(source));
	if (new Set(names).size < names.length) problems.push({ field: 'sources', message: 'each model once; ask for more samples instead' });
	if (new Set(plan.temperatures).size < plan.temperatures.length) problems.push({ field: 'temperatures', message: 'each temperature once; ask for more samples instead' });
	if (plan.samples > 1 && plan.temperatures.includes(0)) problems.push({ field: 'samples', message: 'at temperature 0 a model says the same each time: one sample, or a higher temperature' });
	if (plan.policy === 'champion_challenger' && plan.sources.length < 2) problems.push({ field: 'sources', message: 'a champion needs a challenger: at least two models' });
	else if (plan.policy === 'adaptive' && (plan.sources.length < 3 || plan.sources.some((source) => !('checkpointId' in source)))) problems.push({ field: 'sources', message: 'pairs that narrow the ranking are chosen among at least three checkpoints, and no endpoints: the first is the one to be beaten' });
	else if (perPrompt(plan).comparisons === 0) problems.push({ field: 'samples', message: 'a pair needs two answers: more samples or another model' });
	return problems;
}

/** Bytes of UTF-8 that make a token, roughly: English has four letters, Chinese about one character of three bytes. */
const BYTES_PER_TOKEN = 3.5;

/** Price of the answers of one source, in its currency: at the most, if each answer is as long as allowed. Null when a price is not told. */
export function costAtMost(of: { promptBytes: number; prompts: number; answersPerPrompt: number; maxTokens: number; priceIn: number | null; priceOut: number | null }): number | null {
	if (of.priceIn === null || of.priceOut === null) return null;
	const asked = (of.promptBytes / BYTES_PER_TOKEN) * of.answersPerPrompt;
	return (asked * of.priceIn + of.prompts * of.answersPerPrompt * of.maxTokens * of.priceOut) / 1e6;
}

/** Price of tokens that were used. Null when a price is not told. */
export function costOf(of: { promptTokens: number; completionTokens: number; priceIn: number | null; priceOut: number | null }): number | null {
	return of.priceIn === null || of.priceOut === null ? null : (of.promptTokens * of.priceIn + of.completionTokens * of.priceOut) / 1e6;
}
