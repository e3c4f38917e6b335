import { isText, rest } from './shape.ts';
import type { ImportShape } from './shape.ts';

/** A line of text, wrapped by the reader as `{text}` with nothing else: a question without answers. Ours knows it as `prompt`. */
export const prompts: ImportShape = {
	name: 'prompts',
	fits: (record) => Object.keys(record).every((key) => ['text', 'question', 'query', 'instruction', 'id'].includes(key)) && ['text', 'question', 'query', 'instruction'].filter((key) => isText(record[key])).length === 1,
	read: (record) => {
		const name = ['text', 'question', 'query', 'instruction'].find((key) => isText(record[key])) ?? 'text';
		return { ok: true, fields: { prompt: record[name] }, names: { prompt: name }, unread: rest(record, [name, 'id']) };
	}
};
