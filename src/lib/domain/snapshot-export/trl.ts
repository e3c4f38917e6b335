import type { TrainingRow } from '../training-row.ts';
import { textParts } from './parts.ts';

/**
 * A row as TRL's trainers take it: conversational preference with an explicit
 * prompt, for KTO conversational unpaired preference, for SFT prompt-completion
 * (huggingface.co/docs/trl/dataset_formats).
 * Its RewardTrainer takes `margin` off the difference of the rewards, of every
 * row of a batch or of none: where nobody said how clear it was, that is 0.
 * @throws Unexportable on images
 */
export function trlRow(row: TrainingRow, has: { margins: boolean } = { margins: false }): Record<string, unknown> {
	const parts = textParts(row, 'TRL');
	if ('label' in parts) return { prompt: parts.prompt, completion: parts.completion, label: parts.label };
	if ('completion' in parts) return { prompt: parts.prompt, completion: parts.completion };
	return { prompt: parts.prompt, chosen: parts.chosen, rejected: parts.rejected, ...(has.margins ? { margin: parts.margin ?? 0 } : {}) };
}
