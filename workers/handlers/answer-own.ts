import type { RunProblem } from '#lib/domain/run-problem.ts';
import { storeOwnAnswer, unansweredOwn } from '#lib/server/usecases/ask-own-questions.ts';
import type { GenerationAtHand, SourceAtHand } from '#lib/server/usecases/make-answers.ts';
import type { InferenceClient } from '../inference/client.ts';
import type { WorkerContext } from './context.ts';

/** Lets a served checkpoint answer the suite's own questions that it has not answered yet. @returns why it could not, as `answerAll` does */
export async function answerOwn({ app }: Pick<WorkerContext, 'app'>, at: GenerationAtHand, source: SourceAtHand, { client, concurrency }: { client: InferenceClient; concurrency: number }, signal: AbortSignal): Promise<RunProblem | null> {
	const { topP, maxTokens } = at.generation.sampling;
	const left = await unansweredOwn(app, at, source);
	let next = 0;
	let problem: RunProblem | null = null;
	async function lane(): Promise<void> {
		for (let asking = left[next++]; asking && !signal.aborted && !problem; asking = left[next++]) {
			const { temperature, seed } = asking.ask;
			const answer = await client.complete(asking.messages, { temperature, topP, maxTokens, seed }, { signal });
			if (answer.ok) await storeOwnAnswer(app, at, source, asking.key, { text: answer.value.text, finish: answer.value.finish });
			else if (!signal.aborted) problem ??= { code: answer.problem.code, message: answer.problem.message, hint: answer.problem.hint };
		}
	}
	await Promise.all(Array.from({ length: concurrency }, lane));
	return problem;
}
