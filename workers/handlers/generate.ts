import { RUN_INTERVALS } from '#lib/domain/intervals.ts';
import type { RunProblem } from '#lib/domain/run-problem.ts';
import { outOfReach } from '#lib/server/out-of-reach.ts';
import { beginGeneration, failGeneration, generationAlive, giveBackGeneration } from '#lib/server/usecases/make-answers.ts';
import type { GenerationAtHand, SourceAtHand } from '#lib/server/usecases/make-answers.ts';
import { openRound } from '#lib/server/usecases/open-round.ts';
import { pairAnswers } from '#lib/server/usecases/pair-answers.ts';
import { putOffWork } from '#lib/server/usecases/put-off-work.ts';
import { benchmarkHub } from '../benchmarks/run-benchmark.ts';
import type { AskContext, Ending } from './answer-all.ts';
import { askEndpoint } from './ask-endpoint.ts';
import { JUDGE_LIMITS } from './ask-judges.ts';
import { askRewardModel } from './ask-reward-model.ts';
import { provideBase } from './checkpoint-files.ts';
import type { WorkerContext } from './context.ts';
import { measureAnswers } from './measure-answers.ts';
import type { AskReward } from './measure-answers.ts';
import { isPassing } from './out-of-reach.ts';
import { serveCheckpoint } from './serve-checkpoint.ts';
import { unexpected } from './unexpected.ts';
import { whenReached } from './when-reached.ts';

/** Lets one source answer. */
type AskSource = (at: GenerationAtHand, source: SourceAtHand, ending: Ending) => Promise<RunProblem | null>;

/** Lets the sources answer, one after the other, and makes comparisons of what they said, or measures it by the suite. */
async function makeAnswers(context: AskContext, generationId: string, askSource: AskSource, askReward?: AskReward): Promise<void> {
	// Going down: the row stays in line, and the sweep sends a job for it.
	if (context.shutdown.aborted) return;
	const at = await beginGeneration(context.app, { generationId, workerId: context.workerId, benchmarkHub: benchmarkHub() });
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
		for (const source of at.sources) {
			const problem = await askSource(at, source, { signal, lost });
			if (lost.signal.aborted) return;
			if (context.shutdown.aborted) return await giveBackGeneration(app, at);
			if (problem && isPassing(problem)) return await putOffWork(app, 'generation', at.generation, problem);
			if (problem) return await failGeneration(app, at, problem);
		}
		if (at.generation.suiteVersionId !== null) {
			await measureAnswers(context, at, { signal }, JUDGE_LIMITS, askReward);
			// Going down in the middle of it: what judges said is kept, and the next worker goes on.
			if (context.shutdown.aborted) await giveBackGeneration(app, at);
		} else await (at.generation.checkpointId === null ? pairAnswers(app, at) : openRound(app, at));
	} catch (error) {
		if (context.shutdown.aborted) return await giveBackGeneration(app, at);
		if (outOfReach(error)) {
			app.log.warn({ err: error, generationId: at.generation.id }, 'out of reach: the generation goes back in line');
			return await whenReached(context, () => putOffWork(app, 'generation', at.generation));
		}
		app.log.error({ err: error, generationId: at.generation.id }, 'generation failed');
		await failGeneration(app, at, unexpected(error));
	} finally {
		clearInterval(timer);
	}
}

/** Makes the answers of a generation of endpoints alone. */
export async function ask(context: AskContext, job: { generationId: string }): Promise<void> {
	await makeAnswers(context, job.generationId, async (at, source, ending) => {
		if (source.endpoint) return askEndpoint(context, at, source, ending);
		return { code: 'worker_failed', message: 'A checkpoint was to be served by a worker without an engine.' };
	});
}

/**
 * Makes the answers of a generation in which checkpoints answer, after a training, for a suite or asked for.
 * @param awqPython one of an environment made for AWQ, by which such an export answers
 */
export async function generate(context: WorkerContext, job: { generationId: string }, awqPython?: string): Promise<void> {
	const askSource: AskSource = async (at, source, ending) => {
		if (source.endpoint) return askEndpoint(context, at, source, ending);
		const base = await provideBase(context, at.base);
		return base.ok ? serveCheckpoint(context, at, { base: base.value, source, awqPython }, ending) : base.problem;
	};
	await makeAnswers(context, job.generationId, askSource, (...asked) => askRewardModel(context, ...asked));
}
