import type { ServerResponse } from 'node:http';
import { lotOf } from '../../domain/canary.ts';
import type { KnownKey } from '../db/gateway-keys.ts';
import type { NewRequest } from '../db/gateway-requests.ts';
import { ask } from './ask.ts';
import type { Asking, Begun } from './ask.ts';
import type { KeptDirectory } from './directory.ts';
import { serverTrouble, unknownModel } from './problem.ts';
import type { GatewayProblem } from './problem.ts';
import { readUnseen, relayStream, relayWhole } from './relay.ts';
import type { Relayed } from './relay.ts';
import { isKept, messagesOf } from './request.ts';
import type { ModelCall } from './request.ts';
import { candidateOf, resolveModel, unseenServers } from './resolve.ts';
import type { Resolved, Turn } from './resolve.ts';
import type { Traffic } from './traffic.ts';
import { estimatedPrompt } from './usage.ts';

/** Answers that nobody sees are asked for so many at a time; more are not asked for at all. */
const MOST_UNSEEN = 8;
/** Status of a request whose client did not hear the answer out. */
const LEFT = 499;

export type Answering = Asking & { directory: KeptDirectory; traffic: Traffic; unseen: { now: number } };

type Failed = { problem: GatewayProblem; tries: number; turn: Turn; deploymentId: string | null };

/** Asks checkpoint after checkpoint until one answers. */
async function askInTurn(of: Answering, call: ModelCall, resolved: Resolved, signal: AbortSignal): Promise<{ begun: Begun; turn: Turn; tries: number } | Failed> {
	let failed: Failed | null = null;
	let tries = 0;
	for (const turn of resolved.turns) {
		const choice = of.pool.choose(of.directory.now().servers, turn);
		const said = choice.any ? await ask(of, call, choice, signal) : { problem: serverTrouble('not_deployed', `No server serves “${call.model}”. Deploy its checkpoint in the project, or let a drained server take requests again.`, 503), tries: 0, server: null };
		tries += said.tries;
		if (!('problem' in said)) return { begun: said, turn, tries };
		failed = { problem: said.problem, tries, turn, deploymentId: said.server?.id ?? null };
		// What is wrong with the request itself another checkpoint would not mend.
		if (said.problem.status < 429) break;
	}
	return failed ?? { problem: unknownModel(call.model), tries, turn: resolved.turns[0], deploymentId: null };
}

/** What is kept of the words: nothing where the project keeps none, or where they are no text. */
function payloadOf(resolved: Resolved, call: ModelCall, text: string | null): NewRequest['payload'] {
	const { keepPayloads, payloadDays } = resolved.project.settings;
	if (!keepPayloads || text === null || text === '' || !isKept(JSON.stringify(text))) return null;
	const messages = messagesOf(call);
	return messages && { messages, answer: text, days: payloadDays };
}

/**
 * Answers a call, and writes down how it went. What fails before the first byte is
 * given back for the client to be told; later it was told in the stream.
 */
export async function answerCall(of: Answering, response: ServerResponse, asked: ModelCall, who: { key: KnownKey; requestId: string; signal: AbortSignal; newId: () => string }): Promise<GatewayProblem | null> {
	const { key, requestId, signal } = who;
	const began = performance.now();
	const resolved = resolveModel(of.directory.now(), key, { model: asked.model, user: asked.user ?? requestId });
	if (!resolved) return unknownModel(asked.model);
	const call = { ...asked, measures: asked.kind === 'chat' && asked.body['logprobs'] !== true && resolved.project.settings.measureConfidence };
	const line = { id: requestId, projectId: key.projectId, keyId: key.id, kind: call.kind, asked: resolved.asked, shadowOf: null, streamed: call.stream };
	const ended = (more: Pick<NewRequest, 'checkpointId' | 'deploymentId' | 'way' | 'status' | 'problem' | 'tries'>, relayed: Partial<Relayed> | null, payload: NewRequest['payload'] = null): void =>
		of.traffic.add({ ...line, ...more, promptTokens: relayed?.promptTokens ?? null, completionTokens: relayed?.completionTokens ?? null, confidence: relayed?.confidence ?? null, firstMs: relayed?.firstAt ? Math.round(relayed.firstAt - began) : null, totalMs: Math.round(performance.now() - began), payload });
	let last: Turn = resolved.turns[0];
	let at: Begun | null = null;
	try {
		const said = await askInTurn(of, call, resolved, signal);
		last = said.turn;
		if ('problem' in said) {
			ended({ checkpointId: null, deploymentId: said.deploymentId, way: last.way, status: said.problem.status, problem: said.problem.code, tries: said.tries }, null);
			return said.problem;
		}
		at = said.begun;
		const shown = { id: `${call.kind === 'chat' ? 'chatcmpl' : 'cmpl'}-${requestId}`, model: call.model };
		const relayed = 'whole' in at ? relayWhole(response, at.whole, shown, call) : await relayStream(response, at, shown, { call, signal, patienceMs: of.patienceMs });
		if (relayed.problem) of.pool.failed(at.server.id);
		const payload = relayed.problem || relayed.left ? null : payloadOf(resolved, call, relayed.text);
		const how = relayed.left ? { status: LEFT, problem: relayed.left } : { status: relayed.problem?.status ?? 200, problem: relayed.problem?.code ?? null };
		ended({ checkpointId: last.checkpointId, deploymentId: at.server.id, way: last.way, ...how, tries: said.tries }, relayed, payload);
		if (payload && last.way === 'asked') void answerUnseen(of, call, resolved, { ...line, id: who.newId(), shadowOf: requestId }, payload.days).catch(() => undefined);
		return null;
	} catch (error) {
		if (!signal.aborted) throw error;
		// They hung up before an answer began: a server may have read the question.
		ended({ checkpointId: at ? last.checkpointId : null, deploymentId: at?.server.id ?? null, way: last.way, status: LEFT, problem: 'hung_up', tries: 1 }, { promptTokens: estimatedPrompt(call) });
		return null;
	} finally {
		at?.leave();
	}
}

/** Lets the candidate answer, unseen, what the champion has answered: the share of questions that the project asked for, and none while others wait, nor outside where something is to be hidden. */
async function answerUnseen(of: Answering, call: ModelCall, { project, asked }: Resolved, line: Pick<NewRequest, 'id' | 'projectId' | 'keyId' | 'kind' | 'asked' | 'streamed'> & { shadowOf: string }, days: number): Promise<void> {
	const { candidateId, shadowPercent } = project.settings;
	if (asked !== 'champion' || candidateId === null || candidateId === project.championId || lotOf(`shadow ${candidateId}`, line.shadowOf) >= shadowPercent || of.unseen.now >= MOST_UNSEEN) return;
	const began = performance.now();
	const servers = unseenServers(of.directory.now(), project);
	of.unseen.now += 1;
	try {
		const begun = await ask(of, { ...call, stream: false, measures: false }, of.pool.choose(servers, candidateOf(servers, project.id, candidateId)), AbortSignal.timeout(of.patienceMs));
		if (!('whole' in begun)) return;
		begun.leave();
		const { text, ...tokens } = readUnseen(begun.whole);
		if (text === null || text === '' || !isKept(JSON.stringify(text))) return;
		of.traffic.add({ ...line, ...tokens, streamed: false, checkpointId: candidateId, deploymentId: begun.server.id, way: 'shadow', status: 200, problem: null, tries: begun.tries, confidence: null, firstMs: null, totalMs: Math.round(performance.now() - began), payload: { messages: null, answer: text, days } });
	} finally {
		of.unseen.now -= 1;
	}
}
