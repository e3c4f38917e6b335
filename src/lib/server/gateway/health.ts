import { CallFailed } from '../outbound/caller.ts';
import type { Caller } from '../outbound/caller.ts';
import { isJson, parseJson } from './ask.ts';
import type { ServerThere } from './pool.ts';

const PATIENCE_MS = 5000;
const MOST = 1_000_000;

/** How a server was found: null is well, else a code that pages put into words. */
export type Found = 'unreachable' | 'silent' | 'refused' | 'denied' | 'failing' | 'model_missing' | 'key_unreadable' | null;

/** Looks at a server by its list of models, which costs it nothing. One that has no such list but answers is well. */
export async function lookAt(of: { caller: Caller; keyOf: (server: ServerThere) => Promise<string | null> }, server: ServerThere, signal: AbortSignal): Promise<Found> {
	const key = await of.keyOf(server).catch(() => undefined);
	if (key === undefined) return 'key_unreadable';
	try {
		const { status, body } = await of.caller.open(`${server.baseUrl}/models`, { method: 'GET', headers: { accept: 'application/json', 'accept-encoding': 'identity', ...(key === null ? {} : { authorization: `Bearer ${key}` }) }, signal: AbortSignal.any([signal, AbortSignal.timeout(2 * PATIENCE_MS)]), patienceMs: PATIENCE_MS, ours: server.ours });
		const chunks: Buffer[] = [];
		let bytes = 0;
		for await (const chunk of body as AsyncIterable<Buffer>) {
			bytes += chunk.length;
			if (bytes > MOST) return 'failing';
			chunks.push(chunk);
		}
		if (status === 401 || status === 403) return 'denied';
		if (status >= 500 || (status >= 300 && status < 400)) return 'failing';
		const list = parseJson(Buffer.concat(chunks).toString('utf8'))?.['data'];
		return status === 200 && Array.isArray(list) && !list.some((model) => isJson(model) && model['id'] === server.model) ? 'model_missing' : null;
	} catch (error) {
		if (error instanceof CallFailed) return error.reason;
		return error instanceof Error && error.name === 'TimeoutError' ? 'silent' : 'unreachable';
	}
}
