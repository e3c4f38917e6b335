import { jsonLine } from './json-line.ts';
import { wholePair } from './training-row.ts';
import type { TrainingRow } from './training-row.ts';

/** How many rows of a file have what not every row must have. `integers`: margins that are written as whole numbers. */
export type KeyCounts = { rows: number; bytes: number; whole: number; margins: number; integers: number; images: number; rejectedImages: number };

/** What rows of a file must be given. `whole`: pairs have both conversations whole. `lead`: lists of which a row that has them must stand among the first. */
export type AlikeColumns = { whole: boolean; margins: boolean; lead: readonly ImageList[] };
type ImageList = 'images' | 'rejected_images';

/** Readers of tables decide by so much of a file, and a little more, which columns there are and of what. */
const FIRST_BYTES = 8 * 1024 * 1024;

/**
 * What the rows of a file must be given so that the engine takes them all; null where they go as they are. It reads a
 * file as one table: columns and their types are those of the first ten megabytes, and a row is refused that has another
 * column, or a fraction where all before were whole numbers.
 */
export function alikeColumns({ rows, bytes, whole, margins, integers, images, rejectedImages }: KeyCounts): AlikeColumns | null {
	const some = (count: number) => count > 0 && count < rows;
	const mixed = some(whole);
	const late = bytes > FIRST_BYTES && (some(images) || some(rejectedImages));
	if (!mixed && !some(margins) && integers === 0 && !late) return null;
	const lists: ImageList[] = [...(images > 0 ? (['images'] as const) : []), ...(rejectedImages > 0 || (mixed && images > 0) ? (['rejected_images'] as const) : [])];
	return { whole: mixed, margins: margins > 0, lead: late ? lists : [] };
}

/** A row with these columns: a margin that nobody stated is 0, as trainers take it. */
function alikeRow(row: TrainingRow, columns: AlikeColumns): TrainingRow {
	const given = columns.whole && ('rejected_response' in row || 'rejected_messages' in row) ? wholePair(row) : row;
	return columns.margins ? { ...given, margin: ('margin' in given ? given.margin : undefined) ?? 0 } : given;
}

/** A row with these columns, as a line of JSON. */
export const alikeLine = (row: TrainingRow, columns: AlikeColumns): string => jsonLine(alikeRow(row, columns));

/**
 * Says of one row after the other, in the order of the file, whether it must come before all others: as the first that
 * has a list which none of the first rows has. Gives null once there is nothing left to look for.
 */
export function leadFinder(columns: AlikeColumns): (row: TrainingRow, bytes: number) => boolean | null {
	let missing = columns.lead;
	let before = 0;
	return (row, bytes) => {
		if (missing.length === 0) return null;
		const given: { [list in ImageList]?: readonly string[] } = alikeRow(row, columns);
		const still = missing.filter((list) => (given[list] ?? []).length === 0);
		const leads = still.length < missing.length && before > FIRST_BYTES;
		[missing, before] = [still, before + bytes];
		return leads;
	};
}
