import { placeParts } from '../import-parts.ts';
import { isFields, unread } from './shape.ts';
import type { Fields, ShapeRead } from './shape.ts';

/** Columns whose text is JSON: messages, lists of answers, tags, judgments. */
const JSON_COLUMNS = new Set(['messages', 'responses', 'tags', 'requires', 'judgments', 'conversations', 'conversation_a', 'conversation_b', 'rejected_messages', 'completions', 'images', 'documents', 'rejected_images', 'annotations', 'data']);
/** Columns that hold text, or messages as JSON, as our own exports write them. */
const TEXT_OR_MESSAGES = ['prompt', 'chosen', 'rejected', 'completion'];

const parsed = (text: string): unknown => {
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return undefined;
	}
};
const isMessages = (value: unknown) => Array.isArray(value) && value.length > 0 && value.every((one) => isFields(one) && typeof one['role'] === 'string' && 'content' in one);

/** Whether any of these lists something. */
const lists = (value: unknown): value is unknown[] => Array.isArray(value) && value.length > 0;

/** Images of a table of ours: listed for the whole conversation, the question's and the answer's, once for each side. */
function withImages(fields: Fields): ShapeRead {
	const { images, rejected_images: rejectedImages, ...rest } = fields;
	const answers = ['chosen', 'rejected', 'completion'].filter((name) => Array.isArray(fields[name]));
	if (!lists(images) && !lists(rejectedImages)) return { ok: true, fields: rest };
	if (!Array.isArray(fields['prompt']) || answers.length === 0) return { ok: true, fields: { ...rest, images } };
	const prompt = fields['prompt'] as unknown[];
	let placed: Fields = rest;
	for (const name of answers) {
		const listed = name === 'rejected' ? rejectedImages : images;
		const whole = placeParts({ messages: [...prompt, ...(fields[name] as unknown[])], images: Array.isArray(listed) ? listed : [] });
		if (!whole.ok) return { ok: false, error: { ...whole.error, field: name === 'rejected' ? 'rejected_images' : 'images' } };
		const messages = whole.fields['messages'] as unknown[];
		placed = { ...placed, prompt: messages.slice(0, prompt.length), [name]: messages.slice(prompt.length) };
	}
	return { ok: true, fields: placed };
}

/**
 * A row of a table as the object that a row of JSON would be: empty cells left
 * out, answers in columns response_1, response_2, … as a list, JSON where a
 * column holds it.
 */
export function fromCells(record: Fields): ShapeRead {
	const fields: Fields = {};
	const responses: unknown[] = [];
	for (const [name, value] of Object.entries(record)) {
		if (value === '' || value === null || value === undefined) continue;
		if (typeof value !== 'string') fields[name] = value;
		else if (/^response_([0-9]|[a-h])$/u.test(name) && !('winner' in record) && !('winner_model_a' in record)) responses.push(value);
		else if (JSON_COLUMNS.has(name)) {
			const read = parsed(value);
			if (read === undefined) return unread(name, 'must be JSON in this column');
			fields[name] = read;
		} else if (TEXT_OR_MESSAGES.includes(name)) {
			const read = value.startsWith('[') ? parsed(value) : undefined;
			fields[name] = isMessages(read) ? read : value;
		} else fields[name] = name === 'preferred' && /^\d+$/u.test(value) ? Number(value) : value;
	}
	return withImages(responses.length > 0 ? { ...fields, responses } : fields);
}
