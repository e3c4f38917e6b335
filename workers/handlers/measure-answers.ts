import { finishSuiteRun, measureRun, readAnswered } from '#lib/server/usecases/finish-suite-run.ts';
import type { GenerationAtHand } from '#lib/server/usecases/make-answers.ts';
import type { AskContext, Ending } from './answer-all.ts';

/** Measures the answers of a generation for a suite, once all are there. */
export async function measureAnswers(context: AskContext, at: GenerationAtHand, { signal }: Ending): Promise<void> {
	const answered = await readAnswered(context.app, at);
	const results = await measureRun(context.app, answered, { rubric: () => null, judge: null });
	if (!signal.aborted) await finishSuiteRun(context.app, at, answered, results);
}
