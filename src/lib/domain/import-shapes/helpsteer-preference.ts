import { isVerdictColumn } from './columns.ts';
import { languageOf } from './languages.ts';
import { numberOf } from './scales.ts';
import type { Scales } from './scales.ts';
import { along, has, isText, rest, saysSomething, unread } from './shape.ts';
import type { Fields, ShapeRead } from './shape.ts';

/** The strength of a preference: below zero for the first answer, above for the second. */
const STRENGTHS = ['preference_strength', 'overall_preference'] as const;
/** What the two answers are called; in a table they were made a list. */
const PAIRS = [['response_1', 'response_2'], ['response1', 'response2'], ['responses']] as const;

const strengthField = (record: Fields) => STRENGTHS.find((name) => has(record, name));
const answerFields = (record: Fields) => PAIRS.find((names) => names.every((name) => (name === 'responses' ? Array.isArray(record[name]) && record[name].length === 2 : isText(record[name]))));
const questionField = (record: Fields) => (isText(record['prompt']) ? 'prompt' : Array.isArray(record['context']) ? 'context' : undefined);

/** What these sets themselves hold beside the strength: why, and what each annotator said. */
const BESIDE = new Set(['preference_strength', 'overall_preference', 'preference_statement', 'preference_elaboration', 'individual_preference', 'three_most_similar_preferences', 'all_preferences_unprocessed']);

/** Whether a field of this name may say which answer is better: a strength beside it only says by how much. */
const mayDecide = (name: string) => isVerdictColumn(name) || name.toLowerCase() === 'judgments' || (!BESIDE.has(name) && /prefer|better|chosen|select|winner/iu.test(name));

/** Whether a record is a question with two answers and nothing but the strength of a preference between them. */
export function hasStrength(record: Fields): boolean {
	return strengthField(record) !== undefined && answerFields(record) !== undefined && questionField(record) !== undefined && !Object.keys(record).some((name) => mayDecide(name) && saysSomething(record[name]));
}

/** What a strength says: the better answer and how clear it was, where our form has a word for that, or a tie. Null: it is none. */
function judgmentOf(strength: unknown): Fields | null {
	const number = numberOf(strength);
	if (number === null || !Number.isInteger(number) || Math.abs(number) > 3) return null;
	if (number === 0) return { verdict: 'tie' };
	const clear = Math.abs(number) === 3 ? { strength: 'clearly' } : Math.abs(number) === 1 ? { strength: 'slightly' } : {};
	return { preferred: number < 0 ? 0 : 1, ...clear };
}

/**
 * A preference of HelpSteer2 (huggingface.co/datasets/nvidia/HelpSteer2, its preference
 * folder: `prompt`, `response_1`, `response_2`, `preference_strength`) or HelpSteer3
 * (nvidia/HelpSteer3: `context`, `response1`, `response2`, `overall_preference`): −3 the first
 * answer is much better, −1 slightly, 0 about the same, 3 the second is much better.
 * Where none of the file's first rows has one below zero, a 1 may be the first answer, or
 * a strength without a side: all are refused. `scales`: the numbers of those rows, by their fields.
 */
export function readStrength(record: Fields, scales: Scales): ShapeRead {
	const [asked, field, answers] = [questionField(record) ?? 'prompt', strengthField(record) ?? STRENGTHS[0], answerFields(record) ?? PAIRS[0]];
	const judgment = judgmentOf(record[field]);
	if (judgment === null) return unread(field, 'a whole number from -3 (the first answer is much better) to 3 (the second one is)');
	if (![...(scales.get(field) ?? [])].some((number) => number < 0)) return unread(field, 'a strength says which answer is better only where the first rows of the file hold one below 0 too, for the first answer: say it in a column “verdict” (A, B or tie)');
	const language = languageOf(record['language']);
	const responses = answers[0] === 'responses' ? record['responses'] : answers.map((name) => record[name]);
	return {
		ok: true,
		fields: { ...along(record, ['language']), ...language, [asked === 'prompt' ? 'prompt' : 'messages']: record[asked], responses, judgments: [judgment] },
		names: { messages: asked, ...Object.fromEntries(answers[0] === 'responses' ? [] : answers.map((name, i) => [`responses[${i}]`, name])) },
		unread: rest(record, [asked, ...answers, field], 'language' in language ? [] : ['language'])
	};
}
