import { finishSuiteRun, measureRun, readAnswered } from '#lib/server/usecases/finish-suite-run.ts';
import type { JudgeSaid } from '#lib/server/usecases/finish-suite-run.ts';
import { planJudging, readJudging } from '#lib/server/usecases/judge-run.ts';
import type { GenerationAtHand } from '#lib/server/usecases/make-answers.ts';
import type { AskContext, Ending } from './answer-all.ts';
import { askJudges, JUDGE_LIMITS } from './ask-judges.ts';
import type { JudgeLimits } from './ask-judges.ts';

const NOBODY: JudgeSaid = { rubric: () => null, judge: null, missed: [] };

/** Measures the answers of a generation for a suite, once all are there: asks the judges first, where the suite has any. */
export async function measureAnswers(context: AskContext, at: GenerationAtHand, { signal }: Pick<Ending, 'signal'>, limits: JudgeLimits = JUDGE_LIMITS): Promise<void> {
	const { app } = context;
	const answered = await readAnswered(app, at);
	const plan = await planJudging(app, answered);
	let said = NOBODY;
	if (plan === 'unreadable') said = { ...NOBODY, missed: [{ code: 'lists_unreadable', n: answered.answers.length }] };
	else if (plan) {
		await askJudges(context, at.generation.projectId, plan, signal, limits);
		if (signal.aborted) return;
		said = await readJudging(app, answered, plan);
	}
	const results = await measureRun(app, answered, said);
	if (!signal.aborted) await finishSuiteRun(app, at, answered, results);
}
