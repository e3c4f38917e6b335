import type { RowMessage, TrainingRow } from '../training-row.ts';
import { Unexportable } from './formats.ts';

/** A frozen row, its prompt apart from what was judged. `margin`: by how much the chosen answer is better; null: nobody said. */
export type PairParts = { prompt: RowMessage[]; chosen: RowMessage[]; rejected: RowMessage[]; margin: number | null; images: string[]; rejectedImages: string[] };
export type LabelledParts = { prompt: RowMessage[]; completion: RowMessage[]; label: boolean; images: string[] };
export type AcceptedParts = Omit<LabelledParts, 'label'>;
export type RowParts = PairParts | LabelledParts | AcceptedParts;

const same = (x: RowMessage | undefined, y: RowMessage | undefined) => x !== undefined && y !== undefined && x.role === y.role && x.content === y.content;

/**
 * Takes a frozen row apart. Two whole conversations share their prompt as far
 * as they are the same, up to a turn of who asks, an answer keeping at least its last turn; a labelled
 * or accepted conversation's answer is its last turn.
 */
export function partsOf(row: TrainingRow): RowParts {
	const images = row.images ?? [];
	if ('label' in row) return { prompt: row.messages.slice(0, -1), completion: row.messages.slice(-1), label: row.label, images };
	if ('rejected_response' in row) {
		return { prompt: row.messages.slice(0, -1), chosen: row.messages.slice(-1), rejected: [{ role: 'assistant', content: row.rejected_response }], margin: row.margin ?? null, images, rejectedImages: images };
	}
	if (!('rejected_messages' in row)) return { prompt: row.messages.slice(0, -1), completion: row.messages.slice(-1), images };
	const most = Math.min(row.messages.length, row.rejected_messages.length) - 1;
	let shared = 0;
	while (shared < most && same(row.messages[shared], row.rejected_messages[shared])) shared += 1;
	// Answers that begin alike: what is asked ends with who asks, not within an answer.
	while (shared > 0 && !['user', 'tool'].includes(row.messages[shared - 1]?.role ?? '')) shared -= 1;
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
