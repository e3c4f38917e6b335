import { setTimeout as sleep } from 'node:timers/promises';
import type { Access } from './credentials.ts';
import { Ending, EXIT } from './ending.ts';

/** The public API under one token. Whatever is no success is thrown as an `Ending`. */
export type Api = {
	address: string;
	/** The address of a call, and what says who calls: for a client that speaks another protocol than JSON. */
	url: (path: string) => string;
	headers: Record<string, string>;
	get: <T>(path: string) => Promise<T>;
	/** An answer without a body (204) is null. */
	send: <T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown) => Promise<T>;
	/** A file as the body, at constant memory. */
	upload: <T>(path: string, source: ReadableStream<Uint8Array>, type: string) => Promise<T>;
	/** An answer whose body is read as it comes. */
	open: (path: string) => Promise<Response>;
};

type Problem = { title?: string; detail?: string; code?: string; errors?: { field: string | null; message: string; line?: number }[] };

/** How often a call that changes nothing is tried while the server does not answer. */
const TRIES = 5;
const PASSING = [429, 502, 503, 504];
const SHOWN_ERRORS = 20;

/** What an answer's body says of why not; null: a proxy answered, or nothing was said. */
export function problemIn(text: string): Problem | null {
	try {
		return JSON.parse(text) as Problem;
	} catch {
		return null;
	}
}

/** Why the server said no, as an ending: `text` is the body of its answer. */
export function refusal(address: string, status: number, text: string): Ending {
	const problem = problemIn(text) ?? { detail: `${address} answered ${status} and no reason.` };
	const facts = { ...problem, status };
	if (status === 401) return new Ending(EXIT.notSignedIn, `${address} does not take this token: it was revoked, has expired or belongs to another server. Run npx plumbline login ${address}`, facts);
	if (status >= 500) return new Ending(EXIT.unreachable, problem.detail ?? problem.title ?? '', facts);
	const errors = (problem.errors ?? []).slice(0, SHOWN_ERRORS).map(({ field, message, line }) => `  ${line === undefined ? '' : `line ${line}, `}${field ?? 'row'}: ${message}`);
	const more = (problem.errors?.length ?? 0) - errors.length;
	return new Ending(EXIT.refused, problem.detail ?? problem.title ?? `It was answered ${status}.`, facts, [...errors, ...(more > 0 ? [`  and ${more} more`] : [])].join('\n') || undefined);
}

function unreachable(address: string, error: unknown): Ending {
	const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
	const why = cause instanceof Error ? cause.message || ((cause as NodeJS.ErrnoException).code ?? cause.name) : String(cause);
	return new Ending(EXIT.unreachable, `${address} cannot be reached (${why}). Is Plumbline running there?`, { code: 'unreachable' });
}

/** A client of `/api/v1`. Reads are tried again while the server starts anew; what changes something is sent once. */
export function createApi({ address, token }: Access, signal?: AbortSignal): Api {
	const url = (path: string) => `${address}/api/v1${path}`;
	const headers = { authorization: `Bearer ${token}` };
	async function ask(method: string, path: string, init: RequestInit & { duplex?: 'half' }): Promise<Response> {
		for (let attempt = 1; ; attempt++) {
			const again = method === 'GET' && attempt < TRIES;
			let response: Response;
			try {
				response = await fetch(url(path), { ...init, method, redirect: 'manual', headers: { ...headers, ...init.headers }, ...(signal ? { signal } : {}) } as RequestInit);
			} catch (error) {
				if (signal?.aborted) throw signal.reason;
				if (!again) throw unreachable(address, error);
				await sleep(attempt * 500, undefined, { signal });
				continue;
			}
			if (response.ok) return response;
			if (again && PASSING.includes(response.status)) {
				await response.body?.cancel();
				await sleep(Math.min(30, Number(response.headers.get('retry-after')) || attempt) * 1000, undefined, { signal });
				continue;
			}
			throw refusal(address, response.status, await response.text());
		}
	}
	async function json<T>(response: Response): Promise<T> {
		let text: string;
		try {
			text = await response.text();
		} catch (error) {
			throw unreachable(address, error);
		}
		return (text === '' ? null : JSON.parse(text)) as T;
	}
	return {
		address,
		url,
		headers,
		get: async (path) => json(await ask('GET', path, {})),
		send: async (method, path, body) => json(await ask(method, path, body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })),
		upload: async (path, source, type) => json(await ask('POST', path, { headers: { 'content-type': type }, body: source, duplex: 'half' } as RequestInit & { duplex: 'half' })),
		open: (path) => ask('GET', path, {})
	};
}
