import type { Upload as Uploading } from 'tus-js-client';
import { fullest, hindranceOf, mayArriveLater, PIECE_BYTES, PIECE_RETRIES_MS } from '#lib/domain/upload.ts';
import type { Hindrance } from '#lib/domain/upload.ts';

/** A file of one's own that has not been brought in yet: how much of it has arrived. */
export type EarlierUpload = { id: string; fileName: string | null; bytes: number; totalBytes: number; /** What read it last. */ import: { id: string; status: string } | null; createdAt: string; expiresAt: string };

/** Why a file could not be sent to its end, in the server's words; none where it did not answer, or without any. */
export class NotSent extends Error {
	override name = 'NotSent';
	/** What was answered; 0: nothing. */
	readonly status: number;
	constructor(status: number, detail: string) {
		super(detail);
		this.status = status;
	}
}

/** What is heard meanwhile: how much has gone out, and what stands in the way of the rest while it is tried again. */
type Hears = (sent: number, hindered: Hindrance | null) => void;

/** So long it is waited that the server lets go of what is not to be sent on; it does so by itself in a day. */
const LET_GO_MS = 3000;

/** Moments are written so that the same file has the same name wherever it is sent from. */
const modifiedAt = (file: File) => new Date(file.lastModified).toISOString();
const nameOf = (file: File) => file.name.slice(0, 300);

async function earlierOf(slug: string, file: File, signal: AbortSignal): Promise<EarlierUpload | null> {
	const query = new URLSearchParams({ fileName: nameOf(file), bytes: String(file.size), modified: modifiedAt(file) });
	const answer = await fetch(`/api/v1/projects/${slug}/uploads?${query}`, { signal });
	if (!answer.ok) throw new NotSent(answer.status, detailOf(await answer.text()));
	const { uploads } = (await answer.json()) as { uploads: EarlierUpload[] };
	return fullest(uploads);
}

function detailOf(body: string | undefined): string {
	try {
		const { detail } = JSON.parse(body ?? '') as { detail?: unknown };
		return typeof detail === 'string' ? detail : '';
	} catch {
		return '';
	}
}

const idOf = ({ url }: { url: string | null }): string | undefined => url?.split('/').at(-1);

/**
 * Sends a file in pieces, and goes on where it broke off before, also on another
 * page or day. Gives the upload's id once all of it is there. `stop` lets what has
 * arrived go, where the server answers; `leave` does not.
 * @throws NotSent where the server says no, does not answer for ten minutes, or has the upload no more (404)
 * @throws DOMException AbortError where it was stopped or left
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
		let hindered: Hindrance | null = null;
		let ended = false;
		const heard = (sent: number, by: Hindrance | null) => {
			[last, hindered] = [sent, by];
			if (!ended) hears(sent, by);
		};
		heard(last, null);
		const upload: Uploading = new Upload(file, {
			...(earlier ? { uploadUrl: `/api/v1/uploads/${earlier.id}` } : { endpoint: `/api/v1/projects/${slug}/uploads` }),
			// Where one is begun anew the library would begin another upload whenever it cannot ask for this one, and what has arrived would be sent again.
			onUploadUrlAvailable: () => void (upload.options.endpoint = null),
			metadata: { filename: nameOf(file), modified: modifiedAt(file) },
			chunkSize: PIECE_BYTES,
			retryDelays: [...PIECE_RETRIES_MS],
			storeFingerprintForResuming: false,
			// Bytes that go out show that somebody is there, not that a server which said no takes them.
			onProgress: (sent) => heard(sent, hindered?.kind === 'away' ? null : hindered),
			onChunkComplete: () => heard(last, null),
			onShouldRetry: (error) => {
				const { originalRequest: asked, originalResponse: answer } = error;
				const status = answer?.getStatus() ?? 0;
				const again = mayArriveLater(asked.getMethod(), status);
				if (again) heard(last, hindranceOf(status, detailOf(answer?.getBody())));
				return again;
			},
			onError: (error) => reject('originalResponse' in error ? new NotSent(error.originalResponse?.getStatus() ?? 0, detailOf(error.originalResponse?.getBody())) : new NotSent(0, '')),
			onSuccess: () => resolve(idOf(upload) ?? '')
		});
		const end = async (letGoToo: boolean) => {
			ended = true;
			const id = idOf(upload) ?? earlier?.id;
			await upload.abort();
			// What another window sends on is not taken from it.
			if (letGoToo && id && hindered?.kind !== 'elsewhere') await letGo(id, AbortSignal.timeout(LET_GO_MS));
			reject(new DOMException('stopped', 'AbortError'));
		};
		stop.addEventListener('abort', () => void end(true), { once: true });
		leave.addEventListener('abort', () => void end(false), { once: true });
		upload.start();
	});
}

/** Lets what has arrived of a file go. Null: it is gone; else why not, in the server's words where it has any. */
export async function letGo(id: string, signal?: AbortSignal): Promise<{ detail: string } | null> {
	const answer = await fetch(`/api/v1/uploads/${id}`, { method: 'DELETE', headers: { 'tus-resumable': '1.0.0' }, signal: signal ?? null }).catch(() => null);
	if (answer && (answer.ok || answer.status === 404)) return null;
	return { detail: detailOf(await answer?.text().catch(() => '')) };
}
