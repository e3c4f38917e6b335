import { asksOf } from '../../domain/generation-plan.ts';
import { ownAskings } from '../../domain/suite/own-questions.ts';
import type { Executor } from '../db/client.ts';
import * as generationSources from '../db/generation-sources.ts';
import * as generations from '../db/generations.ts';
import * as ownAnswers from '../db/own-answers.ts';
import type { SuiteRun } from '../db/suite-runs.ts';
import * as suites from '../db/suites.ts';

/**
 * How many answers to the suite's own questions a run has, of all that it wants. They are kept by content for every run
 * that asks the same, so they are counted here and not with the answers to prompts, which are the run's own.
 */
export async function ownProgress(db: Executor, run: Pick<SuiteRun, 'suiteVersionId' | 'generationId'>): Promise<{ done: number; total: number }> {
	const own = (await suites.get(db, run.suiteVersionId))?.definition.own;
	const generation = own ? await generations.get(db, run.generationId) : null;
	if (!own || !generation) return { done: 0, total: 0 };
	const asks = asksOf(generation.sampling, generation.seed);
	const wanted = (await generationSources.list(db, generation.id)).flatMap(({ checkpointId, form }) => (checkpointId === null ? [] : ownAskings(own, asks, generation.sampling, form).map(({ key }) => ({ checkpointId, key }))));
	return { done: await ownAnswers.count(db, wanted), total: wanted.length };
}
