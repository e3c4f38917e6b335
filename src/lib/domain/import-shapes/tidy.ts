import { isFields } from './shape.ts';
import type { Fields } from './shape.ts';

/** Where a row of ours holds messages. */
const HOLDERS = ['prompt', 'messages', 'chosen', 'rejected', 'completion', 'responses'] as const;

/** A message without the fields that hold nothing: tables of messages (Parquet) give each one all the fields that any has. What is missing of it is said by its reader. */
function tidyMessage(message: unknown): unknown {
	if (!isFields(message)) return message;
	const entries = Object.entries(message).filter(([name, value]) => value !== null || name === 'content');
	const nested = Array.isArray(message['messages']) ? { messages: (message['messages'] as unknown[]).map(tidyMessage) } : {};
	return { ...Object.fromEntries(entries), ...nested };
}

/** A row in our own form whose messages hold no fields of nothing (`tool_calls: null`): nothing is lost without them. */
export function tidied(fields: Fields): Fields {
	const changed = HOLDERS.flatMap((name) => {
		const value = fields[name];
		const lists = Array.isArray(value) ? value.map((one: unknown) => (Array.isArray(one) ? one.map(tidyMessage) : tidyMessage(one))) : isFields(value) ? tidyMessage(value) : undefined;
		return lists === undefined ? [] : [[name, lists] as const];
	});
	return changed.length === 0 ? fields : { ...fields, ...Object.fromEntries(changed) };
}
