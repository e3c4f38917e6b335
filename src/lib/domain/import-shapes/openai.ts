import { toolsIn } from './passed-over.ts';
import { along, isFields, rest, unread } from './shape.ts';
import type { ImportShape } from './shape.ts';

/**
 * OpenAI's preference fine-tuning, and Together's after it: `input.messages`, one
 * answer each in `preferred_output` and `non_preferred_output`
 * (developers.openai.com/api/docs/guides/direct-preference-optimization,
 * docs.together.ai/docs/preference-fine-tuning).
 */
export const openai: ImportShape = {
	name: 'openai',
	fits: (record) => 'preferred_output' in record && 'non_preferred_output' in record,
	read: (record) => {
		const { input } = record;
		if (!isFields(input) || !Array.isArray(input['messages'])) return unread('input.messages', 'missing: the conversation that is answered');
		return {
			ok: true,
			fields: { ...along(record), messages: input['messages'], chosen: record['preferred_output'], rejected: record['non_preferred_output'] },
			names: { messages: 'input.messages', chosen: 'preferred_output', rejected: 'non_preferred_output' },
			unread: [...rest(record, ['input', 'preferred_output', 'non_preferred_output']), ...toolsIn(input, 'input.')]
		};
	}
};
