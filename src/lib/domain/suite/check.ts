import * as v from 'valibot';
import { TextSchema } from '../message.ts';
import { LANGUAGES } from './answer-text.ts';
import { Benchmarks } from './benchmark.ts';
import { checkOnOwn, OwnQuestions } from './own-questions.ts';

/** Most of one suite: what its page can show and a person oversee. */
export const MOST_OF_SUITE = { checks: 30, texts: 50, patternChars: 1000, schemaChars: 20_000, prompts: 1000, samples: 8, answers: 10_000, rubricQuestions: 20_000, tokens: 2_000_000 } as const;

const name = v.pipe(TextSchema, v.trim(), v.minLength(1, 'must not be empty'), v.maxLength(100, 'at most 100 characters'));
const whole = (low: number, high: number) => v.pipe(v.number(), v.integer('a whole number'), v.minValue(low, `from ${low} to ${high}`), v.maxValue(high, `from ${low} to ${high}`));
const share = v.pipe(v.number(), v.minValue(0, 'from 0 to 1'), v.maxValue(1, 'from 0 to 1'));
const wanted = v.optional(v.boolean(), true);

/**
 * A named assertion on one answer. `wanted` false turns it round: the answer
 * passes when it is not found. Ready-made ones need no setting.
 */
export const Check = v.variant('kind', [
	v.strictObject({ name, kind: v.literal('regex'), pattern: v.pipe(TextSchema, v.minLength(1, 'must not be empty'), v.maxLength(MOST_OF_SUITE.patternChars, `at most ${MOST_OF_SUITE.patternChars} characters`)), ignoreCase: v.optional(v.boolean(), true), wanted }),
	v.strictObject({ name, kind: v.literal('contains'), texts: v.pipe(v.array(v.pipe(TextSchema, v.minLength(1, 'must not be empty'), v.maxLength(500, 'at most 500 characters'))), v.minLength(1, 'at least one'), v.maxLength(MOST_OF_SUITE.texts, `at most ${MOST_OF_SUITE.texts}`)), all: v.optional(v.boolean(), false), ignoreCase: v.optional(v.boolean(), true), wanted }),
	v.strictObject({ name, kind: v.literal('json_schema'), schema: v.union([v.record(v.string(), v.unknown()), v.boolean()], 'a JSON Schema') }),
	v.pipe(
		v.strictObject({ name, kind: v.literal('length'), min: v.optional(v.nullable(whole(0, 100_000)), null), max: v.optional(v.nullable(whole(1, 100_000)), null) }),
		v.check(({ min, max }) => (min !== null || max !== null) && (min === null || max === null || min <= max), 'min or max or both, min not above max')
	),
	v.strictObject({ name, kind: v.literal('language'), language: v.picklist(LANGUAGES, LANGUAGES.join(', ')) }),
	v.strictObject({ name, kind: v.literal('refusal'), wanted: v.optional(v.boolean(), false) }),
	v.strictObject({ name, kind: v.literal('citation'), wanted }),
	v.strictObject({ name, kind: v.literal('similarity'), reference: v.pipe(TextSchema, v.trim(), v.minLength(1, 'must not be empty'), v.maxLength(10_000, 'at most 10000 characters')), least: v.optional(share, 0.5), wanted }),
	v.strictObject({ name, kind: v.literal('over_commitment') }),
	v.strictObject({ name, kind: v.literal('vagueness') }),
	v.strictObject({ name, kind: v.literal('exact_repeat') }),
	v.strictObject({ name, kind: v.literal('loop') }),
	v.strictObject({ name, kind: v.literal('unfinished') }),
	v.strictObject({ name, kind: v.literal('rubric'), endpointId: v.pipe(v.string(), v.uuid('must be an id as the API gives it')), question: v.pipe(TextSchema, v.trim(), v.minLength(1, 'must not be empty'), v.maxLength(4000, 'at most 4000 characters')), wanted })
]);
export type Check = v.InferOutput<typeof Check>;
export type CheckKind = Check['kind'];

/** Kinds in the order in which a form offers them. */
export const CHECK_KINDS = ['over_commitment', 'vagueness', 'refusal', 'citation', 'loop', 'unfinished', 'exact_repeat', 'language', 'length', 'contains', 'regex', 'similarity', 'json_schema', 'rubric'] as const satisfies readonly CheckKind[];

/** A model elsewhere that compares two answers, asked in both orders. */
const EndpointJudge = v.strictObject({
	endpointId: v.pipe(v.string(), v.uuid('must be an id as the API gives it')),
	/** What makes an answer the better one, in the words of the guideline. */
	instruction: v.pipe(TextSchema, v.trim(), v.minLength(1, 'must not be empty'), v.maxLength(8000, 'at most 8000 characters'))
});

/** A reward model of the project, which learned what the better answer is from its judgments: the answer of the greater score wins. */
const RewardJudge = v.strictObject({ checkpointId: v.pipe(v.string(), v.uuid('must be an id as the API gives it')) });

/** Who compares two answers. */
export const JudgeSettings = v.union([EndpointJudge, RewardJudge], 'an endpointId with an instruction, or a checkpointId');
export type JudgeSettings = v.InferOutput<typeof JudgeSettings>;
export type EndpointJudge = v.InferOutput<typeof EndpointJudge>;

/** Whether a judge is a reward model. */
export const isReward = (judge: JudgeSettings): judge is v.InferOutput<typeof RewardJudge> => 'checkpointId' in judge;

/** What a suite is: on which prompts, how they are answered, and what is asked of the answers. */
export const SuiteDefinition = v.pipe(
	v.strictObject({
		checks: v.pipe(v.array(Check), v.maxLength(MOST_OF_SUITE.checks, `at most ${MOST_OF_SUITE.checks}`)),
		/** At most so many of the project's held-out test prompts, the same ones every time. */
		prompts: v.optional(whole(1, MOST_OF_SUITE.prompts), 60),
		samples: v.optional(whole(1, MOST_OF_SUITE.samples), 2),
		temperature: v.optional(v.pipe(v.number(), v.minValue(0, 'from 0 to 2'), v.maxValue(2, 'from 0 to 2')), 0.7),
		topP: v.optional(v.pipe(v.number(), v.minValue(0.01, 'from 0.01 to 1'), v.maxValue(1, 'from 0.01 to 1')), 0.95),
		maxTokens: v.optional(whole(1, 8192), 200),
		seed: v.optional(whole(0, 2 ** 31 - 1), 1),
		judge: v.optional(v.nullable(JudgeSettings), null),
		/** These two are left out where there are none, so that suites from before there were any keep their hash. */
		benchmarks: v.optional(Benchmarks),
		own: v.optional(OwnQuestions)
	}),
	v.rawCheck(({ dataset, addIssue }) => {
		if (!dataset.typed) return;
		const { checks, samples, temperature, maxTokens, own } = dataset.value;
		const prompts = dataset.value.prompts + (own?.questions.length ?? 0);
		const seen = new Set<string>();
		for (const [index, check] of checks.entries()) {
			const message = checkOnOwn(check.name) === null ? (seen.has(check.name) ? 'each name once' : null) : 'a name that does not end as a measure on own questions does';
			if (message !== null) addIssue({ message, path: [{ type: 'object', origin: 'value', input: dataset.value, key: 'checks', value: checks }, { type: 'array', origin: 'value', input: checks, key: index, value: check }, { type: 'object', origin: 'value', input: check, key: 'name', value: check.name }] });
			seen.add(check.name);
		}
		const at = (key: 'samples' | 'maxTokens') => [{ type: 'object' as const, origin: 'value' as const, input: dataset.value, key, value: dataset.value[key] }] as [v.IssuePathItem];
		if (temperature === 0 && samples > 1) addIssue({ message: 'at temperature 0 a model says the same each time: one sample, or a higher temperature', path: at('samples') });
		else if (prompts * samples * 4 > MOST_OF_SUITE.answers) addIssue({ message: `fewer prompts or samples: four models would give more than ${MOST_OF_SUITE.answers} answers`, path: at('samples') });
		else if (prompts * samples * 4 * maxTokens > MOST_OF_SUITE.tokens) addIssue({ message: `fewer prompts, samples or tokens: four models would write more than ${MOST_OF_SUITE.tokens} tokens`, path: at('maxTokens') });
		else if (prompts * samples * 4 * checks.filter(isRubric).length > MOST_OF_SUITE.rubricQuestions) addIssue({ message: `fewer prompts, samples or rubrics: models would be asked more than ${MOST_OF_SUITE.rubricQuestions} questions`, path: at('samples') });
	})
);
export type SuiteDefinition = v.InferOutput<typeof SuiteDefinition>;

/** Whether a check asks a model. */
export const isRubric = (check: Check): check is Extract<Check, { kind: 'rubric' }> => check.kind === 'rubric';

/** The suite that a project without one is offered: what can be said of any answer. */
export const FIRST_SUITE: SuiteDefinition = {
	checks: [
		{ name: 'No promised outcome', kind: 'over_commitment' },
		{ name: 'Says something to act on', kind: 'vagueness' },
		{ name: 'Does not refuse', kind: 'refusal', wanted: false },
		{ name: 'Does not loop', kind: 'loop' },
		{ name: 'Comes to its end', kind: 'unfinished' },
		{ name: 'Repeats no training answer', kind: 'exact_repeat' }
	],
	prompts: 60,
	samples: 2,
	temperature: 0.7,
	topP: 0.95,
	maxTokens: 200,
	seed: 1,
	judge: null
};
