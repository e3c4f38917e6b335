/**
 * One record of a file by its first line, or its number where a format has no
 * lines (from 1): the value, or why it cannot be read. `place` says where it is
 * when a zip holds several files, `file` in which of them; `line` then runs on through them.
 */
export type FileRecord = { line: number; value: unknown; place?: string; file?: string } | { line: number; error: string };

/** A file that cannot be read any further, e.g. bytes that are no text. Carries a sentence for the user. */
export class UnreadableFile extends Error {
	override name = 'UnreadableFile';
}

/** Largest record in bytes: two answers of 2 MB and their prompt fit, a file without line ends does not fill the memory. */
export const MAX_RECORD_BYTES = 16 * 1024 * 1024;

/** Objects and lists within each other; no honest record has more, and every walk over one is bounded by it. */
export const MOST_DEPTH = 64;

/** Whether a value has more than so many objects and lists within each other. */
export function isTooDeep(value: unknown, left = MOST_DEPTH): boolean {
	if (value === null || typeof value !== 'object') return false;
	if (left === 0) return true;
	for (const inner of Array.isArray(value) ? (value as unknown[]) : Object.values(value)) if (isTooDeep(inner, left - 1)) return true;
	return false;
}
