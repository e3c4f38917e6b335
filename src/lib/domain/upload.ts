/** Files from this size on are sent in pieces; a smaller one is sent again as quickly as it would go on. */
export const IN_PIECES_FROM_BYTES = 16 * 1024 * 1024;

/** What is sent at a time: what a proxy that hands on whole requests loses when the line breaks. */
export const PIECE_BYTES = 8 * 1024 * 1024;

/** Waits between tries while the server cannot be reached, in milliseconds: ten minutes in all, and anew after each piece that arrived. */
export const PIECE_RETRIES_MS: readonly number[] = [500, 1000, 2000, 4000, 8000, ...Array.from({ length: 58 }, () => 10_000)];

/** An upload that nobody touched for so long is let go. */
export const UPLOAD_KEPT_HOURS = 24;

/** Uploads that a person may have under way, in all projects together: each holds room on the server's disk. */
export const MOST_UPLOADS = 10;

/** Of several uploads of one file the one of which most has arrived; of equals the first. */
export function fullest<T extends { bytes: number }>(uploads: readonly T[]): T | null {
	return uploads.reduce<T | null>((most, one) => (most === null || one.bytes > most.bytes ? one : most), null);
}

/** What stands in the way while a piece is sent again: nobody answers, another connection sends the same file, or the server says why it cannot. */
export type Hindrance = { kind: 'away' } | { kind: 'elsewhere' } | { kind: 'said'; detail: string };

/** What an answer that may pass tells of; a proxy's, or one without words (HEAD has none), tells that the server is away. */
export function hindranceOf(status: number, detail: string): Hindrance {
	if (status === 409 || status === 423) return { kind: 'elsewhere' };
	return detail === '' ? { kind: 'away' } : { kind: 'said', detail };
}

/**
 * Whether what was answered so may be asked again: nobody answered (0), the server
 * goes through something, or a line that broke off still holds the upload. What
 * Plumbline says of an upload that is to begin (POST) stays said.
 */
export function mayArriveLater(method: string, status: number): boolean {
	if (method === 'POST') return status === 0 || status === 502 || status === 504;
	return status === 0 || status === 409 || status === 423 || status === 429 || status >= 500;
}
