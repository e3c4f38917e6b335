import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { Upload } from 'tus-js-client';
import type { DetailedError } from 'tus-js-client';
import { fullest, hindranceOf, mayArriveLater, PIECE_BYTES, PIECE_RETRIES_MS } from '#lib/domain/upload.ts';
import { problemIn, refusal } from './api.ts';
import type { Api } from './api.ts';
import { Ending, EXIT, refused } from './ending.ts';
import { size } from './speaker.ts';
import type { Tools } from './tools.ts';
import { segment } from './tools.ts';

/** A file on this disk that is sent in pieces. */
export type SentFile = { path: string; bytes: number; modifiedAt: string; /** The name it is remembered by. */ name?: string | undefined };

type Earlier = { id: string; bytes: number; totalBytes: number };

const share = (sent: number, total: number) => `${size(sent)} of ${size(total)}, ${Math.floor((100 * sent) / total)} %`;
const isRefused = (error: Error | DetailedError): error is DetailedError => 'originalResponse' in error && error.originalResponse !== null;

/** How the sending ended, not well. */
function endingOf(api: Api, error: Error | DetailedError, path: string): Ending {
	if (!isRefused(error)) return new Ending(EXIT.unreachable, `${api.address} cannot be reached any more. What has arrived of ${path} is kept for a day: run the same command again and it goes on from there.`, { code: 'unreachable' });
	const status = error.originalResponse?.getStatus() ?? 0;
	if (status === 404) return refused(`What had arrived of ${path} is not there any more: it was let go, or left alone for a day. Run the same command again and it is sent anew.`, { code: 'not_found', status });
	return refusal(api.address, status, error.originalResponse?.getBody() ?? '');
}

/** What stands in the way while it is tried again, in words. */
function hindrance(error: DetailedError): string {
	const by = hindranceOf(error.originalResponse?.getStatus() ?? 0, problemIn(error.originalResponse?.getBody() ?? '')?.detail ?? '');
	if (by.kind === 'said') return by.detail;
	return by.kind === 'away' ? 'The server does not answer. Trying again' : 'Another window or command sends this file too. Trying again';
}

/**
 * Sends a file in pieces, and goes on where an earlier try of the same file broke
 * off, also one of another process. Gives the upload's id once all of it is there.
 */
export async function sendInPieces(api: Api, project: string, { path, bytes, modifiedAt, name = basename(path) }: SentFile, { speaker }: Tools): Promise<string> {
	const query = new URLSearchParams({ fileName: name, bytes: String(bytes), modified: modifiedAt });
	const { uploads } = await api.get<{ uploads: Earlier[] }>(`/projects/${segment(project)}/uploads?${query.toString()}`);
	const earlier = fullest(uploads);
	if (earlier) speaker.note(`${share(earlier.bytes, bytes)} of ${name} had arrived before. It goes on from there.`);
	if (earlier && earlier.bytes === bytes) return earlier.id;
	return new Promise((resolve, reject) => {
		const upload: Upload = new Upload(createReadStream(path), {
			...(earlier ? { uploadUrl: api.url(`/uploads/${earlier.id}`) } : { endpoint: api.url(`/projects/${segment(project)}/uploads`) }),
			// Where one is begun anew the library would begin another upload whenever it cannot ask for this one, and what has arrived would be sent again.
			onUploadUrlAvailable: () => void (upload.options.endpoint = null),
			headers: api.headers,
			metadata: { filename: name, modified: modifiedAt },
			chunkSize: PIECE_BYTES,
			retryDelays: [...PIECE_RETRIES_MS],
			storeFingerprintForResuming: false,
			onProgress: (sent) => speaker.progress(`Sending ${share(sent, bytes)}`),
			onShouldRetry: (error) => {
				const again = mayArriveLater(error.originalRequest.getMethod(), error.originalResponse?.getStatus() ?? 0);
				if (again) speaker.progress(hindrance(error));
				return again;
			},
			onError: (error) => reject(endingOf(api, error, path)),
			onSuccess: () => {
				speaker.progress('Sent. The server reads it');
				resolve(upload.url?.split('/').at(-1) ?? '');
			}
		});
		upload.start();
	});
}
