import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isRounded } from '#lib/domain/checkpoint-export.ts';
import { RUN_INTERVALS } from '#lib/domain/intervals.ts';
import type { RunProblem } from '#lib/domain/run-problem.ts';
import type { Checkpoint } from '#lib/server/db/checkpoints.ts';
import { unansweredOwn } from '#lib/server/usecases/ask-own-questions.ts';
import { unscoredBy } from '#lib/server/usecases/score-benchmarks.ts';
import { takeOverAnswers, unansweredBy } from '#lib/server/usecases/make-answers.ts';
import type { GenerationAtHand, SourceAtHand } from '#lib/server/usecases/make-answers.ts';
import type { ModelSource } from '../engine/engine.ts';
import type { Outcome } from '../engine/problem.ts';
import type { EngineEnvironment } from '../engine/swift/environment-types.ts';
import { readGguf } from '../engine/swift/read-gguf.ts';
import { createInferenceClient } from '../inference/client.ts';
import { SERVER_BATCH, startSwiftServer } from '../inference/swift-server.ts';
import { answerAll } from './answer-all.ts';
import { answerOwn } from './answer-own.ts';
import type { Ending } from './answer-all.ts';
import { layOutModel } from './checkpoint-files.ts';
import type { WorkerContext } from './context.ts';
import { formEnvironment } from './form-environment.ts';
import { guardedScripts } from './guarded-scripts.ts';
import { scoreBenchmarks } from './score-benchmarks.ts';
import { layOutServable, underItsTemplate } from './servable.ts';
import type { Servable } from './servable.ts';

/** A large model takes its time to be read. */
const READ_MS = 3_600_000;

/** A checkpoint that is to answer, as it was trained or in a form. */
type Answerer = { base: ModelSource; source: SourceAtHand & { checkpoint: Checkpoint }; /** One of an environment made for AWQ. */ awqPython: string | undefined };

/** Serves a checkpoint on this host and lets it answer what it has not answered yet, the suite's own questions and benchmarks included. One with nothing to answer is not loaded. */
export async function serveCheckpoint(context: WorkerContext, at: GenerationAtHand, answerer: Answerer, ending: Ending): Promise<RunProblem | null> {
	const { app } = context;
	const { source } = answerer;
	if (!(await takeOverAnswers(app, at))) {
		ending.lost.abort();
		return null;
	}
	const left = [await unansweredBy(app, at, source), await unansweredOwn(app, at, source), await unscoredBy(app, at, source)];
	if (left.every(({ length }) => length === 0)) return null;
	const by = await formEnvironment(context.environment, source.plan?.format ?? null, answerer.awqPython);
	if (!by.ok) return by.problem;
	// A checkpoint may answer in two forms.
	const dir = join(context.workDir, 'generations', at.generation.id, String(at.generation.attempt), `${source.ordinal}-${source.checkpoint.id}`);
	const files = join(dir, 'checkpoint');
	try {
		const laidOut = await layOut(context, at, answerer, { dir, files, signal: ending.signal });
		return laidOut.ok ? await answerBy(context, at, source, laidOut.value, { environment: by.value, dir, ending }) : laidOut.problem;
	} finally {
		// What the server said stays until the worker's next start.
		await rm(files, { recursive: true, force: true });
	}
}

/** The mark of a generation's programs. */
export const markOf = ({ generation }: GenerationAtHand): string => `generation.${generation.id}.${generation.attempt}`;

/** The checkpoint laid out as the engine's server loads it. */
async function layOut(context: WorkerContext, at: GenerationAtHand, { base, source }: Answerer, { dir, files, signal }: { dir: string; files: string; signal: AbortSignal }): Promise<Outcome<Servable>> {
	if (source.plan?.format !== 'gguf') return layOutServable(context, base, source.checkpoint, files);
	const { model } = await layOutModel(context, base, source.checkpoint, join(files, 'gguf'));
	const read = await readGguf(context.environment, { base, folder: model.path }, join(files, 'read'), guardedScripts(context, { dir, mark: markOf(at) }, { signal, timeoutMs: READ_MS }));
	return read.ok ? underItsTemplate(source.checkpoint, { model: read.value }) : read;
}

/** Starts a server of what lies there, by the engine that runs it, and lets it answer. */
async function answerBy(context: WorkerContext, at: GenerationAtHand, source: SourceAtHand, { model, adapter }: Servable, { environment, dir, ending }: { environment: EngineEnvironment; dir: string; ending: Ending }): Promise<RunProblem | null> {
	const server = await startSwiftServer(environment, {
		model,
		...(adapter ? { adapter } : {}),
		rounded: source.plan !== null && isRounded(source.plan.format),
		dir,
		marker: `${context.hostKey}:${markOf(at)}`,
		selfTerminateSeconds: RUN_INTERVALS.selfTerminateSeconds,
		threads: context.threads,
		signal: ending.signal
	});
	if (!server.ok) return server.problem;
	const renewing = setInterval(() => server.value.renew(), RUN_INTERVALS.heartbeatSeconds * 1000);
	try {
		const client = createInferenceClient({ baseUrl: server.value.baseUrl, model: server.value.model, apiKey: server.value.apiKey, concurrency: SERVER_BATCH, timeoutMs: 600_000 });
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
