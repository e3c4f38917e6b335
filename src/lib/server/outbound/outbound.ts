import { lookup } from 'node:dns/promises';
import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import { Agent, fetch as undiciFetch } from 'undici';
import { judgeAddress } from './addresses.ts';
import type { Allowed } from './addresses.ts';

/** Why a request was not made or its answer not read. Holds no address with a query, no header and no body. */
export class OutboundRefused extends Error {
	readonly reason: 'address' | 'insecure' | 'scheme' | 'redirects' | 'too_large';

	constructor(reason: OutboundRefused['reason'], message: string) {
		super(message);
		this.name = 'OutboundRefused';
		this.reason = reason;
	}
}

export type OutboundLimits = {
	/** Most bytes of an answer, decompressed. */
	maxBytes?: number;
	/** Whole time of a request: its redirects, the wait and the body, in milliseconds. */
	timeoutMs?: number;
	maxRedirects?: number;
};

export type Outbound = {
	/** Like `fetch`, for addresses that people gave. Throws OutboundRefused (in `cause` of a failed body) where it would leave what is allowed. */
	fetch: typeof globalThis.fetch;
	close: () => Promise<void>;
};

type Resolve = (host: string) => Promise<LookupAddress[]>;

const resolveAll: Resolve = (host) => lookup(host, { all: true, verbatim: true });

/** Sent to the first origin only: a redirect must not carry a key away. */
const ONES_OWN = ['authorization', 'proxy-authorization', 'cookie', 'x-api-key', 'api-key'];

/** The host of an address as it is judged: an IPv6 address without its brackets. */
export const hostOf = (address: string | URL): string => new URL(address).hostname.toLowerCase().replace(/^\[|\]$|\.$/g, '');

/** The addresses of a URL's host that it may go to. Throws when there is none, or when words would cross the internet in the clear. */
export async function vettedAddresses(url: URL, allowed: Allowed, resolve: Resolve = resolveAll): Promise<LookupAddress[]> {
	if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new OutboundRefused('scheme', 'Only https and http addresses are called.');
	const host = hostOf(url);
	const family = isIP(host);
	const found = family ? [{ address: host, family }] : await resolve(host);
	const judged = found.map((each) => ({ ...each, verdict: judgeAddress(host, each.address, allowed) }));
	// One bad address is enough: a name that points inside and outside is an attempt.
	if (judged.length === 0 || judged.some(({ verdict }) => verdict === 'refused')) throw new OutboundRefused('address', `${host} is not a public address, and the setting PLUMBLINE_INHOUSE_HOSTS does not allow it.`);
	if (url.protocol === 'http:' && judged.some(({ verdict }) => verdict === 'public')) throw new OutboundRefused('insecure', `${host} is called by https only: in the clear anybody on the way reads prompts and the key.`);
	return found.map(({ address, family: kind }) => ({ address, family: kind }));
}

/** Why an address would not be called now; null: it would. A name that resolves to nothing yet is left to the call itself. */
export async function mayCall(address: string, allowed: Allowed, resolve: Resolve = resolveAll): Promise<string | null> {
	try {
		await vettedAddresses(new URL(address), allowed, resolve);
		return null;
	} catch (error) {
		return error instanceof OutboundRefused ? error.message : null;
	}
}

/** Answers for names where a client of its own makes the connections: each time every address is judged, and only judged ones are given. An address in place of a name is never looked up: `mayCall` judges it. */
export function vettedLookup(protocol: 'http:' | 'https:', allowed: Allowed, resolve: Resolve = resolveAll): LookupFunction {
	return (host, options, done) => {
		vettedAddresses(new URL(`${protocol}//${host}`), allowed, resolve).then(
			(found) => {
				const first = found[0];
				if (options.all) done(null, found);
				else if (first) done(null, first.address, first.family);
				else done(new OutboundRefused('address', `${host} has no address.`), '');
			},
			(error: NodeJS.ErrnoException) => done(error, '')
		);
	};
}

/** The body, ended with an error past so many bytes. */
function capped(body: ReadableStream<Uint8Array>, maxBytes: number, abort: (why: Error) => void): ReadableStream<Uint8Array> {
	let bytes = 0;
	return body.pipeThrough(
		new TransformStream<Uint8Array, Uint8Array>({
			transform(chunk, controller) {
				bytes += chunk.byteLength;
				if (bytes <= maxBytes) return controller.enqueue(chunk);
				const why = new OutboundRefused('too_large', `The answer is larger than ${maxBytes} bytes.`);
				controller.error(why);
				abort(why);
			}
		})
	);
}

type Hop = { url: URL; method: string; headers: Headers; body: string | Uint8Array<ArrayBuffer> | undefined };

/** The next request of a redirect, as the Fetch standard has it, but never from https to http. */
function redirected(hop: Hop, status: number, location: string): Hop {
	const url = new URL(location, hop.url);
	if (hop.url.protocol === 'https:' && url.protocol !== 'https:') throw new OutboundRefused('insecure', 'The server sends on from https to http.');
	const headers = new Headers(hop.headers);
	if (url.origin !== hop.url.origin) for (const name of ONES_OWN) headers.delete(name);
	const asGet = status === 303 || ((status === 301 || status === 302) && hop.method === 'POST');
	if (!asGet) return { ...hop, url, headers };
	for (const name of ['content-type', 'content-length']) headers.delete(name);
	return { url, headers, method: 'GET', body: undefined };
}

/** A body that can be sent again after a redirect: text or bytes, which is what our callers send. */
function bodyOf(body: RequestInit['body']): Hop['body'] {
	if (body === undefined || body === null) return undefined;
	if (typeof body === 'string') return body;
	if (body instanceof Uint8Array) return new Uint8Array(body);
	throw new TypeError('outbound requests send text or bytes');
}

/**
 * A `fetch` for addresses that people typed or servers named (model endpoints,
 * webhooks), which reaches public addresses and those that the setting allows
 * and nothing else of the house (server-side request forgery). A name is
 * resolved once, every address of it is judged, and the connection goes to a
 * judged one: a name that changes its mind in between gains nothing. Redirects
 * are followed by hand and judged like the first address.
 * @param resolve what answers for names, for tests
 */
export function createOutbound(allowed: Allowed, limits: OutboundLimits = {}, resolve: Resolve = resolveAll): Outbound {
	const { maxBytes = 10_000_000, timeoutMs = 120_000, maxRedirects = 3 } = limits;
	/** Judged addresses of hosts that are about to be connected to. */
	const pinned = new Map<string, LookupAddress[]>();
	const pinnedLookup: LookupFunction = (host, options, done) => {
		const addresses = pinned.get(host) ?? [];
		const first = addresses[0];
		if (!first) return done(new OutboundRefused('address', `${host} was not judged.`), '');
		if (options.all) done(null, addresses);
		else done(null, first.address, first.family);
	};
	// Each origin's connections are pinned when they are made; kept alive, they stay with the address that was judged.
	const agent = new Agent({ connect: { lookup: pinnedLookup, timeout: Math.min(timeoutMs, 15_000) }, headersTimeout: timeoutMs, bodyTimeout: timeoutMs });
	const call = async (hop: Hop, signal: AbortSignal) => {
		pinned.set(hop.url.hostname.replace(/^\[|\]$/g, ''), await vettedAddresses(hop.url, allowed, resolve));
		return undiciFetch(hop.url.href, { method: hop.method, headers: [...hop.headers], ...(hop.body === undefined ? {} : { body: hop.body }), redirect: 'manual', dispatcher: agent, signal });
	};
	return {
		fetch: async (input, init = {}) => {
			const stop = new AbortController();
			const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(timeoutMs), ...(init.signal ? [init.signal] : [])]);
			let hop: Hop = { url: new URL(input instanceof Request ? input.url : input), method: (init.method ?? 'GET').toUpperCase(), headers: new Headers(init.headers), body: bodyOf(init.body) };
			for (let hops = 0; ; hops += 1) {
				const response = await call(hop, signal);
				const location = response.headers.get('location');
				if (![301, 302, 303, 307, 308].includes(response.status) || location === null) {
					const body = response.body as ReadableStream<Uint8Array> | null;
					// Statuses that have no body must not be given one.
					return new Response(body && ![204, 205, 304].includes(response.status) ? capped(body, maxBytes, (why) => stop.abort(why)) : null, { status: response.status, statusText: response.statusText, headers: [...response.headers] });
				}
				await response.body?.cancel();
				if (hops >= maxRedirects) throw new OutboundRefused('redirects', 'The server sends on too often.');
				hop = redirected(hop, response.status, location);
			}
		},
		close: () => agent.destroy()
	};
}
