import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RUN_INTERVALS } from '#lib/domain/intervals.ts';
import type { RunProblem } from '#lib/domain/run-problem.ts';
import type { Checkpoint } from '#lib/server/db/checkpoints.ts';
import { beginGeneration, failGeneration, generationAlive, giveBackGeneration, openRound, storeAnswer, unansweredPrompts } from '#lib/server/usecases/open-round.ts';
import type { GenerationAtHand, UnansweredPrompt } from '#lib/server/usecases/open-round.ts';
import type { ModelSource } from '../engine/engine.ts';
import { createInferenceClient } from '../inference/client.ts';
import type { ChatMessage, InferenceClient } from '../inference/client.ts';
import { SERVER_BATCH, startSwiftServer } from '../inference/swift-server.ts';
import { chat, imagesOf } from './chat.ts';
import { layOutAdapter, provideBase } from './checkpoint-files.ts';
import type { WorkerContext } from './context.ts';
import { layOutImage } from './row-images.ts';

/** What a prompt asks, its images read from the store and sent along: the server fetches nothing. */
async function asked(context: WorkerContext, prompt: UnansweredPrompt): Promise<ChatMessage[]> {
	const addresses = new Map<string, string>();
	for (const sha256 of imagesOf(prompt.messages)) {
		const { path, mediaType } = await layOutImage(context.app.artifacts, sha256, join(context.workDir, 'cache', 'images'));
		addresses.set(sha256, `data:${mediaType};base64,${await readFile(path, 'base64')}`);
	}
	return chat(prompt.messages, prompt.documentTexts, (sha256) => addresses.get(sha256) ?? '');
}

/** What ends a generation early: `lost` when another attempt has taken its place, `signal` that or the worker's end. */
type Ending = { signal: AbortSignal; lost: AbortController };

async function answerAll(
	context: WorkerContext,
	at: GenerationAtHand,
	checkpoint: Checkpoint,
	prompts: UnansweredPrompt[],
	client: InferenceClient,
	{ signal, lost }: Ending
): Promise<RunProblem | null> {
	const { sampling, seed } = at.generation;
	const problems: RunProblem[] = [];
	await Promise.all(
		prompts.map(async (prompt) => {
			if (signal.aborted || problems.length > 0) return;
			// One seed for all: ms-swift puts only requests with equal settings into one batch, so a seed a prompt makes it answer one by one.
			const answer = await client.complete(await asked(context, prompt), { ...sampling, seed }, { signal });
			if (!answer.ok) return void problems.push(answer.problem);
			const settings = { ...sampling, finish: answer.value.finish, completionTokens: answer.value.completionTokens, server: 'ms-swift/transformers' };
			// The transformers backend ignores the seed: the stored text is the record.
			const held = await storeAnswer(context.app, at, { promptId: prompt.promptId, checkpointId: checkpoint.id, text: answer.value.text, sampling: settings, seed, reproducible: false });
			if (!held) lost.abort();
		})
	);
	return problems[0] ?? null;
}

async function answerWith(context: WorkerContext, at: GenerationAtHand, base: ModelSource, checkpoint: Checkpoint, ending: Ending): Promise<RunProblem | null> {
	const prompts = await unansweredPrompts(context.app, at, checkpoint.id);
	if (prompts.length === 0) return null;
	const dir = join(context.workDir, 'generations', at.generation.id, `${at.generation.attempt}-${checkpoint.id}`);
	const adapter = await layOutAdapter(context, checkpoint, join(dir, 'adapter'));
	const server = await startSwiftServer(context.environment, {
		model: base,
		...(adapter ? { adapter } : {}),
		dir,
		marker: `${context.hostKey}:generation.${at.generation.id}.${at.generation.attempt}`,
		selfTerminateSeconds: RUN_INTERVALS.selfTerminateSeconds,
		threads: context.threads,
		signal: ending.signal
	});
	if (!server.ok) return server.problem;
	const renewing = setInterval(() => server.value.renew(), RUN_INTERVALS.heartbeatSeconds * 1000);
	try {
		const client = createInferenceClient({ baseUrl: server.value.baseUrl, model: server.value.model, concurrency: SERVER_BATCH, timeoutMs: 600_000 });
		return await answerAll(context, at, checkpoint, prompts, client, ending);
	} finally {
		clearInterval(renewing);
		await server.value.stop();
	}
}

/** Lets parent and checkpoint answer the next round's prompts, one model after the other, and opens the round. A parent with nothing to answer is not loaded. */
export async function generate(context: WorkerContext, job: { generationId: string }): Promise<void> {
	// Going down: the row stays in line, and the sweep sends a job for it.
	if (context.shutdown.aborted) return;
	const at = await beginGeneration(context.app, { generationId: job.generationId, workerId: context.workerId });
	if (!at) return;
	const { app } = context;
	const lost = new AbortController();
	const signal = AbortSignal.any([lost.signal, context.shutdown]);
	const timer = setInterval(() => {
		generationAlive(app, at).then(
			(held) => held || lost.abort(),
			(error: unknown) => app.log.warn({ err: error }, 'generation heartbeat')
		);
	}, RUN_INTERVALS.heartbeatSeconds * 1000);
	try {
		const base = await provideBase(context, at.base);
		if (!base.ok) return await failGeneration(app, at, base.problem);
		for (const checkpoint of [at.parent, at.checkpoint]) {
			const problem = await answerWith(context, at, base.value, checkpoint, { signal, lost });
			if (lost.signal.aborted) return;
			if (context.shutdown.aborted) return await giveBackGeneration(app, at);
			if (problem) return await failGeneration(app, at, problem);
		}
		await openRound(app, at);
	} catch (error) {
		if (context.shutdown.aborted) return await giveBackGeneration(app, at);
		app.log.error({ err: error, generationId: at.generation.id }, 'generation failed');
		await failGeneration(app, at, { code: 'worker_failed', message: 'The worker met an error it did not expect.', hint: 'Look at the worker’s log.' });
	} finally {
		clearInterval(timer);
	}
}
