/** How long a process waits for the others where none has much to do alone but write a whole model. */
const WAIT_SECONDS = 3600;

/** Bytes of rows that the slowest machine and tokenizer are taken to encode in a second: a fifth of the least that was measured (docs/health.md). */
const ENCODED_BYTES_A_SECOND = 20_000;

/**
 * For how many seconds a process of several waits for the others before it ends. The engine's own patience is 208 days:
 * where one hangs, the others would wait for it with their devices. But before the first step one process encodes all
 * rows while all others wait for it, which for many rows takes longer than any save.
 */
export function mostWait(datasetBytes: number): number {
	return WAIT_SECONDS + Math.ceil(datasetBytes / ENCODED_BYTES_A_SECOND);
}
