/**
 * One record of a file by its first line, or its number where a format has no
 * lines (from 1): the value, or why it cannot be read. `place` says where it is
 * when a zip holds several files; `line` then runs on through them.
 */
export type FileRecord = { line: number; value: unknown; place?: string } | { line: number; error: string };

/** A file that cannot be read any further, e.g. bytes that are no text. Carries a sentence for the user. */
export class UnreadableFile extends Error {
	override name = 'UnreadableFile';
}

/** Largest record in bytes: two answers of 2 MB and their prompt fit, a file without line ends does not fill the memory. */
export const MAX_RECORD_BYTES = 16 * 1024 * 1024;
