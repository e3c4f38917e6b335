import { languageOf } from './languages.ts';
import { numberOf } from './scales.ts';
import { along, has, isText, rest, unread } from './shape.ts';
import type { Fields, ShapeRead } from './shape.ts';

/** The strength of a preference: below zero for the first answer, above for the second. */
const STRENGTHS = ['preference_strength', 'overall_preference'] as const;
/** What the two answers are called; in a table they were made a list. */
const PAIRS = [['response_1', 'response_2'], ['response1', 'response2'], ['responses']] as const;

const strengthField = (record: Fields) => STRENGTHS.find((name) => has(record, name));
const answerFields = (record: Fields) => PAIRS.find((names) => names.every((name) => (name === 'responses' ? Array.isArray(record[name]) && record[name].length === 2 : isText(record[name]))));
const questionField = (record: Fields) => (isText(record['prompt']) ? 'prompt' : Array.isArray(record['context']) ? 'context' : undefined);

/** Where another field says which answer is better, a strength only says by how much. */
const VERDICTS = ['chosen', 'preferred', 'preference', 'preferred_answer', 'better', 'better_response', 'winner', 'verdict', 'choice', 'label', 'judgments'];

/** Whether a record is a question with two answers and nothing but the strength of a preference between them. */
export function hasStrength(record: Fields): boolean {
	return !VERDICTS.some((name) => has(record, name)) && strengthField(record) !== undefined && answerFields(record) !== undefined && questionField(record) !== undefined;
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
 */
export function readStrength(record: Fields): ShapeRead {
	const [asked, field, answers] = [questionField(record) ?? 'prompt', strengthField(record) ?? STRENGTHS[0], answerFields(record) ?? PAIRS[0]];
	const judgment = judgmentOf(record[field]);
	if (judgment === null) return unread(field, 'a whole number from -3 (the first answer is much better) to 3 (the second one is)');
	const language = languageOf(record['language']);
	const responses = answers[0] === 'responses' ? record['responses'] : answers.map((name) => record[name]);
	return {
		ok: true,
		fields: { ...along(record, ['language']), ...language, [asked === 'prompt' ? 'prompt' : 'messages']: record[asked], responses, judgments: [judgment] },
		names: { messages: asked, ...Object.fromEntries(answers[0] === 'responses' ? [] : answers.map((name, i) => [`responses[${i}]`, name])) },
		unread: rest(record, [asked, ...answers, field], 'language' in language ? [] : ['language'])
	};
}
