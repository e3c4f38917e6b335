import { finishSuiteRun, measureRun, readAnswered } from '#lib/server/usecases/finish-suite-run.ts';
import type { JudgeSaid } from '#lib/server/usecases/finish-suite-run.ts';
import { planJudging, readJudging, unasked } from '#lib/server/usecases/judge-run.ts';
import type { GenerationAtHand } from '#lib/server/usecases/make-answers.ts';
import type { RewardAsking } from '#lib/server/usecases/reward-asking.ts';
import type { AskContext, Ending } from './answer-all.ts';
import { askJudges, JUDGE_LIMITS } from './ask-judges.ts';
import type { JudgeLimits } from './ask-judges.ts';

const NOBODY: JudgeSaid = { rubric: () => null, judge: null, missed: [] };

/** Has a reward model score pairs; what it gave none a verdict for is noted with its reason. */
export type AskReward = (at: GenerationAtHand, askings: readonly RewardAsking[], signal: AbortSignal) => Promise<void>;

/**
 * Measures the answers of a generation for a suite, once all are there: asks the judges first, where the suite has any.
 * @param askReward left out by a worker without an engine, which is given no such generation
 */
export async function measureAnswers(context: AskContext, at: GenerationAtHand, { signal }: Pick<Ending, 'signal'>, limits: JudgeLimits = JUDGE_LIMITS, askReward?: AskReward): Promise<void> {
	const { app } = context;
	const answered = await readAnswered(app, at);
	const plan = await planJudging(app, answered);
	let said = NOBODY;
	if (plan === 'unreadable') said = { ...NOBODY, missed: [{ code: 'lists_unreadable', n: answered.answers.length }] };
	else if (plan) {
		const askings = await unasked(app, at.generation.projectId, plan);
		await askJudges(context, at.generation.projectId, askings.filter((one) => 'endpointId' in one), signal, limits);
		const scored = askings.filter((one) => 'checkpointId' in one);
		if (scored.length > 0 && !signal.aborted) await askReward?.(at, scored, signal);
		if (signal.aborted) return;
		said = await readJudging(app, answered, plan);
	}
	const results = await measureRun(app, answered, said);
	if (!signal.aborted) await finishSuiteRun(app, at, answered, results);
}
