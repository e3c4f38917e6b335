import { placeParts } from '../import-parts.ts';
import { sharedTurns } from '../shared-turns.ts';
import { along, has, isFields, unread } from './shape.ts';
import type { ImportShape } from './shape.ts';

const isAnswer = (message: unknown) => isFields(message) && message['role'] === 'assistant';
const turns = { same: (x: unknown, y: unknown) => JSON.stringify(x) === JSON.stringify(y), asks: (message: unknown) => isFields(message) && (message['role'] === 'user' || message['role'] === 'tool') };

/** A conversation with its images in their places: ms-swift lists those of the whole conversation, answer included. */
function withImages(messages: unknown[], images: unknown, field: string) {
	if (!Array.isArray(images) || images.length === 0) return { ok: true as const, messages };
	const placed = placeParts({ messages, images });
	return placed.ok ? { ok: true as const, messages: placed.fields['messages'] as unknown[] } : { ok: false as const, error: { ...placed.error, field: placed.error.field.replace('images', field) } };
}

/**
 * ms-swift: `messages` with the answer as their last turn, and beside them
 * `rejected_response`, or the other conversation whole in `rejected_messages`, or
 * `label`, with `margin` where it trains a reward model (swift.readthedocs.io, "Custom dataset": RLHF). Our own export writes it.
 */
export const msSwift: ImportShape = {
	name: 'ms_swift',
	fits: (record) => Array.isArray(record['messages']) && (has(record, 'rejected_response') || has(record, 'rejected_messages') || (typeof record['label'] === 'boolean' && isAnswer(record['messages'].at(-1)) && !has(record, 'responses'))),
	read: (record) => {
		if (!Array.isArray(record['messages'])) return unread('messages', 'must be a list of turns that ends with the answer');
		const others = { ...along(record, ['images']), ...(has(record, 'margin') ? { margin: record['margin'] } : {}) };
		const placed = withImages(record['messages'], record['images'], 'images');
		if (!placed.ok) return placed;
		const { messages } = placed;
		if (!isAnswer(messages.at(-1))) return unread(`messages[${Math.max(0, messages.length - 1)}]`, 'must be the assistant’s: the answer that is preferred or labelled');
		if (has(record, 'rejected_messages')) {
			if (!Array.isArray(record['rejected_messages'])) return unread('rejected_messages', 'must be a list of turns');
			const rejected = withImages(record['rejected_messages'], record['rejected_images'], 'rejected_images');
			if (!rejected.ok) return rejected;
			const shared = sharedTurns(messages, rejected.messages, turns);
			if (shared === 0) return unread('rejected_messages', 'does not begin as “messages” does: the two answer different questions');
			return { ok: true, fields: { ...others, messages: messages.slice(0, shared), chosen: messages.slice(shared), rejected: rejected.messages.slice(shared) }, names: { chosen: 'messages', rejected: 'rejected_messages' } };
		}
		const [asked, answer] = [messages.slice(0, -1), messages.slice(-1)];
		if (has(record, 'rejected_response')) return { ok: true, fields: { ...others, messages: asked, chosen: answer, rejected: record['rejected_response'] }, names: { chosen: 'messages', rejected: 'rejected_response' } };
		return { ok: true, fields: { ...others, messages: asked, completion: answer, label: record['label'] }, names: { completion: 'messages' } };
	}
};
