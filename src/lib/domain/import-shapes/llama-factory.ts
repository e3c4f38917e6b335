import { along, has, isFields, isText, passing, rest, unread } from './shape.ts';
import type { Fields, ImportShape, ShapeRead } from './shape.ts';

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

function alpaca(record: Fields): ShapeRead {
	const base = { ...along(record), messages: asked(record) };
	const names = { messages: 'instruction' };
	if (has(record, 'chosen')) return { ok: true, fields: { ...base, chosen: record['chosen'], rejected: record['rejected'] }, names };
	const { output } = record;
	// The form before `chosen` and `rejected`: the better one first.
	if (Array.isArray(output)) return output.length === 2 ? { ok: true, fields: { ...base, chosen: output[0] as unknown, rejected: output[1] as unknown }, names: { ...names, chosen: 'output[0]', rejected: 'output[1]' } } : unread('output', `two answers, the better one first; here are ${output.length}`);
	if (typeof record['kto_tag'] === 'boolean') return { ok: true, fields: { ...base, completion: output, label: record['kto_tag'] }, names: { ...names, completion: 'output', label: 'kto_tag' } };
	return { ok: true, fields: { ...base, responses: isText(output) ? [output] : [] }, names: { ...names, 'responses[0]': 'output' } };
}

function sharegpt(record: Fields): ShapeRead {
	const field = Array.isArray(record['conversations']) ? 'conversations' : 'messages';
	const turns = (record[field] as unknown[]).map(turn);
	if (has(record, 'chosen')) return { ok: true, fields: { ...along(record), messages: turns, chosen: [turn(record['chosen'])], rejected: [turn(record['rejected'])] }, names: { messages: field } };
	if (typeof record['kto_tag'] === 'boolean') return { ok: true, fields: { ...along(record), messages: turns.slice(0, -1), completion: turns.slice(-1), label: record['kto_tag'] }, names: { messages: field, completion: field, label: 'kto_tag' } };
	const last = turns.findLastIndex((message) => isFields(message) && message['role'] === 'user');
	const answer = turns.slice(last + 1);
	return { ok: true, fields: { ...along(record), messages: turns.slice(0, last + 1), responses: answer.length > 0 ? [{ messages: answer }] : [] }, names: { messages: field, 'responses[0]': field } };
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
	fits: (record) => (isText(record['instruction']) && (has(record, 'chosen') || has(record, 'output'))) || Array.isArray(record['conversations']) || (Array.isArray(record['messages']) && isPair(record)) || (Array.isArray(record['messages']) && typeof record['kto_tag'] === 'boolean'),
	read: (record) => {
		const field = ['conversations', 'messages'].find((name) => Array.isArray(record[name]));
		const beside = has(record, 'chosen') ? ['chosen', 'rejected'] : ['kto_tag'];
		if (field !== undefined) return passing(sharegpt(record), rest(record, [field, ...beside]));
		return isText(record['instruction']) ? passing(alpaca(record), rest(record, ['instruction', 'input', 'history', 'output', ...beside])) : unread('instruction', 'missing: what is asked (or “conversations”)');
	}
};
