import type { TrainingRow } from '../training-row.ts';
import { textParts } from './parts.ts';

/**
 * A row as TRL's trainers take it: conversational preference with an explicit
 * prompt, for KTO conversational unpaired preference, for SFT prompt-completion
 * (huggingface.co/docs/trl/dataset_formats).
 * @throws Unexportable on images
 */
export function trlRow(row: TrainingRow): Record<string, unknown> {
	const parts = textParts(row, 'TRL');
	if ('label' in parts) return { prompt: parts.prompt, completion: parts.completion, label: parts.label };
	if ('completion' in parts) return { prompt: parts.prompt, completion: parts.completion };
	return { prompt: parts.prompt, chosen: parts.chosen, rejected: parts.rejected };
}
