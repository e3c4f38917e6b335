import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ask } from '#lib/domain/generation-plan.ts';
import { holdsImage } from '#lib/domain/message.ts';
import type { RunProblem } from '#lib/domain/run-problem.ts';
import { answerRules } from '#lib/server/usecases/answer-rules.ts';
import { outgoingOf } from '#lib/server/usecases/check-outgoing.ts';
import { readQuestion, storeAnswer, storeMissed, storeUsed, unansweredBy } from '#lib/server/usecases/make-answers.ts';
import type { GenerationAtHand, Question, SourceAtHand, Used } from '#lib/server/usecases/make-answers.ts';
import type { ChatMessage, InferenceClient } from '../inference/client.ts';
import { chat, imagesOf } from './chat.ts';
import type { WorkerContext } from './context.ts';
import { layOutImage } from './row-images.ts';

/** What asking needs of a worker: no engine. */
export type AskContext = Pick<WorkerContext, 'app' | 'workerId' | 'workDir' | 'shutdown'>;

/** What ends a generation early: `lost` when another attempt has taken its place or it was stopped, `signal` that or the worker's end. */
export type Ending = { signal: AbortSignal; lost: AbortController };

/** How a source is asked. */
export type Way = {
	client: InferenceClient;
	/** Questions under way at a time. */
	concurrency: number;
	/** Outside this host: nothing but the stored, masked words goes there. */
	outside: boolean;
	/** What is noted with each answer besides its sampling. */
	noted: Record<string, unknown>;
};

/** After so many questions in a row without an answer the rest is not tried. */
const GIVE_UP_AFTER = 10;

/** What a prompt asks, its images read from the store and sent along: the server fetches nothing. */
async function asked(context: AskContext, { messages, documentTexts }: Question): Promise<ChatMessage[]> {
	const addresses = new Map<string, string>();
	for (const sha256 of imagesOf(messages)) {
		const { path, mediaType } = await layOutImage(context.app.artifacts, sha256, join(context.workDir, 'cache', 'images'));
		addresses.set(sha256, `data:${mediaType};base64,${await readFile(path, 'base64')}`);
	}
	return chat(messages, documentTexts, (sha256) => addresses.get(sha256) ?? '');
}

/** Whether a prompt holds an upload: what stands in it was masked by nobody, and stays in the house. */
const holdsUpload = ({ messages, documentTexts }: Question): boolean => holdsImage(messages) || Object.keys(documentTexts).length > 0 || messages.some(({ content }) => typeof content !== 'string' && content.some((part) => part.type === 'document'));

/**
 * Asks a source what it has not answered yet. Each answer is stored as it comes;
 * a question that gets none is noted and the rest goes on, until the source as a
 * whole fails.
 * @returns why the source could not be asked to the end; null: it was, or the generation ends early
 */
export async function answerAll(context: AskContext, at: GenerationAtHand, source: SourceAtHand, way: Way, { signal, lost }: Ending): Promise<RunProblem | null> {
	const { sampling } = at.generation;
	// What is judged is masked before it is stored, also where the question stays in the house.
	const rules = answerRules(context.app, at.generation);
	const [guard, kept] = [way.outside ? await outgoingOf(context.app, at.generation.projectId) : null, await rules()];
	if (guard && !guard.ok) return { code: 'lists_unreadable', message: 'What the project hides cannot be read on this worker: nothing may leave.', hint: guard.problem.detail };
	const noneKept = (hint: string): RunProblem => ({ code: 'lists_unreadable', message: 'What the project hides cannot be read on this worker: no answer may be kept.', hint });
	if (!kept.ok) return noneKept(kept.problem.detail);
	const hide = guard?.value ?? null;
	const left = await unansweredBy(context.app, at, source);
	let next = 0;
	let failedInARow = 0;
	let problem: RunProblem | null = null;

	async function one({ promptId, sample }: { promptId: string; sample: number }, ask: Ask): Promise<void> {
		const question = await readQuestion(context.app, at, promptId);
		const missed = async (code: string, used: Used = {}) => {
			if (!(await storeMissed(context.app, at, source, { promptId, sample, code, ...used }))) lost.abort();
		};
		if (way.outside && holdsUpload(question)) return missed('upload_stays_here');
		const messages = hide?.([question.messages]).conversations[0] ?? question.messages;
		const settings = { temperature: ask.temperature, topP: sampling.topP, maxTokens: sampling.maxTokens };
		const answer = await way.client.complete(await asked(context, { ...question, messages }), { ...settings, seed: ask.seed }, { signal });
		if (!answer.ok) {
			if (signal.aborted) return;
			const { code, message, hint, endpoint, used } = answer.problem;
			failedInARow += 1;
			if (!endpoint && failedInARow < GIVE_UP_AFTER && way.outside) return missed(code, used);
			problem ??= { code, message, hint };
			// The question stays open, but what it has cost was spent.
			if (used && !(await storeUsed(context.app, at, source, used))) lost.abort();
			return;
		}
		const { text, finish, promptTokens, completionTokens } = answer.value;
		if (way.outside && text.trim() === '') return missed('empty_answer', { promptTokens, completionTokens });
		failedInARow = 0;
		// What was set while it was asked counts.
		const now = await rules();
		if (!now.ok) {
			problem ??= noneKept(now.problem.detail);
			return;
		}
		const held = await storeAnswer(context.app, at, source, {
			promptId,
			sample,
			text,
			asked: question.messages,
			sampling: { ...settings, finish, completionTokens, ...way.noted },
			seed: ask.seed,
			// Whether a server heeds the seed cannot be known: the stored text is the record.
			reproducible: false,
			promptTokens,
			completionTokens
		}, now.value);
		if (!held) lost.abort();
	}

	async function lane(): Promise<void> {
		for (let question = left[next++]; question && !signal.aborted && !problem; question = left[next++]) {
			const ask = at.asks[question.sample];
			if (ask) await one(question, ask);
		}
	}
	await Promise.all(Array.from({ length: way.concurrency }, lane));
	return problem;
}
