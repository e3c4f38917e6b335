import { sharedTurns } from '../shared-turns.ts';
import type { RowMessage, TrainingRow } from '../training-row.ts';
import { Unexportable } from './formats.ts';

/** A frozen row, its prompt apart from what was judged. `margin`: by how much the chosen answer is better; null: nobody said. */
export type PairParts = { prompt: RowMessage[]; chosen: RowMessage[]; rejected: RowMessage[]; margin: number | null; images: string[]; rejectedImages: string[] };
export type LabelledParts = { prompt: RowMessage[]; completion: RowMessage[]; label: boolean; images: string[] };
export type AcceptedParts = Omit<LabelledParts, 'label'>;
export type RowParts = PairParts | LabelledParts | AcceptedParts;

const turns = { same: (x: RowMessage, y: RowMessage) => x.role === y.role && x.content === y.content, asks: ({ role }: RowMessage) => role === 'user' || role === 'tool' };

/**
 * Takes a frozen row apart. Two whole conversations share their prompt
 * (`sharedTurns`); a labelled or accepted conversation's answer is its last turn.
 */
export function partsOf(row: TrainingRow): RowParts {
	const images = row.images ?? [];
	if ('label' in row) return { prompt: row.messages.slice(0, -1), completion: row.messages.slice(-1), label: row.label, images };
	if ('rejected_response' in row) {
		return { prompt: row.messages.slice(0, -1), chosen: row.messages.slice(-1), rejected: [{ role: 'assistant', content: row.rejected_response }], margin: row.margin ?? null, images, rejectedImages: images };
	}
	if (!('rejected_messages' in row)) return { prompt: row.messages.slice(0, -1), completion: row.messages.slice(-1), images };
	const shared = sharedTurns(row.messages, row.rejected_messages, turns);
	return { prompt: row.messages.slice(0, shared), chosen: row.messages.slice(shared), rejected: row.rejected_messages.slice(shared), margin: row.margin ?? null, images, rejectedImages: row.rejected_images ?? [] };
}

/** The parts of a row without images. @throws Unexportable where it has some */
export function textParts(row: TrainingRow, consumer: string): RowParts {
	const parts = partsOf(row);
	if (parts.images.length > 0 || ('rejectedImages' in parts && parts.rejectedImages.length > 0)) {
		throw new Unexportable(`The snapshot has rows with images, which the ${consumer} export cannot carry. Take ms-swift, Parquet or CSV, which name images by their hash.`);
	}
	return parts;
}
