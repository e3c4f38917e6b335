import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import { Agent, errors } from 'undici';
import type { Allowed } from './addresses.ts';
import { hostOf, OutboundRefused, vettedAddresses, vettedLookup } from './outbound.ts';

/** An answer whose body is still to be read, as it comes: whoever reads slowly slows the server down. */
export type Opened = { status: number; headers: Record<string, string>; body: Readable };

/** Why a call gave no answer. `refused`: by our own guard; `silent`: the server said nothing for too long; `unreachable`: no connection, or it was cut. */
export class CallFailed extends Error {
	readonly reason: 'refused' | 'silent' | 'unreachable';

	constructor(reason: CallFailed['reason'], message: string) {
		super(message);
		this.name = 'CallFailed';
		this.reason = reason;
	}
}

/** What an error of a call or of reading its body comes to. */
export function callFailure(error: unknown): CallFailed {
	for (let e: unknown = error, depth = 0; e instanceof Error && depth < 5; e = e.cause, depth++) {
		if (e instanceof CallFailed) return e;
		if (e instanceof OutboundRefused) return new CallFailed('refused', e.message);
		if (e instanceof errors.HeadersTimeoutError || e instanceof errors.BodyTimeoutError) return new CallFailed('silent', 'The server said nothing for too long.');
		if (e instanceof errors.ConnectTimeoutError) return new CallFailed('unreachable', 'No connection in time.');
	}
	return new CallFailed('unreachable', 'The connection failed.');
}

export type Caller = {
	/** Sends a request and gives its answer once its head is there. Follows no redirect. `ours`: a worker said that it serves there, so it may be in the house. Throws CallFailed, or what `signal` was aborted with. */
	open: (address: string, of: { method: 'GET' | 'POST'; headers: Record<string, string>; body?: string; signal: AbortSignal; patienceMs: number; ours?: boolean }) => Promise<Opened>;
	close: () => Promise<void>;
};

/**
 * Calls servers whose addresses people gave, for streams: like `createOutbound`,
 * but the body stays Node's own stream (a copy through web streams costs more than
 * all else that the gateway does), connections are kept, and a redirect is an
 * answer. Every address is judged where its connection is made; a kept connection
 * stays with the address that was judged.
 */
export function createCaller(allowed: Allowed, { connectMs = 5000 } = {}): Caller {
	const agentWith = (lookup: LookupFunction) => new Agent({ connect: { lookup, timeout: connectMs } });
	const agents = { 'http:': agentWith(vettedLookup('http:', allowed)), 'https:': agentWith(vettedLookup('https:', allowed)) };
	/** One host counts as named, for servers of our own and within the house alone. */
	const naming = (host: string): Allowed => ({ ...allowed, trusted: [...(allowed.trusted ?? []), host] });
	const own = agentWith((host, options, done) => vettedLookup('http:', naming(host))(host, options, done));
	return {
		open: async (address, { patienceMs, ours = false, ...request }) => {
			try {
				const url = new URL(address);
				// An address in place of a name is never looked up, and any other scheme has no agent.
				if (isIP(hostOf(url)) !== 0 || (url.protocol !== 'http:' && url.protocol !== 'https:')) await vettedAddresses(url, ours ? naming(hostOf(url)) : allowed);
				const agent = ours && url.protocol === 'http:' ? own : agents[url.protocol as keyof typeof agents];
				const { statusCode, headers, body } = await agent.request({ origin: url.origin, path: url.pathname + url.search, ...request, headersTimeout: patienceMs, bodyTimeout: patienceMs });
				// A body that is thrown away unread fails later, when nobody listens: an error without a listener would end the process.
				body.on('error', () => undefined);
				return { status: statusCode, headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])), body };
			} catch (error) {
				request.signal.throwIfAborted();
				throw callFailure(error);
			}
		},
		close: async () => {
			await Promise.all([...Object.values(agents), own].map((agent) => agent.destroy()));
		}
	};
}
