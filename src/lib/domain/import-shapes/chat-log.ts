import { toolsIn } from './passed-over.ts';
import { along, has, isFields, rest, unread } from './shape.ts';
import type { Fields, ImportShape } from './shape.ts';

/** Fields that the API adds to every answer, empty ones: nothing is lost without them. One with something in it stays, and is refused by name. */
const EMPTY_EXTRAS = ['refusal', 'annotations', 'audio', 'function_call', 'tool_calls', 'weight', 'name', 'reasoning', 'reasoning_content'];
const isEmpty = (value: unknown) => value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);

function tidy(message: unknown): unknown {
	if (!isFields(message)) return message;
	return Object.fromEntries(Object.entries(message).filter(([key, value]) => key !== 'weight' && !(EMPTY_EXTRAS.includes(key) && isEmpty(value))));
}

const isAnswer = (message: unknown) => isFields(message) && message['role'] === 'assistant';

/** Where a log keeps what was asked and what was answered: in the record itself, or in a request and a response. */
function partsOf(record: Fields): { messages: unknown; choices: unknown; tools: string[] } {
	const body = (value: unknown) => (isFields(value) && isFields(value['body']) ? value['body'] : isFields(value) ? value : {});
	const [request, response] = [body(record['request']), body(record['response'])];
	return { messages: record['messages'] ?? request['messages'], choices: record['choices'] ?? response['choices'], tools: toolsIn(request, request === record['request'] ? 'request.' : 'request.body.') };
}

/**
 * Logs of OpenAI's chat API: a conversation that ends with its answer
 * (fine-tuning's `{"messages": […]}`), or what was asked with the `choices` that
 * came back (`request`/`response`, their bodies in batch files, or both in one
 * record; platform.openai.com/docs/api-reference/chat). Several choices are answers to compare.
 */
export const chatLog: ImportShape = {
	name: 'chat_log',
	fits: (record) => {
		const { messages, choices } = partsOf(record);
		if (!Array.isArray(messages) || ['responses', 'chosen', 'rejected', 'completion', 'label'].some((name) => has(record, name))) return false;
		return Array.isArray(choices) || isAnswer(messages.at(-1));
	},
	read: (record) => {
		const { messages, choices, tools } = partsOf(record);
		const passedOver = [...rest(record, ['messages', 'choices', 'request', 'response']), ...tools];
		if (!Array.isArray(messages)) return unread('messages', 'missing: the conversation');
		const turns = messages.map(tidy);
		if (Array.isArray(choices)) {
			const answers = choices.map((choice) => (isFields(choice) ? tidy(choice['message']) : choice));
			return { ok: true, fields: { ...along(record), messages: turns, responses: answers.map((message) => ({ messages: isFields(message) ? [message] : message })) }, names: { responses: 'choices' }, unread: passedOver };
		}
		const asked = turns.findLastIndex((message) => isFields(message) && message['role'] === 'user');
		if (asked < 0) return unread('messages', 'no turn of the user: nothing is asked');
		const answer = turns.slice(asked + 1);
		return { ok: true, fields: { ...along(record), messages: turns.slice(0, asked + 1), responses: answer.length > 0 ? [{ messages: answer }] : [] }, names: { 'responses[0]': 'messages' }, unread: passedOver };
	}
};
