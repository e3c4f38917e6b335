import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RUN_INTERVALS } from '#lib/domain/intervals.ts';
import type { RunProblem } from '#lib/domain/run-problem.ts';
import type { Checkpoint } from '#lib/server/db/checkpoints.ts';
import { unansweredOwn } from '#lib/server/usecases/ask-own-questions.ts';
import { unscoredBy } from '#lib/server/usecases/score-benchmarks.ts';
import { takeOverAnswers, unansweredBy } from '#lib/server/usecases/make-answers.ts';
import type { GenerationAtHand, SourceAtHand } from '#lib/server/usecases/make-answers.ts';
import type { ModelSource } from '../engine/engine.ts';
import { createInferenceClient } from '../inference/client.ts';
import { SERVER_BATCH, startSwiftServer } from '../inference/swift-server.ts';
import { answerAll } from './answer-all.ts';
import { answerOwn } from './answer-own.ts';
import type { Ending } from './answer-all.ts';
import type { WorkerContext } from './context.ts';
import { scoreBenchmarks } from './score-benchmarks.ts';
import { layOutServable } from './servable.ts';
import type { Servable } from './servable.ts';

/** Serves a checkpoint on this host and lets it answer what it has not answered yet, the suite's own questions and benchmarks included. One with nothing to answer is not loaded. */
export async function serveCheckpoint(context: WorkerContext, at: GenerationAtHand, base: ModelSource, source: SourceAtHand & { checkpoint: Checkpoint }, ending: Ending): Promise<RunProblem | null> {
	const { app } = context;
	if (!(await takeOverAnswers(app, at))) {
		ending.lost.abort();
		return null;
	}
	const left = [await unansweredBy(app, at, source), await unansweredOwn(app, at, source), await unscoredBy(app, at, source)];
	if (left.every(({ length }) => length === 0)) return null;
	const { checkpoint } = source;
	const dir = join(context.workDir, 'generations', at.generation.id, String(at.generation.attempt), checkpoint.id);
	const files = join(dir, 'checkpoint');
	try {
		const laidOut = await layOutServable(context, base, checkpoint, files);
		return laidOut.ok ? await answerBy(context, at, source, laidOut.value, { dir, ending }) : laidOut.problem;
	} finally {
		// What the server said stays until the worker's next start.
		await rm(files, { recursive: true, force: true });
	}
}

/** Starts a server of what lies there, and lets it answer. */
async function answerBy(context: WorkerContext, at: GenerationAtHand, source: SourceAtHand, { model, adapter }: Servable, { dir, ending }: { dir: string; ending: Ending }): Promise<RunProblem | null> {
	const server = await startSwiftServer(context.environment, {
		model,
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
		// The transformers backend ignores the seed.
		const way = { client, concurrency: SERVER_BATCH };
		const problem = (await answerAll(context, at, source, { ...way, outside: false, noted: { server: 'ms-swift/transformers' } }, ending)) ?? (await answerOwn(context, at, source, way, ending.signal));
		if (problem === null) await scoreBenchmarks(context, at, source, server.value, { dir, signal: ending.signal });
		return problem;
	} finally {
		clearInterval(renewing);
		await server.value.stop();
	}
}
