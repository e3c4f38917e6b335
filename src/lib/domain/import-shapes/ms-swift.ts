import { placeParts } from '../import-parts.ts';
import { sharedTurns } from '../shared-turns.ts';
import { isFlat } from './columns.ts';
import { refusedLabel } from './refused-judgment.ts';
import { along, has, isFields, isText, rest, unread } from './shape.ts';
import type { Fields, ImportShape } from './shape.ts';
import { labelOf } from './verdict-words.ts';

const isAnswer = (message: unknown) => isFields(message) && message['role'] === 'assistant';
/** A label of ms-swift: true or false, or a number where the file came through something that has no truth values. */
const isLabel = (value: unknown) => typeof value === 'boolean' || value === 0 || value === 1 || value === -1;
const turns = { same: (x: unknown, y: unknown) => JSON.stringify(x) === JSON.stringify(y), asks: (message: unknown) => isFields(message) && (message['role'] === 'user' || message['role'] === 'tool') };

/** A conversation with its images in their places: ms-swift lists those of the whole conversation, answer included. */
function withImages(messages: unknown[], images: unknown, field: string) {
	if (!Array.isArray(images) || images.length === 0) return { ok: true as const, messages };
	const placed = placeParts({ messages, images });
	return placed.ok ? { ok: true as const, messages: placed.fields['messages'] as unknown[] } : { ok: false as const, error: { ...placed.error, field: placed.error.field.replace('images', field) } };
}

/** `query`, `response` and perhaps `history`, as the conversation that ms-swift makes of them. */
function conversation(record: Fields): unknown[] | null {
	if (!isText(record['query']) || !isText(record['response'])) return null;
	const history = Array.isArray(record['history']) ? (record['history'] as unknown[]) : [];
	const earlier = history.flatMap((pair) => (Array.isArray(pair) ? [{ role: 'user', content: pair[0] as unknown }, { role: 'assistant', content: pair[1] as unknown }] : [pair]));
	return [...earlier, { role: 'user', content: record['query'] }, { role: 'assistant', content: record['response'] }];
}

/**
 * ms-swift: `messages` with the answer as their last turn, and beside them
 * `rejected_response`, or the other conversation whole in `rejected_messages`, or
 * `label`, with `margin` where it trains a reward model; or `query`, `response` and `history` in place of `messages` (swift.readthedocs.io, "Custom dataset": RLHF). Our own export writes it.
 */
export const msSwift: ImportShape = {
	name: 'ms_swift',
	fits: (record) => {
		const { messages, label } = record;
		const isRejected = has(record, 'rejected_response');
		if (Array.isArray(messages)) return isRejected || has(record, 'rejected_messages') || (isLabel(label) && isAnswer(messages.at(-1)) && !has(record, 'responses'));
		// One that is all texts may say more, and is read by its columns.
		return !isFlat(record) && conversation(record) !== null && (isRejected || isLabel(label));
	},
	// Another number beside labels is refused as one, or takes them back.
	fitsAmong: ({ messages, label }) => Array.isArray(messages) && isAnswer(messages.at(-1)) && typeof label === 'number',
	read: (record, _file, scales) => {
		const whole = Array.isArray(record['messages']) ? (record['messages'] as unknown[]) : conversation(record);
		if (whole === null) return unread('messages', 'must be a list of turns that ends with the answer');
		const [asks, answers] = Array.isArray(record['messages']) ? ['messages', 'messages'] : ['query', 'response'];
		const read = Array.isArray(record['messages']) ? ['messages', 'margin'] : ['query', 'response', 'history', 'margin'];
		const others = { ...along(record, ['images']), ...(has(record, 'margin') ? { margin: record['margin'] } : {}) };
		const placed = withImages(whole, record['images'], 'images');
		if (!placed.ok) return placed;
		const { messages } = placed;
		if (!isAnswer(messages.at(-1))) return unread(`messages[${Math.max(0, messages.length - 1)}]`, 'must be the assistant’s: the answer that is preferred or labelled');
		if (has(record, 'rejected_messages')) {
			if (!Array.isArray(record['rejected_messages'])) return unread('rejected_messages', 'must be a list of turns');
			const rejected = withImages(record['rejected_messages'], record['rejected_images'], 'rejected_images');
			if (!rejected.ok) return rejected;
			const shared = sharedTurns(messages, rejected.messages, turns);
			if (shared === 0) return unread('rejected_messages', 'does not begin as “messages” does: the two answer different questions');
			return { ok: true, fields: { ...others, messages: messages.slice(0, shared), chosen: messages.slice(shared), rejected: rejected.messages.slice(shared) }, names: { messages: asks, chosen: answers, rejected: 'rejected_messages' }, unread: rest(record, [...read, 'rejected_messages', 'rejected_images']) };
		}
		const [asked, answer] = [messages.slice(0, -1), messages.slice(-1)];
		if (has(record, 'rejected_response')) return { ok: true, fields: { ...others, messages: asked, chosen: answer, rejected: record['rejected_response'] }, names: { messages: asks, chosen: answers, rejected: 'rejected_response' }, unread: rest(record, [...read, 'rejected_response']) };
		const label = has(record, 'label') ? labelOf(record['label'], scales.get('label')) : undefined;
		if (label === null) return refusedLabel('label', record['label'], scales.get('label'));
		return { ok: true, fields: { ...others, messages: asked, completion: answer, label }, names: { messages: asks, completion: answers }, unread: rest(record, [...read, 'label']), numbers: [['label', record['label']]] };
	}
};
