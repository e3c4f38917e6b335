import type { RowKind } from '../mapping.ts';
import type { RowMessage, TrainingRow } from '../training-row.ts';
import { Unexportable } from './formats.ts';
import { textParts } from './parts.ts';

/** Its converter leaves out, with a warning only, what does not alternate: such a snapshot is refused before. */
function alternating(messages: readonly RowMessage[]): void {
	const turns = messages[0]?.role === 'system' ? messages.slice(1) : messages;
	const fits = turns.length > 0 && turns.every(({ role }, i) => (i % 2 === 0 ? role === 'user' || role === 'tool' : role === 'assistant'));
	if (!fits) throw new Unexportable('The snapshot has conversations whose turns do not alternate between user and assistant; LLaMA-Factory would drop them. Take TRL or ms-swift.');
}

/**
 * A row in LLaMA-Factory's sharegpt form with OpenAI's names of roles: a pair
 * with one message a side, or a whole conversation, for KTO with its label (its
 * data/README.md; what it drops is by src/llamafactory/data/converter.py).
 * @throws Unexportable on images, answers of several turns, and turns that do not alternate
 */
export function llamaFactoryRow(row: TrainingRow): Record<string, unknown> {
	const parts = textParts(row, 'LLaMA-Factory');
	if ('completion' in parts) {
		const messages = [...parts.prompt, ...parts.completion];
		alternating(messages);
		return 'label' in parts ? { messages, label: parts.label } : { messages };
	}
	const [chosen, rejected] = [parts.chosen[0], parts.rejected[0]];
	if (parts.chosen.length !== 1 || parts.rejected.length !== 1) throw new Unexportable('The snapshot has answers of several turns, for which LLaMA-Factory has no form. Take TRL or ms-swift.');
	for (const answer of [chosen, rejected]) if (answer) alternating([...parts.prompt, answer]);
	return { messages: parts.prompt, chosen, rejected };
}

const COLUMNS = { pair: { messages: 'messages', chosen: 'chosen', rejected: 'rejected' }, labelled: { messages: 'messages', kto_tag: 'label' }, accepted: { messages: 'messages' } } as const satisfies Record<RowKind, object>;

/** What dataset_info.json says of the file, so that the trainer finds it by name. */
export function datasetInfo(name: string, file: string, kind: RowKind): Record<string, unknown> {
	return {
		[name]: {
			file_name: file,
			formatting: 'sharegpt',
			...(kind === 'pair' ? { ranking: true } : {}),
			columns: COLUMNS[kind],
			tags: { role_tag: 'role', content_tag: 'content', user_tag: 'user', assistant_tag: 'assistant', observation_tag: 'tool', system_tag: 'system' }
		}
	};
}
