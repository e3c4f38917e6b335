import type { RowMessage, TrainingRow } from '../training-row.ts';
import { Unexportable } from './formats.ts';
import { textParts } from './parts.ts';

function toolFree(prompt: readonly RowMessage[], consumer: string): void {
	if (prompt.some(({ role }) => role === 'tool')) throw new Unexportable(`${consumer} takes a tool’s turn only with the id of its call, which is not known here. Take TRL or ms-swift.`);
}

/**
 * A row as a hosted fine-tuning takes it. A pair as OpenAI's preference fine-tuning takes it
 * (developers.openai.com/api/docs/guides/direct-preference-optimization), and
 * Together's after it (docs.together.ai/docs/preference-fine-tuning): exactly
 * one assistant message on each side, text only; an accepted answer as both take
 * supervised examples, a conversation under `messages`.
 * @throws Unexportable on labels, images, tool turns, answers of several turns, and prompts that end with an answer
 */
export function preferenceRow(row: TrainingRow, consumer: 'OpenAI' | 'Together'): Record<string, unknown> {
	const parts = textParts(row, consumer);
	if ('label' in parts) throw new Unexportable(`${consumer} takes pairs only: a KTO snapshot of single judged answers has no such form. Freeze a DPO snapshot, or take TRL.`);
	if ('completion' in parts) {
		toolFree(parts.prompt, consumer);
		return { messages: [...parts.prompt, ...parts.completion] };
	}
	if (parts.chosen.length !== 1 || parts.rejected.length !== 1) throw new Unexportable(`${consumer} takes one message as each answer; this snapshot has answers of several turns. Take TRL or ms-swift.`);
	toolFree(parts.prompt, consumer);
	if (parts.prompt.at(-1)?.role === 'assistant') throw new Unexportable(`${consumer} takes no prompt that ends with an answer; this snapshot has one. Take TRL or ms-swift.`);
	return { input: { messages: parts.prompt }, preferred_output: parts.chosen, non_preferred_output: parts.rejected };
}
