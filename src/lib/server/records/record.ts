/** One record of a file by its first line (1-based): the value, or why it cannot be read. */
export type FileRecord = { line: number; value: unknown } | { line: number; error: string };

/** A file that cannot be read any further, e.g. bytes that are no text. Carries a sentence for the user. */
export class UnreadableFile extends Error {
	override name = 'UnreadableFile';
}

/** Largest record in bytes: two answers of 2 MB and their prompt fit, a file without line ends does not fill the memory. */
export const MAX_RECORD_BYTES = 16 * 1024 * 1024;
