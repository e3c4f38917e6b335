import { setTimeout as sleep } from 'node:timers/promises';
import type { RunProblem } from '#lib/domain/run-problem.ts';
import { muteModel } from '../inference/start-server.ts';
import type { RunningServer, Said } from '../inference/start-server.ts';

/** How often a server is looked at, how long it may take to say that it is well, and how often in a row it may fail to: a host may be slow. */
const LOOK_MS = 5000;
const PATIENCE_MS = 10_000;
const MOST_SILENT = 6;

/** How a server is asked whether it computes, in milliseconds and times. */
export type Asking = {
	/** Between two tokens that came, and after one that did not. */
	everyMs: number;
	againMs: number;
	/** How long one may take. */
	patienceMs: number;
	/** So many that came and were none, in a row, and it does not compute. */
	most: number;
	/** The same of those that did not come: behind long answers a token waits. */
	mostSilent: number;
};

const ASKING: Asking = { everyMs: 60_000, againMs: 10_000, patienceMs: 120_000, most: 3, mostSilent: 10 };

const SILENT: RunProblem = { code: 'server_silent', message: 'The model server did not answer for a minute.', hint: 'Look at its log; too many requests at a time may be sent there.' };
const STUCK: RunProblem = { code: 'server_mute', message: 'The model server lists its models and says no token.', hint: 'Look at its log.' };

/** A server has too much to do: that is no fault of it. */
const isBusy = (said: Said): boolean => typeof said === 'object' && said.status === 429;

/** Looks at its list of models until it is silent for too long. */
async function look(server: Pick<RunningServer, 'answers'>, over: AbortSignal): Promise<RunProblem | null> {
	for (let silent = 0; !over.aborted; ) {
		await sleep(LOOK_MS, undefined, { signal: over }).catch(() => undefined);
		if (over.aborted) return null;
		silent = (await server.answers(PATIENCE_MS)) ? 0 : silent + 1;
		if (silent >= MOST_SILENT) return SILENT;
	}
	return null;
}

/**
 * Has a server say a token now and then, until it fails to too often in a row: one that lists its models may compute nothing
 * any more. What does not come tells less than what comes and is none: nobody counts all that is under way there, since the
 * playground asks it past the gateways.
 */
export async function askForTokens(server: Pick<RunningServer, 'says'>, over: AbortSignal, { everyMs, againMs, patienceMs, most, mostSilent }: Asking = ASKING): Promise<RunProblem | null> {
	for (let [wrong, silent] = [0, 0]; !over.aborted; ) {
		await sleep(wrong + silent > 0 ? againMs : everyMs, undefined, { signal: over }).catch(() => undefined);
		if (over.aborted) return null;
		const said = await server.says(AbortSignal.any([over, AbortSignal.timeout(patienceMs)]));
		if (said === 'token' || isBusy(said)) [wrong, silent] = [0, 0];
		else if (said === 'silent') silent += 1;
		else wrong += 1;
		if (wrong >= most || silent >= mostSilent) return typeof said === 'object' ? muteModel(said) : STUCK;
	}
	return null;
}

/** Watches a server until it ends by itself, falls silent or says nothing any more: what is wrong then. Null: it is to stop. */
export async function watchServer(server: Pick<RunningServer, 'answers' | 'says' | 'exited' | 'why'>, stop: AbortSignal): Promise<RunProblem | null> {
	const ended = new AbortController();
	// One signal for all waits: each wait's own for the end would stay until then.
	const over = AbortSignal.any([stop, ended.signal]);
	const exit = server.exited.then(async (how) => (stop.aborted ? null : await server.why(how)));
	try {
		return await Promise.race([exit, look(server, over), askForTokens(server, over)]);
	} finally {
		ended.abort();
	}
}
