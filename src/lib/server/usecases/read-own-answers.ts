import { asksOf } from '../../domain/generation-plan.ts';
import type { Sampling } from '../../domain/generation-plan.ts';
import { ownAskings } from '../../domain/suite/own-questions.ts';
import type { OwnQuestions } from '../../domain/suite/own-questions.ts';
import type { Executor } from '../db/client.ts';
import type { Source } from '../db/generation-sources.ts';
import * as ownAnswers from '../db/own-answers.ts';

/** A checkpoint that answers for a suite, as it was trained or in a form, by its place. */
export type Answering = Pick<Source, 'ordinal' | 'form'> & { checkpointId: string };

/** What a model said to one of a suite's own questions: whose place it is, the question's place, and of which sample. */
export type OwnSaid = { ordinal: number; place: number; question: string; sample: number; text: string; finish: string | null };

/** What models said to a suite's own questions under the settings and seed of a generation, model by model. */
export async function readOwnAnswers(db: Executor, of: { own: OwnQuestions | undefined; models: readonly Answering[]; generation: { sampling: Sampling; seed: number } }): Promise<OwnSaid[]> {
	const { own, models, generation } = of;
	const asks = asksOf(generation.sampling, generation.seed);
	// A form asks under keys of its own, so that checkpoint and key name one model.
	const asked = models.flatMap((model) => ownAskings(own, asks, generation.sampling, model.form).map((asking) => ({ ...model, ...asking })));
	const said = new Map((await ownAnswers.of(db, [...new Set(models.map(({ checkpointId }) => checkpointId))], [...new Set(asked.map(({ key }) => key))])).map((answer) => [`${answer.checkpointId}/${answer.key}`, answer]));
	return asked.flatMap(({ ordinal, checkpointId, key, place, sample }): OwnSaid[] => {
		const answer = said.get(`${checkpointId}/${key}`);
		return answer ? [{ ordinal, place, question: own?.questions[place] ?? '', sample, text: answer.text, finish: answer.finish }] : [];
	});
}
