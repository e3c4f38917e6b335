import { randomInt } from 'node:crypto';
import { Readable } from 'node:stream';
import * as v from 'valibot';
import { fail, ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import * as checkpoints from '../db/checkpoints.ts';
import * as deployments from '../db/deployments.ts';
import type { Server } from '../db/deployments.ts';
import * as projects from '../db/projects.ts';
import { ask } from '../gateway/ask.ts';
import { createPool, isThere } from '../gateway/pool.ts';
import { readUnseen } from '../gateway/relay.ts';
import { createCaller } from '../outbound/caller.ts';
import { allow } from './access.ts';
import { refuseWalled } from './export-checkpoint-file.ts';
import { importPairs } from './import-pairs.ts';
import { inTransaction } from './transaction.ts';

/** Largest answer that is shown and kept, in signs. */
const MOST_ANSWER = 200_000;

/** What it takes to ask models and to bring a row in. */
type Needs = Pick<App, 'db' | 'config' | 'secrets'>;
type Message = { role: 'system' | 'user'; content: string };

/** A question to two checkpoints. `blind`: which answer is whose is told once one is preferred. */
export type PlaygroundAsk = { slug: string; left: string; right: string; prompt: string; blind: boolean; maxTokens: number; temperature: number };

/** One side's answer; `checkpointId` is null while nobody is to know whose it is. */
export type PlaygroundAnswer = { text: string; checkpointId: string | null };

/** Two answers side by side. `turn` is what a preference is given by: sealed, so that nothing in it is changed and nothing is stored before. */
export type PlaygroundTurn = { left: PlaygroundAnswer; right: PlaygroundAnswer; same: boolean; turn: string };

/** What a turn holds under its seal. */
const Turn = v.strictObject({
	userId: v.string(),
	blind: v.boolean(),
	messages: v.array(v.strictObject({ role: v.picklist(['system', 'user']), content: v.string() })),
	left: v.strictObject({ checkpointId: v.string(), text: v.string() }),
	right: v.strictObject({ checkpointId: v.string(), text: v.string() })
});

const placeOf = (projectId: string) => `playground:${projectId}`;

/** Checkpoints of a project that some server answers for now and that the actor may ask, by name. */
export async function playgroundChoices(app: Pick<App, 'db'>, actor: Actor, slug: string): Promise<Result<{ id: string; name: string }[]>> {
	const access = await allow(app.db, actor, { slug }, 'generation.start');
	if (!access.ok) return access;
	const { id: projectId } = access.value.project;
	const served = new Set((await servers(app, projectId)).filter(isThere).map(({ checkpointId }) => checkpointId));
	const choices: { id: string; name: string }[] = [];
	for (const { id, name } of await checkpoints.list(app.db, projectId)) if (served.has(id) && !(await refuseWalled(app.db, actor, id, 'ask it'))) choices.push({ id, name });
	return ok(choices);
}

async function servers(app: Pick<App, 'db'>, projectId: string): Promise<Server[]> {
	return (await deployments.servers(app.db)).filter((server) => server.projectId === projectId && !server.draining);
}

/** Asks the servers of a checkpoint once, as the gateway would, with no word of it in the traffic. */
async function answerOf(app: Needs, known: readonly Server[], side: 'left' | 'right', checkpointId: string, body: Record<string, unknown>): Promise<Result<string>> {
	const caller = createCaller(app.config.inhouse);
	const keyOf = async ({ sealedKey, keyPlace }: Server): Promise<string | null> => {
		const key = sealedKey === null ? null : await app.secrets.open(sealedKey, keyPlace);
		if (key && !key.ok) throw new Error(key.problem.detail);
		return key?.value ?? null;
	};
	const { patienceMs } = app.config.gateway;
	const signal = AbortSignal.timeout(2 * patienceMs);
	try {
		const pool = createPool();
		const choice = pool.choose(known, checkpointId);
		if (!choice.any) return wrongField(side, 'a checkpoint that a server answers for now: deploy it first');
		const call = { kind: 'chat' as const, model: checkpointId, stream: false, wantsUsage: false, user: null, measures: false, body };
		const begun = await ask({ caller, pool, keyOf, patienceMs }, call, choice, signal);
		if ('problem' in begun) return begun.problem.status < 429 ? wrongField('prompt', begun.problem.message) : fail('not_ready', begun.problem.message);
		begun.leave();
		const text = 'whole' in begun ? readUnseen(begun.whole).text : null;
		return text === null || text.trim() === '' ? fail('not_ready', 'A model answered without a text. Ask again.') : ok(text.toWellFormed().replaceAll('\0', '\uFFFD').slice(0, MOST_ANSWER));
	} catch (error) {
		if (!signal.aborted) throw error;
		return fail('not_ready', 'A model took too long to answer. Ask again.');
	} finally {
		await caller.close();
	}
}

/**
 * Has two checkpoints answer a question side by side, with the same settings, as they would answer in earnest: under the
 * project's system prompt, by the servers that are deployed. Nothing of it is kept. Weights remember: who is walled off
 * from anything that either learned from does not ask it.
 */
export async function askPlayground(app: Needs, actor: Actor, input: PlaygroundAsk): Promise<Result<PlaygroundTurn>> {
	const access = await allow(app.db, actor, { slug: input.slug }, 'generation.start');
	if (!access.ok) return access;
	const { id: projectId } = access.value.project;
	if (input.left === input.right) return wrongField('right', 'another checkpoint than on the left');
	const walled = (await refuseWalled(app.db, actor, input.left, 'ask it')) ?? (await refuseWalled(app.db, actor, input.right, 'ask it'));
	if (walled) return walled;
	const system = await projects.systemPrompt(app.db, projectId);
	const messages: Message[] = [...(system ? [{ role: 'system' as const, content: system.body }] : []), { role: 'user', content: input.prompt }];
	const known = await servers(app, projectId);
	const body = { messages, max_tokens: input.maxTokens, temperature: input.temperature };
	// Which one stands on the left says nothing, where nobody is to know whose an answer is.
	const [first, second] = input.blind && randomInt(2) === 1 ? [input.right, input.left] : [input.left, input.right];
	const [left, right] = await Promise.all([answerOf(app, known, first === input.left ? 'left' : 'right', first, body), answerOf(app, known, second === input.left ? 'left' : 'right', second, body)]);
	if (!left.ok) return left;
	if (!right.ok) return right;
	const sealed: v.InferOutput<typeof Turn> = { userId: actor.userId, blind: input.blind, messages, left: { checkpointId: first, text: left.value }, right: { checkpointId: second, text: right.value } };
	const told = (checkpointId: string) => (input.blind ? null : checkpointId);
	return ok({ left: { text: left.value, checkpointId: told(first) }, right: { text: right.value, checkpointId: told(second) }, same: left.value === right.value, turn: await app.secrets.seal(JSON.stringify(sealed), placeOf(projectId)) });
}

/** What a preference came to: whose answers they were, and the import that it is part of the record by. `waits`: names are looked for first. */
export type PlaygroundPreference = { left: string; right: string; importId: string; waits: boolean };

/**
 * Makes a preference that somebody gave in the playground part of the record: a judgment of origin “playground” by that
 * person. It fills no place of a comparison, counts for no decision, and a snapshot takes it only where its rule names
 * that origin. It goes the way of every import: masked, with the split of its question, to be undone. Who gave it knows
 * from then on whose answers they were: their first preference of a pair stands, whatever they say of it later.
 */
export async function preferInPlayground(app: Needs, actor: Actor, input: { slug: string; turn: string; better: 'left' | 'right' }): Promise<Result<PlaygroundPreference>> {
	const access = await allow(app.db, actor, { slug: input.slug }, 'import.create');
	if (!access.ok) return access;
	const { id: projectId } = access.value.project;
	const opened = await app.secrets.open(input.turn, placeOf(projectId));
	const turn = opened.ok ? v.safeParse(Turn, JSON.parse(opened.value)) : null;
	if (!turn?.success || turn.output.userId !== actor.userId) return wrongField('turn', 'what this project’s playground gave you with the two answers');
	const { blind, messages, left, right } = turn.output;
	if (left.text === right.text) return wrongField('better', 'nothing: the two answers are the same');
	const row = { messages, responses: [left.text, right.text], preferred: input.better === 'left' ? 0 : 1 };
	const begun = await importPairs(app, actor, { slug: input.slug, said: { format: 'jsonl', shape: 'plumbline' }, skipBad: false, fileName: 'playground', brings: 'playground', source: Readable.from([Buffer.from(`${JSON.stringify(row)}\n`)]) });
	if (!begun.ok) return begun;
	const done = await begun.value.done;
	if (!done.ok) return done;
	const waits = done.value.status === 'masking';
	return inTransaction(app.db, async (tx) => {
		if (waits || done.value.accepted > 0) await record(tx, actor, { action: 'playground.prefer', projectId, subject: ['import', begun.value.id], details: { preferred: input.better === 'left' ? left.checkpointId : right.checkpointId, over: input.better === 'left' ? right.checkpointId : left.checkpointId, blind } });
		return ok({ left: left.checkpointId, right: right.checkpointId, importId: begun.value.id, waits });
	});
}
