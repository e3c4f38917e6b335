import { readOwn } from './own-rows.ts';
import { has } from './shape.ts';
import type { ImportShape } from './shape.ts';

/**
 * Our own rows, and the preference sets they take in as they are: TRL's
 * `prompt`, `chosen`, `rejected` as text or messages, with the prompt left
 * implicit, and `completion` with `label`
 * (huggingface.co/docs/trl/dataset_formats); answers to compare, also under the
 * names that other sets give them; prompts alone.
 */
export const plumbline: ImportShape = {
	name: 'plumbline',
	fits: (record) => (has(record, 'chosen') && has(record, 'rejected')) || ((has(record, 'prompt') || has(record, 'messages')) && !has(record, 'winner')),
	read: (record, _file, scales) => readOwn(record, scales)
};
