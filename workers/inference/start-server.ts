import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { problem, value } from '../engine/problem.ts';
import type { EngineProblem, Outcome } from '../engine/problem.ts';
import { explainFailure } from '../engine/swift/failure.ts';
import type { ProcessExit } from '../process/exit-record.ts';
import { startProcess } from '../process/supervise.ts';
import { serverProblem } from './server-end.ts';

/** How a server is kept, whatever it serves. */
export type KeepOptions = {
	/** Folder for the server's log. */
	dir: string;
	marker: string;
	selfTerminateSeconds: number;
	readyTimeoutMs?: number;
	signal?: AbortSignal;
};

/** A server's command, and how it is known once it answers. */
export type ServerCommand = {
	argv: readonly string[];
	env: Readonly<Record<string, string>>;
	cwd: string;
	/** Ends with `/v1`. */
	baseUrl: string;
	/** Names that it must list before it counts as ready. */
	models: readonly string[];
	apiKey?: string;
};

/** How a model answered when it was to say a token; `silent`: not at all before the signal, or the connection broke off. */
export type Said = 'token' | 'silent' | { name: string; status: number };

export type RunningServer = {
	baseUrl: string;
	renew(): void;
	stop(graceSeconds?: number): Promise<void>;
	exited: Promise<ProcessExit>;
	/** Whether it lists its models within this time. */
	answers(withinMs: number): Promise<boolean>;
	/** What one of its models, another one each time, comes to when it is to say a token: whether a server computes, its list of models does not tell. */
	says(signal: AbortSignal): Promise<Said>;
	/** Why it ended by itself, from how it ended and what it said last. */
	why(exit: ProcessExit): Promise<EngineProblem>;
};

/** A large model on a slow disk. */
const READY_MS = 300_000;

/**
 * Starts a server under a guard and waits until it answers: it lists its models, and each of them says one token. What it
 * lists it may not have loaded yet, or not be able to: ms-swift loads an adapter for its first request.
 */
export async function startServer(command: ServerCommand, options: KeepOptions): Promise<Outcome<RunningServer>> {
	const started = await startProcess({ argv: command.argv, env: command.env, cwd: command.cwd, dir: options.dir, graceSeconds: 3, selfTerminateSeconds: options.selfTerminateSeconds, marker: options.marker });
	if (!started.ok) return { ok: false, problem: explainFailure(started.exit, '') };
	const { process } = started;
	const answers = (withinMs: number) => lists(command, withinMs);
	let turn = 0;
	const says = (signal: AbortSignal) => sayToken(command, command.models[turn++ % command.models.length] ?? '', signal);
	const lastSaid = async () => (await readFile(join(options.dir, 'engine.log'), 'utf8').catch(() => '')).slice(-50_000);
	const why = async (exit: ProcessExit) => serverProblem(explainFailure(exit, await lastSaid()));
	// While it loads nobody else renews for it.
	const renewing = setInterval(() => process.renew(), (options.selfTerminateSeconds * 1000) / 4);
	try {
		let ended = false;
		void process.exited.then(() => (ended = true));
		const deadline = performance.now() + (options.readyTimeoutMs ?? READY_MS);
		while (!ended && !options.signal?.aborted && performance.now() < deadline) {
			const said = (await answers(2000)) ? await allSay(command, AbortSignal.any([AbortSignal.timeout(Math.max(1, Math.round(deadline - performance.now()))), ...(options.signal ? [options.signal] : [])])) : 'silent';
			if (said === 'token') return value({ baseUrl: command.baseUrl, renew: process.renew, stop: async (graceSeconds) => void (await process.stop(graceSeconds)), exited: process.exited, answers, says, why });
			if (said !== 'silent') {
				await process.stop(0);
				return { ok: false, problem: whyMute(said, await lastSaid()) };
			}
			await sleep(250);
		}
		if (ended) {
			const { message, ...explained } = await why(await process.exited);
			return { ok: false, problem: { ...explained, message: `The model server did not start. ${message}` } };
		}
		await process.stop(0);
		return problem('server_failed', 'The model server was not ready in time.', 'Look at its log; a large model on a slow disk needs longer.');
	} finally {
		clearInterval(renewing);
	}
}

/** Whether this server (and not another one that took the port meanwhile) lists its models. */
async function lists({ baseUrl, models, apiKey }: ServerCommand, withinMs: number): Promise<boolean> {
	try {
		const response = await fetch(`${baseUrl}/models`, { headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }, signal: AbortSignal.timeout(withinMs) });
		const body = (await response.json()) as { data?: { id?: string }[] };
		const listed = new Set(body.data?.map(({ id }) => id));
		return response.ok && models.every((name) => listed.has(name));
	} catch {
		return false;
	}
}

/** Has a model say one token. */
async function sayToken({ baseUrl, apiKey }: ServerCommand, name: string, signal: AbortSignal): Promise<Said> {
	const headers = { 'content-type': 'application/json', ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }) };
	try {
		// Not as a chat: a base model may have no template, and is asked for completions alone.
		const response = await fetch(`${baseUrl}/completions`, { method: 'POST', headers, body: JSON.stringify({ model: name, prompt: 'Hello', max_tokens: 1, temperature: 0 }), signal });
		await response.arrayBuffer();
		return response.ok ? 'token' : { name, status: response.status };
	} catch {
		return 'silent';
	}
}

/** What the first model that does not say a token does instead; `token`: all do. */
async function allSay(command: ServerCommand, signal: AbortSignal): Promise<Said> {
	for (const name of command.models) {
		const said = await sayToken(command, name, signal);
		if (said !== 'token') return said;
	}
	return 'token';
}

/** A model that its server lists and that does not answer. */
export const muteModel = ({ name, status }: { name: string; status: number }): EngineProblem => ({ code: 'server_mute', message: `The model server lists ${name} and does not answer by it (status ${status}).`, hint: 'Look at its log.' });

/** Why a model does not answer: what the log tells of weights that cannot be loaded is for good, all else may pass. */
function whyMute(mute: { name: string; status: number }, lastSaid: string): EngineProblem {
	const told = serverProblem(explainFailure({ code: 1, signal: null, reason: 'exited' }, lastSaid));
	return told.code === 'broken_model' || told.code === 'out_of_memory' ? { ...told, message: `The model server does not answer by ${mute.name}. ${told.message}` } : muteModel(mute);
}

/** A port of an address that nobody listens on now. */
export function freePort(host = '127.0.0.1'): Promise<number> {
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.once('error', reject);
		server.listen(0, host, () => {
			const { port } = server.address() as AddressInfo;
			server.close(() => resolve(port));
		});
	});
}

/** An address as a URL has it. */
export const originOf = (host: string, port: number): string => `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
