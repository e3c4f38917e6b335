import { setTimeout as sleep } from 'node:timers/promises';

/** Something the person at the terminal can act on: shown as one line, without a stack. */
export class DemoTrouble extends Error {}

/** An answer of the API; `body` is null for 204. */
export type Answer<T> = { status: number; body: T | null };

/** The API as one person sees it. */
export type Api = {
	get: <T>(path: string) => Promise<T>;
	post: <T>(path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer<T>>;
	put: <T>(path: string, body: unknown) => Promise<Answer<T>>;
	/** Sends rows as a file of JSON Lines. */
	upload: <T>(path: string, rows: readonly unknown[]) => Promise<Answer<T>>;
};

type Content = { type: string; text: string } | null;

type Problem = { title?: string; detail?: string; code?: string };

const TRIES = 5;

/** A problem document as one line. */
function explain(method: string, path: string, status: number, text: string): string {
	try {
		const { title, detail, code } = JSON.parse(text) as Problem;
		return `${method} ${path} was answered ${status} ${code ?? ''}: ${detail ?? title ?? ''}`;
	} catch {
		return `${method} ${path} was answered ${status}: ${text.slice(0, 200)}`;
	}
}

/**
 * A client of `/api/v1` with somebody's token. A connection that breaks, and 429
 * or 503 that ask to wait, are tried again; a POST that must not count twice
 * carries an Idempotency-Key.
 * @throws DemoTrouble on every other answer that is no success
 */
export function createApi(address: string, token: string): Api {
	async function ask<T>(method: 'GET' | 'POST' | 'PUT', path: string, content: Content, headers: Record<string, string>): Promise<Answer<T>> {
		for (let attempt = 1; ; attempt++) {
			let response: Response;
			try {
				response = await fetch(`${address}/api/v1${path}`, {
					method,
					headers: { authorization: `Bearer ${token}`, ...(content ? { 'content-type': content.type } : {}), ...headers },
					...(content ? { body: content.text } : {}),
					signal: AbortSignal.timeout(60_000)
				});
			} catch (error) {
				const safe = method !== 'POST' || 'idempotency-key' in headers;
				if (safe && attempt < TRIES) {
					await sleep(attempt * 1000);
					continue;
				}
				const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
				throw new DemoTrouble(`${address} cannot be reached (${cause}). Start Plumbline with npm start, or name its address: PLUMBLINE_URL=http://host:port before the command.`);
			}
			const text = await response.text();
			if (response.ok) return { status: response.status, body: text === '' ? null : (JSON.parse(text) as T) };
			if ((response.status === 429 || response.status === 503) && attempt < TRIES) {
				await sleep(Number(response.headers.get('retry-after') ?? 1) * 1000);
				continue;
			}
			if (response.status === 401) throw new DemoTrouble(`${address} does not know the token in demo-accounts.json: the file belongs to another installation. Set PLUMBLINE_DATA_DIR or PLUMBLINE_URL so that both belong together.`);
			throw new DemoTrouble(explain(method, path, response.status, text));
		}
	}
	const json = (body: unknown): Content => (body === undefined ? null : { type: 'application/json', text: JSON.stringify(body) });
	return {
		get: async <T>(path: string) => (await ask<T>('GET', path, null, {})).body as T,
		post: (path, body, headers = {}) => ask('POST', path, json(body), headers),
		put: (path, body) => ask('PUT', path, json(body), {}),
		upload: (path, rows) => ask('POST', path, { type: 'application/x-ndjson', text: rows.map((row) => `${JSON.stringify(row)}\n`).join('') }, {})
	};
}
