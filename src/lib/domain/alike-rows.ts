import { jsonLine } from './json-line.ts';
import { wholePair } from './training-row.ts';
import type { TrainingRow } from './training-row.ts';

/** How many rows of a file have what not every row must have. `integers`: margins that are written as whole numbers. */
export type KeyCounts = { rows: number; whole: number; margins: number; integers: number; images: number; rejectedImages: number };

/** Columns that every row of a file shall have. `whole`: pairs have both conversations whole. */
export type AlikeColumns = { whole: boolean; margins: boolean; images: boolean; rejectedImages: boolean };

/**
 * What the rows of a file must be given so that the engine takes them all; null where they go as they are. It reads a
 * file as one table: columns and their types are those of the first ten megabytes, and a row is refused that has another
 * column, or a fraction where all before were whole numbers.
 */
export function alikeColumns({ rows, whole, margins, integers, images, rejectedImages }: KeyCounts): AlikeColumns | null {
	const some = (count: number) => count > 0 && count < rows;
	if (![whole, margins, images, rejectedImages].some(some) && integers === 0) return null;
	const mixed = some(whole);
	return { whole: mixed, margins: margins > 0, images: images > 0, rejectedImages: rejectedImages > 0 || (mixed && images > 0) };
}

/** A row with these columns, as a line of JSON: a margin that nobody stated is 0, as trainers take it, and no image is an empty list. */
export function alikeLine(row: TrainingRow, columns: AlikeColumns): string {
	const given = columns.whole && ('rejected_response' in row || 'rejected_messages' in row) ? wholePair(row) : row;
	return jsonLine({
		...given,
		...(columns.margins ? { margin: ('margin' in given ? given.margin : undefined) ?? 0 } : {}),
		...(columns.images ? { images: given.images ?? [] } : {}),
		...(columns.rejectedImages ? { rejected_images: ('rejected_images' in given ? given.rejected_images : undefined) ?? [] } : {})
	});
}
