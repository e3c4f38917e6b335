import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExportPlan } from '../../domain/checkpoint-export.ts';
import { messageText } from '../../domain/message.ts';
import { fail, ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as checkpointExports from '../db/checkpoint-exports.ts';
import * as checkpoints from '../db/checkpoints.ts';
import * as deployments from '../db/deployments.ts';
import type { Server } from '../db/deployments.ts';
import * as playgroundCalls from '../db/playground-calls.ts';
import * as projects from '../db/projects.ts';
import { ask } from '../gateway/ask.ts';
import { createPool, isThere } from '../gateway/pool.ts';
import type { Pool, Wanted } from '../gateway/pool.ts';
import { readUnseen } from '../gateway/relay.ts';
import { wantedBy } from '../gateway/resolve.ts';
import { createCaller } from '../outbound/caller.ts';
import { allow } from './access.ts';
import { outgoingOf } from './check-outgoing.ts';
import { sealTurn } from './playground-turn.ts';
import type { PlaygroundMessage } from './playground-turn.ts';
import { refuseWalled } from './refuse-walled.ts';

/** Largest answer that is shown and kept, in signs. */
const MOST_ANSWER = 200_000;
/** How often it is looked whether a full server has a place, in milliseconds. */
const PLACE_MS = 250;

/** What it takes to ask models. */
type Needs = Pick<App, 'db' | 'config' | 'secrets' | 'log'>;

/** A question to two checkpoints, each by its own id or that of an export in whose form it is served. `blind`: which answer is whose is told once one is preferred. */
export type PlaygroundAsk = { slug: string; left: string; right: string; prompt: string; blind: boolean; maxTokens: number; temperature: number };

/** One side's answer; `id` (as it was asked for) and `checkpointId` are null while nobody is to know whose it is. */
export type PlaygroundAnswer = { text: string; id: string | null; checkpointId: string | null };

/** Two answers side by side. `turn` is what a preference is given by: sealed, so that nothing in it is changed and nothing is stored before. */
export type PlaygroundTurn = { left: PlaygroundAnswer; right: PlaygroundAnswer; same: boolean; turn: string };

/** What can be asked: a checkpoint, or a form of one whose weights are others. */
export type PlaygroundChoice = { id: string; name: string; form: ExportPlan | null };

/** Of this process, as each gateway has its own: from here too a server gets no more at a time than it takes. */
const pool = createPool();

/** The same pool, which says in the record too what is under way: a server that is to stop waits for it. */
function noting({ db, log }: Needs, seconds: number): Pool {
	const failed = (error: unknown): null => {
		log.warn({ err: error }, 'what the playground has under way was not noted');
		return null;
	};
	return {
		...pool,
		take(id) {
			const leave = pool.take(id);
			const noted = playgroundCalls.begin(db, id, seconds).catch(failed);
			return () => {
				leave();
				void noted.then((call) => (call === null ? undefined : playgroundCalls.end(db, call))).catch(failed);
			};
		}
	};
}

/** What some server of a project answers for now and the actor may ask: checkpoints by name, each with the forms of it that are served. */
export async function playgroundChoices(app: Pick<App, 'db'>, actor: Actor, slug: string): Promise<Result<PlaygroundChoice[]>> {
	const access = await allow(app.db, actor, { slug }, 'generation.start');
	if (!access.ok) return access;
	const { id: projectId } = access.value.project;
	const there = (await servers(app, projectId)).filter(isThere);
	const choices: PlaygroundChoice[] = [];
	for (const { id, name } of await checkpoints.list(app.db, projectId)) {
		const served = [...new Set(there.filter(({ checkpointId }) => checkpointId === id).map(({ formId }) => formId))];
		if (served.length === 0 || (await refuseWalled(app.db, actor, id, 'ask it'))) continue;
		if (served.includes(null)) choices.push({ id, name, form: null });
		for (const formId of served) {
			const made = formId === null ? null : await checkpointExports.get(app.db, formId);
			if (made) choices.push({ id: made.id, name, form: made.plan });
		}
	}
	return ok(choices);
}

async function servers(app: Pick<App, 'db'>, projectId: string): Promise<Server[]> {
	return (await deployments.servers(app.db)).filter((server) => server.projectId === projectId && !server.draining);
}

/** Servers to ask once one of them has a place. */
async function withPlace(known: readonly Server[], wanted: Wanted, signal: AbortSignal): Promise<ReturnType<typeof pool.choose>> {
	for (;;) {
		const choice = pool.choose(known, wanted);
		if (choice.order.length > 0 || !choice.full) return choice;
		await sleep(PLACE_MS, undefined, { signal });
	}
}

/** Asks the servers of a checkpoint once, as the gateway would, with no word of it in the traffic. */
async function answerOf(app: Needs, known: readonly Server[], wanted: Wanted, body: Record<string, unknown>): Promise<Result<string>> {
	const caller = createCaller(app.config.inhouse);
	const keyOf = async ({ sealedKey, keyPlace }: Server): Promise<string | null> => {
		const key = sealedKey === null ? null : await app.secrets.open(sealedKey, keyPlace);
		if (key && !key.ok) throw new Error(key.problem.detail);
		return key?.value ?? null;
	};
	const { patienceMs } = app.config.gateway;
	const signal = AbortSignal.timeout(2 * patienceMs);
	try {
		const choice = await withPlace(known, wanted, signal);
		const call = { kind: 'chat' as const, model: wanted.checkpointId, stream: false, wantsUsage: false, user: null, measures: false, body };
		const begun = await ask({ caller, pool: noting(app, (2 * patienceMs) / 1000), keyOf, patienceMs }, call, choice, signal);
		if ('problem' in begun) return begun.problem.status < 429 ? wrongField('prompt', begun.problem.message) : fail('not_ready', begun.problem.message);
		begun.leave();
		const text = 'whole' in begun ? readUnseen(begun.whole).text : null;
		return text === null || text.trim() === '' ? fail('not_ready', 'A model answered without a text. Ask again.') : ok(text.toWellFormed().replaceAll('\0', '\uFFFD').slice(0, MOST_ANSWER));
	} catch (error) {
		if (!signal.aborted) throw error;
		return fail('not_ready', 'A model took too long to answer. Ask again.');
	} finally {
		// Nobody looks at their health from here: whoever asks next is not to be told of an earlier failure.
		for (const { id } of known) pool.succeeded(id);
		await caller.close();
	}
}

/** Messages as they may be sent to where a checkpoint is served: where that may be outside, without what the project hides; a problem where that cannot be told. */
async function asSent(app: Needs, projectId: string, asked: readonly Server[], messages: readonly PlaygroundMessage[]): Promise<Result<readonly PlaygroundMessage[]>> {
	if (asked.every(({ ours }) => ours)) return ok(messages);
	const hide = await outgoingOf(app, projectId);
	if (!hide.ok) return hide;
	const safe = hide.value([messages]).conversations[0] ?? [];
	return ok(messages.map(({ role }, place) => ({ role, content: messageText(safe[place] ?? { role, content: '' }) })));
}

/**
 * Has two checkpoints answer a question side by side, with the same settings, as they would answer in earnest: under the
 * project's system prompt, by the servers that are deployed, in turn where those have no place left. Nothing of it is kept.
 * Where one of the servers is an endpoint, both are asked without what the project hides, and the turn holds what was asked.
 * Weights remember: who is walled off from anything that either learned from does not ask it.
 */
export async function askPlayground(app: Needs, actor: Actor, input: PlaygroundAsk): Promise<Result<PlaygroundTurn>> {
	const access = await allow(app.db, actor, { slug: input.slug }, 'generation.start');
	if (!access.ok) return access;
	const { id: projectId } = access.value.project;
	const known = await servers(app, projectId);
	const wanted = { left: wantedBy(known, projectId, input.left), right: wantedBy(known, projectId, input.right) };
	const walled = (await refuseWalled(app.db, actor, wanted.left?.checkpointId ?? input.left, 'ask it')) ?? (await refuseWalled(app.db, actor, wanted.right?.checkpointId ?? input.right, 'ask it'));
	if (walled) return walled;
	if (!wanted.left) return wrongField('left', 'a checkpoint that a server answers for now: deploy it first');
	if (!wanted.right) return wrongField('right', 'a checkpoint that a server answers for now: deploy it first');
	if (wanted.left.checkpointId === wanted.right.checkpointId && wanted.left.formId === wanted.right.formId) return wrongField('right', 'another checkpoint than on the left, or another form of it');
	const system = await projects.systemPrompt(app.db, projectId);
	const typed: PlaygroundMessage[] = [...(system ? [{ role: 'system' as const, content: system.body }] : []), { role: 'user', content: input.prompt }];
	const answering = known.filter(({ checkpointId, formId }) => [wanted.left, wanted.right].some((side) => side?.checkpointId === checkpointId && side.formId === formId));
	const sent = await asSent(app, projectId, answering, typed);
	if (!sent.ok) return sent;
	const messages = [...sent.value];
	const body = { messages, max_tokens: input.maxTokens, temperature: input.temperature };
	const sides = [{ id: input.left, wanted: wanted.left }, { id: input.right, wanted: wanted.right }] as const;
	// Which one stands on the left says nothing, where nobody is to know whose an answer is.
	const [first, second] = input.blind && randomInt(2) === 1 ? [sides[1], sides[0]] : sides;
	const [left, right] = await Promise.all([answerOf(app, known, first.wanted, body), answerOf(app, known, second.wanted, body)]);
	if (!left.ok) return left;
	if (!right.ok) return right;
	const told = ({ id, wanted: { checkpointId } }: typeof first) => (input.blind ? { id: null, checkpointId: null } : { id, checkpointId });
	const sideOf = ({ id, wanted: { checkpointId } }: typeof first, text: string) => ({ id, checkpointId, text });
	const turn = await sealTurn(app, projectId, { userId: actor.userId, blind: input.blind, messages, left: sideOf(first, left.value), right: sideOf(second, right.value) });
	return ok({ left: { text: left.value, ...told(first) }, right: { text: right.value, ...told(second) }, same: left.value === right.value, turn });
}
