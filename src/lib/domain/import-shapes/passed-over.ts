import { numberOf } from './scales.ts';
import { isFields, saysSomething } from './shape.ts';
import type { Fields, ShapeError } from './shape.ts';
import { isMissing, labelOf, verdictOf } from './verdict-words.ts';

/** Tools that a conversation could call, as OpenAI, TRL, ms-swift and LLaMA-Factory write them. */
const TOOLS = new Set(['tools', 'functions', 'tool_calls', 'function_call']);
const MEDIA = new Set(['video', 'videos', 'audio', 'audios']);
/** Answers, by names that nothing else bears. */
const ANSWER = /^(?:(?:response|answer|output|completion|generation|reply)[_-]?(?:\d|[a-h])|(?:chosen|rejected)(?:_(?:response|responses|answer|messages|output))?|(?:non_)?preferred_output|(?:回答|答案)(?:[a-h\d一二]))$/iu;
/** What a judge says: judgments, whatever they hold but that they are missing, … */
const JUDGMENTS = new Set(['judgments', 'kto_tag', 'preferred', 'better_response_id']);
/** … and names that others give to other things too, unless the word in them is one that judges use. */
const LABEL = new Set(['label', 'labels', 'verdict', 'preference', 'winner', 'choice', 'judgment', 'judgement', 'thumbs', 'is_good', 'desirable', '标签', '偏好', '结论', '哪个更好']);

/** Whether a row may say something else without a field of this name. */
export function mayChangeRow(name: string): boolean {
	return TOOLS.has(name) || MEDIA.has(name) || ANSWER.test(name) || JUDGMENTS.has(name) || LABEL.has(name);
}

/** Fields of a request that are lost with it, from here on: `input.tools`. */
export function toolsIn(value: unknown, within: string): string[] {
	return isFields(value) ? Object.keys(value).filter((name) => TOOLS.has(name) && saysSomething(value[name])).map((name) => within + name) : [];
}

/** Whether a value judges one answer or two, on whatever scale. */
const isJudging = (value: unknown): boolean => isFields(value) || labelOf(value) !== null || verdictOf(value) !== null || Math.abs(numberOf(value) ?? Infinity) <= 2;

/** What stands at `input.tools`. */
const at = (record: Fields, path: string): unknown => (Object.hasOwn(record, path) ? record[path] : path.split('.').reduce<unknown>((value, name) => (isFields(value) ? value[name] : undefined), record));

const wrong = (field: string, message: string): ShapeError => ({ field, message });

/**
 * The field of those that were not read without which the row would say something
 * else than its file: an answer that is none of its answers, a judgment, tools that
 * the answers depend on, a video. Null: what was passed over only stands beside.
 */
export function lostWith(record: Fields, passedOver: readonly string[], row: Fields): ShapeError | null {
	const answers = new Set([row['chosen'], row['rejected'], row['completion'], ...(Array.isArray(row['responses']) ? (row['responses'] as unknown[]) : [])].map((answer) => JSON.stringify(answer)));
	for (const field of passedOver) {
		const name = field.split('.').at(-1)?.toLowerCase() ?? field;
		const value = at(record, field);
		if (TOOLS.has(name)) return wrong(field, TOOLS_LOST);
		if (MEDIA.has(name) && typeof value !== 'boolean') return wrong(field, MEDIA_LOST);
		if (ANSWER.test(name) && !answers.has(JSON.stringify(value))) return wrong(field, ANSWER_LOST);
		// Within an item of an annotation tool the labels are the tool's own.
		if (field.includes('.')) continue;
		const word = Array.isArray(value) && value.length === 1 ? (value[0] as unknown) : value;
		if (isMissing(word)) continue;
		if (JUDGMENTS.has(name) || (LABEL.has(name) && isJudging(word))) return wrong(field, LABEL_LOST);
	}
	return null;
}

/** What refusals say would be right. */
const TOOLS_LOST = 'tools are not kept, and answers that call them mean nothing without: take the field out of the file to bring the row in without them';
const MEDIA_LOST = 'videos and sound are not kept: take the field out of the file to bring the row in without them';
export const ANSWER_LOST = 'an answer that would be lost: the row was read without it. Two answers are “response_a” and “response_b”, or “chosen” and “rejected”, more are a list “responses”; or take the field out of the file';
const LABEL_LOST = 'a judgment that would be lost: the row was read without it. It is about two answers (“response_a” and “response_b”) or one (“completion”); or take the field out of the file';
