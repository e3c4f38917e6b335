import { join } from 'node:path';
import type { Api, ApiAnswer } from './api.ts';

/** An upload in pieces, as a client of tus 1.0.0 speaks it. */
export type Pieces = {
	begin: (slug: string, of: { bytes: number; name?: string; modified?: string }) => Promise<ApiAnswer<{ code: string } | null>>;
	/** How much has arrived; null: there is no such upload. */
	arrived: (id: string) => Promise<number | null>;
	send: (id: string, at: number, raw: Uint8Array | ReadableStream<Uint8Array>) => Promise<ApiAnswer<{ code: string } | null>>;
	letGo: (id: string) => Promise<ApiAnswer>;
};

const TUS = { 'tus-resumable': '1.0.0' };
const inBase64 = (text: string) => Buffer.from(text).toString('base64');

/** The upload that an answer's Location names. */
export const uploadIn = (answer: ApiAnswer): string => answer.headers.get('location')?.split('/').at(-1) ?? '';

/** Where a world's web process keeps what has arrived. */
export const arrivingIn = (dataDir: string, id = ''): string => join(dataDir, 'arriving', id);

/** Speaks the protocol through a client of the API. */
export function piecesOver(api: Api): Pieces {
	return {
		begin: (slug, { bytes, name = 'pairs.jsonl', modified = '2026-11-29T09:00:00.000Z' }) =>
			api('POST', `/projects/${slug}/uploads`, { headers: { ...TUS, 'upload-length': String(bytes), 'upload-metadata': `filename ${inBase64(name)},modified ${inBase64(modified)}` } }),
		arrived: async (id) => {
			const { status, headers } = await api('HEAD', `/uploads/${id}`, { headers: TUS });
			return status === 200 ? Number(headers.get('upload-offset')) : null;
		},
		send: (id, at, raw) => api('PATCH', `/uploads/${id}`, { raw, headers: { ...TUS, 'upload-offset': String(at), 'content-type': 'application/offset+octet-stream' } }),
		letGo: (id) => api('DELETE', `/uploads/${id}`, { headers: TUS })
	};
}
