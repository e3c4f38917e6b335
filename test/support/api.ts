import { setTimeout as sleep } from 'node:timers/promises';
import type { Action } from '#lib/domain/permission.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import { issueToken } from '#lib/server/usecases/issue-token.ts';
import { valueOf } from './world.ts';
import type { World } from './world.ts';

/** A problem document's parts that tests look at. */
export type ProblemBody = { code: string; detail: string; status: number; errors?: { field: string; message: string; line?: number }[]; id?: string };

/** An answer of the API: its JSON, or null where there was no body. */
export type ApiAnswer<T = unknown> = { status: number; body: T; headers: Headers };

/** How a call is sent. `key` is the Idempotency-Key; `raw` a body that is no JSON. */
export type CallOptions = { body?: unknown; raw?: string | Uint8Array | ReadableStream<Uint8Array>; key?: string; headers?: Record<string, string>; signal?: AbortSignal };

export type Api = <T = unknown>(method: string, path: string, options?: CallOptions) => Promise<ApiAnswer<T>>;

/** A token with which a person calls the API; without scopes it may do all that the person may. */
export async function tokenOf(world: World, actor: Actor, scopes?: readonly Action[]): Promise<string> {
	return valueOf(await issueToken(world.app, actor, scopes ? { scopes } : {})).token;
}

/** A client of `/api/v1` under one token (null: nobody). A broken connection is an exception. */
export function createApi(origin: string, token: string | null): Api {
	return async <T>(method: string, path: string, options: CallOptions = {}): Promise<ApiAnswer<T>> => {
		const { body, raw, key, headers = {}, signal } = options;
		const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body));
		const response = await fetch(`${origin}/api/v1${path}`, {
			method,
			headers: {
				...(token === null ? {} : { authorization: `Bearer ${token}` }),
				...(raw !== undefined ? { 'content-type': 'application/x-ndjson' } : body === undefined ? {} : { 'content-type': 'application/json' }),
				...(key === undefined ? {} : { 'idempotency-key': key }),
				...headers
			},
			redirect: 'manual',
			...(sent === undefined ? {} : { body: sent }),
			...(raw instanceof ReadableStream ? { duplex: 'half' } : {}),
			...(signal ? { signal } : {})
		} as RequestInit);
		const text = await response.text();
		const json = /json/.test(response.headers.get('content-type') ?? '') && text !== '';
		return { status: response.status, body: (json && !/ndjson/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : text === '' ? null : text) as T, headers: response.headers };
	};
}

/** The same client, trying again when the connection breaks (the process was killed). For calls that may be repeated: reads, and those with a key. */
export function persistent(api: Api, onRetry: () => void = () => undefined): Api {
	return async <T>(method: string, path: string, options: CallOptions = {}) => {
		for (;;) {
			try {
				return await api<T>(method, path, options);
			} catch (error) {
				if (options.signal?.aborted) throw error;
				onRetry();
				await sleep(40);
			}
		}
	};
}
