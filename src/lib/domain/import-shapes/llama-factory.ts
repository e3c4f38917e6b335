import { ANSWER_LOST } from './passed-over.ts';
import { refusedLabel } from './refused-judgment.ts';
import type { Scales } from './scales.ts';
import { along, has, isFields, isText, passing, rest, saysSomething, unread } from './shape.ts';
import type { Fields, ImportShape, ShapeRead } from './shape.ts';
import { isMissing, labelOf } from './verdict-words.ts';

/** What LLaMA-Factory's sharegpt form calls who speaks (its data/README.md; OpenAI's names too). */
const ROLES: Readonly<Record<string, string>> = { human: 'user', user: 'user', gpt: 'assistant', assistant: 'assistant', observation: 'tool', tool: 'tool', system: 'system' };

/** A turn in our words; what is none of theirs is passed on and refused by name. */
function turn(message: unknown): unknown {
	if (!isFields(message)) return message;
	const role = ROLES[String(message['from'] ?? message['role'])] ?? message['from'] ?? message['role'];
	// A call of a tool is refused by name rather than lost.
	const calls = has(message, 'tool_calls') && JSON.stringify(message['tool_calls']) !== '[]' ? { tool_calls: message['tool_calls'] } : {};
	return { role, content: message['value'] ?? message['content'], ...calls };
}

/** The question of an alpaca row: earlier turns, then instruction and input with a line break between, as its converter joins them. */
function asked(record: Fields): unknown[] {
	const history = Array.isArray(record['history']) ? (record['history'] as unknown[]) : [];
	const earlier = history.flatMap((pair) => (Array.isArray(pair) ? [{ role: 'user', content: pair[0] as unknown }, { role: 'assistant', content: pair[1] as unknown }] : [pair]));
	const question = [record['instruction'], record['input']].filter(isText).join('\n');
	return [...earlier, { role: 'user', content: question }];
}

/** A row with the fields of the record that it was read from. */
const from = (read: ShapeRead, record: Fields, fields: readonly string[]): ShapeRead => passing(read, rest(record, fields));

/** Whether a row says of its one answer whether it is desirable. */
const isTagged = (record: Fields) => saysSomething(record['kto_tag']) && !isMissing(record['kto_tag']);

/** The label of a row's one answer: truth values, or what a table makes of them. */
function labelled(record: Fields, scales: Scales, row: (label: boolean) => ShapeRead): ShapeRead {
	const label = labelOf(record['kto_tag'], scales.get('kto_tag'));
	if (label === null) return refusedLabel('kto_tag', record['kto_tag'], scales.get('kto_tag'));
	const read = row(label);
	return read.ok ? { ...read, numbers: [['kto_tag', record['kto_tag']]] } : read;
}

function alpaca(record: Fields, scales: Scales): ShapeRead {
	const base = { ...along(record), messages: asked(record) };
	const names = { messages: 'instruction' };
	const question = ['instruction', 'input', 'history'];
	const { chosen, rejected, output } = record;
	if (has(record, 'chosen')) {
		if (saysSomething(output) && output !== chosen && output !== rejected) return unread('output', ANSWER_LOST);
		return from({ ok: true, fields: { ...base, chosen, rejected }, names }, record, [...question, 'chosen', 'rejected', 'output']);
	}
	// The form before `chosen` and `rejected`: the better one first.
	if (Array.isArray(output)) return output.length === 2 ? from({ ok: true, fields: { ...base, chosen: output[0] as unknown, rejected: output[1] as unknown }, names: { ...names, chosen: 'output[0]', rejected: 'output[1]' } }, record, [...question, 'output']) : unread('output', `two answers, the better one first; here are ${output.length}`);
	const read = [...question, 'output', 'kto_tag'];
	if (isTagged(record)) return labelled(record, scales, (label) => from({ ok: true, fields: { ...base, completion: output, label }, names: { ...names, completion: 'output', label: 'kto_tag' } }, record, read));
	return from({ ok: true, fields: { ...base, responses: isText(output) ? [output] : [] }, names: { ...names, 'responses[0]': 'output' } }, record, read);
}

function sharegpt(record: Fields, field: string, scales: Scales): ShapeRead {
	const turns = (record[field] as unknown[]).map(turn);
	if (has(record, 'chosen')) return from({ ok: true, fields: { ...along(record), messages: turns, chosen: [turn(record['chosen'])], rejected: [turn(record['rejected'])] }, names: { messages: field } }, record, [field, 'chosen', 'rejected']);
	if (isTagged(record)) return labelled(record, scales, (label) => from({ ok: true, fields: { ...along(record), messages: turns.slice(0, -1), completion: turns.slice(-1), label }, names: { messages: field, completion: field, label: 'kto_tag' } }, record, [field, 'kto_tag']));
	const last = turns.findLastIndex((message) => isFields(message) && message['role'] === 'user');
	const answer = turns.slice(last + 1);
	return from({ ok: true, fields: { ...along(record), messages: turns.slice(0, last + 1), responses: answer.length > 0 ? [{ messages: answer }] : [] }, names: { messages: field, 'responses[0]': field } }, record, [field, 'kto_tag']);
}

const isPair = (record: Fields) => isFields(record['chosen']) && isFields(record['rejected']);

/**
 * LLaMA-Factory: alpaca (`instruction`, `input`, `history`, with `chosen` and
 * `rejected`, `output` of two, or `kto_tag`) and sharegpt (`conversations` of
 * `{from, value}` with one message in `chosen` and `rejected`, or `kto_tag`;
 * also with OpenAI's names, as our own export writes it). What its
 * dataset_info.json renames is mapped by hand.
 */
export const llamaFactory: ImportShape = {
	name: 'llama_factory',
	fits: (record) => (isText(record['instruction']) && (has(record, 'chosen') || has(record, 'output'))) || Array.isArray(record['conversations']) || (Array.isArray(record['messages']) && isPair(record)) || (Array.isArray(record['messages']) && has(record, 'kto_tag')),
	read: (record, _file, scales) => {
		const field = ['conversations', 'messages'].find((name) => Array.isArray(record[name]));
		if (field !== undefined) return sharegpt(record, field, scales);
		return isText(record['instruction']) ? alpaca(record, scales) : unread('instruction', 'missing: what is asked (or “conversations”)');
	}
};
