import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { finished } from 'node:stream/promises';
import { v7 as newId } from 'uuid';
import { bearerHash } from '../auth/tokens.ts';
import type { KnownKey } from '../db/gateway-keys.ts';
import type { Logger } from '../log.ts';
import { answerCall } from './answer.ts';
import type { Answering } from './answer.ts';
import type { createLimits } from './limits.ts';
import { problemBody, unknownModel } from './problem.ts';
import type { GatewayProblem } from './problem.ts';
import { parseCall, parseFeedback, readBody } from './request.ts';
import type { SaidFeedback } from './request.ts';
import { modelsFor } from './resolve.ts';

export type GatewayServer = {
	server: Server;
	/** Takes nothing new, waits for what is under way at most so long, then ends it. */
	stop: (graceMs: number) => Promise<void>;
};

export type Serving = Answering & { /** Notes what was said of an answer; a problem says why not. */ giveFeedback: (key: KnownKey, said: SaidFeedback) => Promise<GatewayProblem | null>; limits: ReturnType<typeof createLimits>; log: Pick<Logger, 'warn' | 'error'>; mostBytes: number };

/** A connection is kept for longer than balancers keep theirs: none sends a request into one that is being closed. */
const KEPT_MS = 75_000;
/** A client that sends what nobody reads has so long to notice. */
const LINGER_MS = 5000;

const CALLS: Record<string, 'chat' | 'completion'> = { '/v1/chat/completions': 'chat', '/v1/completions': 'completion' };
const NO_KEY: GatewayProblem = { status: 401, type: 'authentication_error', code: 'invalid_api_key', message: 'Send a key of a project as “Authorization: Bearer plb_…”. Its owner makes one on the project’s page “Serving”.' };

function send(response: ServerResponse, status: number, body: unknown): void {
	const bytes = Buffer.from(JSON.stringify(body));
	response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length, 'cache-control': 'no-store' }).end(bytes);
}

/**
 * Says why a request is not answered, also while it is still being sent. A connection
 * that is closed with something unread is reset, and who sent it would see that in
 * place of the reason: what still comes is read and thrown away for a while.
 */
async function refuse(request: IncomingMessage, response: ServerResponse, problem: GatewayProblem): Promise<void> {
	if (problem.retryAfter !== undefined) response.setHeader('retry-after', String(problem.retryAfter));
	if (problem.status === 401) response.setHeader('www-authenticate', 'Bearer');
	if (request.complete) return send(response, problem.status, problemBody(problem));
	const bytes = Buffer.from(JSON.stringify(problemBody(problem)));
	response.writeHead(problem.status, { 'content-type': 'application/json', 'content-length': bytes.length, 'cache-control': 'no-store', connection: 'close' }).write(bytes);
	request.resume();
	await finished(request, { writable: false, signal: AbortSignal.timeout(LINGER_MS) }).catch(() => undefined);
	response.end();
}

/** The gateway's HTTP server, not yet listening. */
export function createGatewayServer(of: Serving): GatewayServer {
	let stopping = false;

	function listModels(response: ServerResponse, key: KnownKey, path: string): GatewayProblem | null {
		const models = modelsFor(of.directory.now(), key).map((id) => ({ id, object: 'model', created: 0, owned_by: key.slug }));
		if (path === '/v1/models') {
			send(response, 200, { object: 'list', data: models });
			return null;
		}
		const name = path.slice('/v1/models/'.length);
		const model = models.find(({ id }) => id === name || encodeURIComponent(id) === name);
		if (!model) return unknownModel(name);
		send(response, 200, model);
		return null;
	}

	async function takeFeedback(response: ServerResponse, key: KnownKey, body: string): Promise<GatewayProblem | null> {
		const said = parseFeedback(body);
		if (!said.ok) return said.problem;
		const problem = await of.giveFeedback(key, said.value);
		if (!problem) send(response, 200, { object: 'feedback', request_id: said.value.requestId });
		return problem;
	}

	async function answer(request: IncomingMessage, response: ServerResponse, requestId: string, signal: AbortSignal): Promise<GatewayProblem | null> {
		const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
		if (path === '/healthz' || path === '/readyz') {
			const state = stopping ? 'stopping' : of.directory.isThere() ? 'ready' : 'starting';
			send(response, path === '/healthz' || state === 'ready' ? 200 : 503, { status: state });
			return null;
		}
		const kind = CALLS[path];
		const isFeedback = path === '/v1/feedback';
		const isModels = path === '/v1/models' || path.startsWith('/v1/models/');
		if (!kind && !isModels && !isFeedback) return { status: 404, type: 'invalid_request_error', code: 'unknown_url', message: 'There is no such address here: /v1/chat/completions, /v1/completions, /v1/models and /v1/feedback are.' };
		if (request.method !== (isModels ? 'GET' : 'POST')) return { status: 405, type: 'invalid_request_error', code: 'method_not_allowed', message: `Send this as ${isModels ? 'GET' : 'POST'}.` };
		const bearer = bearerHash(request.headers.authorization ?? null);
		const key = bearer !== null && bearer !== 'malformed' ? await of.directory.keyWith(bearer.hash) : null;
		if (!key) return NO_KEY;
		if (isModels) return listModels(response, key, path);
		const { headers, problem } = await of.limits(key);
		for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
		if (problem) return problem;
		const body = await readBody(request, of.mostBytes);
		if (!body.ok) return body.problem;
		if (!kind) return takeFeedback(response, key, body.value);
		const call = parseCall(kind, body.value);
		if (!call.ok) return call.problem;
		return answerCall(of, response, call.value, { key, requestId, signal, newId });
	}

	async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const requestId = newId();
		const gone = new AbortController();
		response.once('close', () => {
			if (!response.writableFinished) gone.abort();
		});
		response.setHeader('x-request-id', requestId);
		if (stopping) response.setHeader('connection', 'close');
		try {
			const problem = await answer(request, response, requestId, gone.signal);
			if (problem) await refuse(request, response, problem);
		} catch (error) {
			// Also who left in the middle of what they were sending.
			if (gone.signal.aborted || (request.destroyed && !request.complete)) return;
			of.log.error({ err: error, requestId }, 'a request met an error that nobody expected');
			if (response.headersSent) response.destroy();
			else await refuse(request, response, { status: 500, type: 'server_error', code: 'internal', message: 'Something went wrong in the gateway.' });
		} finally {
			// What is still open at a server is closed, whoever left first.
			gone.abort();
		}
	}

	const server = createServer({ keepAliveTimeout: KEPT_MS }, (request, response) => void handle(request, response));
	return {
		server,
		stop: async (graceMs) => {
			stopping = true;
			const closed = new Promise<void>((resolve) => server.close(() => resolve()));
			// A connection that is kept for a next request would hold the end up.
			const idle = setInterval(() => server.closeIdleConnections(), 100);
			const late = setTimeout(() => server.closeAllConnections(), graceMs);
			await closed;
			clearInterval(idle);
			clearTimeout(late);
		}
	};
}
