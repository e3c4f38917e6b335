import { isFields, isText } from './shape.ts';
import type { Fields } from './shape.ts';

/** Names under which annotation tools' items hold what is asked, as people name them. */
const QUESTION = ['prompt', 'messages', 'chat', 'conversation', 'dialogue', 'instruction', 'question', 'query', 'input', 'context', 'prompt_text', '问题', '提示', '题目'];
/** Pairs of names for the two answers. */
const PAIRS = [
	['response_a', 'response_b'], ['answer_a', 'answer_b'], ['output_a', 'output_b'], ['completion_a', 'completion_b'], ['model_a', 'model_b'], ['option_a', 'option_b'],
	['response_0', 'response_1'], ['answer_0', 'answer_1'], ['output_0', 'output_1'], ['completion_0', 'completion_1'], ['generation_0', 'generation_1'],
	['response_1', 'response_2'], ['response1', 'response2'], ['response-1', 'response-2'], ['answer_1', 'answer_2'], ['answer1', 'answer2'], ['output_1', 'output_2'], ['output1', 'output2'], ['completion_1', 'completion_2'],
	['text1', 'text2'], ['text_1', 'text_2'], ['text_a', 'text_b'], ['left', 'right'], ['a', 'b'], ['first', 'second'], ['generation_1', 'generation_2'], ['chosen', 'rejected'], ['回答a', '回答b'], ['回答1', '回答2'], ['答案a', '答案b']
] as const;
/** Names for a list of answers. */
const LISTS = ['responses', 'answers', 'completions', 'outputs', 'candidates', 'generations', 'items'];
/** Names for one answer. */
const SINGLE = ['response', 'answer', 'completion', 'output', 'generation', 'reply', 'text', '回答', '答案'];

const isList = (value: unknown) => Array.isArray(value) && value.length > 0;
const isSaid = (value: unknown) => isText(value) || isList(value);

/** A text of a list of answers as tools write it: itself, or in an object. */
const text = (value: unknown): unknown => (isFields(value) ? (value['text'] ?? value['content'] ?? value['body'] ?? value['html'] ?? value) : value);

/** The field of `item` that is called one of these, whatever its case. */
function named(item: Fields, names: readonly string[], fits: (value: unknown) => boolean): string | null {
	for (const name of names) {
		const key = Object.keys(item).find((one) => one.toLowerCase() === name);
		if (key !== undefined && fits(item[key])) return key;
	}
	return null;
}

/** A field of an item without the place in it: of `responses[0]` the list. */
export const fieldOf = (place: string): string => place.replace(/\[\d+\]$/u, '');

/** What an annotation tool's item asks and the answers that lie beside it, with the fields they stand in. */
export type Item = { prompt: unknown; answers: unknown[]; promptField: string; answerFields: string[] };

/** Finds question and answers in an item of an annotation tool, whose fields everybody names as they like; null where there are none to be found. */
export function itemOf(item: Fields): Item | null {
	const asked = named(item, QUESTION, isSaid);
	if (asked === null) return null;
	const found = (answers: unknown[], answerFields: string[]): Item => ({ prompt: item[asked], answers, promptField: asked, answerFields });
	for (const [first, second] of PAIRS) {
		const [a, b] = [named(item, [first], isSaid), named(item, [second], isSaid)];
		if (a !== null && b !== null) return found([item[a], item[b]], [a, b]);
	}
	const list = named(item, LISTS, isList);
	if (list !== null) {
		const answers = (item[list] as unknown[]).map(text);
		return found(answers, answers.map((_, i) => `${list}[${i}]`));
	}
	const one = named(item, SINGLE, isSaid);
	return one === null || one === asked ? found([], []) : found([item[one]], [one]);
}
