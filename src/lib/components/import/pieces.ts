import { mayArriveLater, PIECE_BYTES, PIECE_RETRIES_MS } from '#lib/domain/upload.ts';

/** A file of one's own that has not been brought in yet: how much of it has arrived. */
export type EarlierUpload = { id: string; fileName: string | null; bytes: number; totalBytes: number; createdAt: string; expiresAt: string };

/** Why a file could not be sent to its end, in the server's words; none where it did not answer. */
export class NotSent extends Error {
	override name = 'NotSent';
}

/** What is heard meanwhile. `away`: the server does not answer, and is tried again. */
type Hears = (sent: number, away: boolean) => void;

/** Moments are written so that the same file has the same name wherever it is sent from. */
const modifiedAt = (file: File) => new Date(file.lastModified).toISOString();
const nameOf = (file: File) => file.name.slice(0, 300);

async function earlierOf(slug: string, file: File, signal: AbortSignal): Promise<EarlierUpload | null> {
	const query = new URLSearchParams({ fileName: nameOf(file), bytes: String(file.size), modified: modifiedAt(file) });
	const answer = await fetch(`/api/v1/projects/${slug}/uploads?${query}`, { signal });
	if (!answer.ok) return null;
	const { uploads } = (await answer.json()) as { uploads: EarlierUpload[] };
	return uploads[0] ?? null;
}

function detailOf(body: string | undefined): string {
	try {
		const { detail } = JSON.parse(body ?? '') as { detail?: unknown };
		return typeof detail === 'string' ? detail : '';
	} catch {
		return '';
	}
}

/**
 * Sends a file in pieces, and goes on where it broke off before, also on another
 * page or day. Gives the upload's id once all of it is there. Aborting lets what
 * has arrived go; leaving the page does not.
 * @throws NotSent where the server says no, or does not answer for ten minutes
 */
export async function sendInPieces(of: { slug: string; file: File; stop: AbortSignal; leave: AbortSignal }, hears: Hears): Promise<string> {
	const { slug, file, stop, leave } = of;
	const earlier = await earlierOf(slug, file, AbortSignal.any([stop, leave]));
	if (earlier && earlier.bytes === earlier.totalBytes) return earlier.id;
	// Only who sends a large file needs it.
	const { Upload } = await import('tus-js-client');
	stop.throwIfAborted();
	leave.throwIfAborted();
	return new Promise((resolve, reject) => {
		let last = earlier?.bytes ?? 0;
		hears(last, false);
		const upload = new Upload(file, {
			endpoint: `/api/v1/projects/${slug}/uploads`,
			...(earlier ? { uploadUrl: `/api/v1/uploads/${earlier.id}` } : {}),
			metadata: { filename: nameOf(file), modified: modifiedAt(file) },
			chunkSize: PIECE_BYTES,
			retryDelays: [...PIECE_RETRIES_MS],
			storeFingerprintForResuming: false,
			onProgress: (sent) => hears((last = sent), false),
			onShouldRetry: (error) => {
				const again = mayArriveLater(error.originalRequest.getMethod(), error.originalResponse?.getStatus() ?? 0);
				if (again) hears(last, true);
				return again;
			},
			onError: (error) => reject(new NotSent('originalResponse' in error ? detailOf(error.originalResponse?.getBody()) : '')),
			onSuccess: () => resolve(upload.url?.split('/').at(-1) ?? '')
		});
		const end = (terminate: boolean) => () => {
			const ended = () => reject(new DOMException('stopped', 'AbortError'));
			upload.abort(terminate).then(ended, ended);
		};
		stop.addEventListener('abort', end(true));
		leave.addEventListener('abort', end(false));
		upload.start();
	});
}

/** Lets what has arrived of a file go. */
export async function letGo(id: string): Promise<boolean> {
	const answer = await fetch(`/api/v1/uploads/${id}`, { method: 'DELETE', headers: { 'tus-resumable': '1.0.0' } }).catch(() => null);
	return answer !== null && (answer.ok || answer.status === 404);
}
