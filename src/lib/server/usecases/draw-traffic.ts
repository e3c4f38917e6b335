import { Readable } from 'node:stream';
import { drawQuestions, noveltyMeasure, onceEach } from '../../domain/traffic-sample.ts';
import type { DrawnQuestion, DrawReason, DrawRules } from '../../domain/traffic-sample.ts';
import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import * as requests from '../db/gateway-requests.ts';
import { allow } from './access.ts';
import { importPairs } from './import-pairs.ts';
import { inTransaction } from './transaction.ts';

/** The newest questions that are looked at, and the prompts that new topics are told by. */
const MOST_ASKED = 2000;
const MOST_KNOWN = 10_000;

/** What a conversation's people said, without roles. */
function wordsIn(messages: readonly unknown[]): string {
	return messages.flatMap((message) => (typeof message === 'object' && message !== null && 'role' in message && message.role === 'user' && 'content' in message && typeof message.content === 'string' ? [message.content] : [])).join('\n');
}

async function measured(texts: readonly string[], known: readonly string[]): Promise<number[]> {
	const measure = noveltyMeasure(texts, known);
	const novelty: number[] = [];
	for (const [at, text] of texts.entries()) {
		novelty.push(measure(text));
		// The web process answers others meanwhile.
		if (at % 50 === 49) await new Promise((done) => setImmediate(done));
	}
	return novelty;
}

const TAG: Record<DrawReason, (of: DrawnQuestion) => string> = { thumbs_down: () => 'traffic: thumbs down', novel: () => 'traffic: new topic', unsure: () => 'traffic: low confidence', random: ({ propensity }) => `traffic: random, propensity ${propensity}` };

/**
 * Draws questions of the traffic, whose words are kept, as prompts of the next
 * round: each bears by which rules it was drawn, and its propensity where by lot.
 * They go the way of every import: masked, and a question that the project has
 * already is not added again.
 */
export async function drawTraffic(app: Pick<App, 'db' | 'config' | 'secrets'>, actor: Actor, input: { slug: string; rules: DrawRules }): Promise<Result<{ importId: string | null; drawn: Record<DrawReason, number>; passedOver: number }>> {
	const access = await allow(app.db, actor, { slug: input.slug }, 'import.create');
	if (!access.ok) return access;
	const { id: projectId, seed } = access.value.project;
	const asked = await requests.keptQuestions(app.db, projectId, MOST_ASKED);
	const { novel, unsure } = input.rules;
	const texts = asked.map(({ messages }) => wordsIn(messages));
	const known = novel > 0 || unsure > 0 ? (await requests.knownQuestions(app.db, projectId, MOST_KNOWN)).map(wordsIn) : [];
	const questions = drawQuestions(asked, input.rules, { seed, novelty: novel > 0 ? await measured(texts, known) : [], fresh: unsure > 0 ? onceEach(asked, texts, known) : [] });
	const drawn = { thumbs_down: 0, random: 0, novel: 0, unsure: 0 };
	for (const { why } of questions) for (const one of why) drawn[one] += 1;
	if (questions.length === 0) return ok({ importId: null, drawn, passedOver: 0 });
	const messages = new Map(asked.map((one) => [one.id, one.messages]));
	const lines = questions.map((one) => Buffer.from(`${JSON.stringify({ messages: messages.get(one.id), responses: [], tags: ['traffic', ...one.why.map((why) => TAG[why](one))] })}\n`));
	const begun = await importPairs(app, actor, { slug: input.slug, said: { format: 'jsonl', shape: 'plumbline' }, skipBad: true, fileName: 'traffic', source: Readable.from(lines) });
	if (!begun.ok) return begun;
	const importId = begun.value.id;
	await inTransaction(app.db, async (tx) => {
		await record(tx, actor, { action: 'gateway.draw', projectId, subject: ['import', importId], details: { rules: input.rules, drawn } });
		return ok(null);
	});
	const done = await begun.value.done;
	return done.ok ? ok({ importId, drawn, passedOver: done.value.rejected }) : done;
}
