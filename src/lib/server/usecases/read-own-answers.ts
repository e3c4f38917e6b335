import { asksOf } from '../../domain/generation-plan.ts';
import type { Sampling } from '../../domain/generation-plan.ts';
import { ownAskings } from '../../domain/suite/own-questions.ts';
import type { OwnQuestions } from '../../domain/suite/own-questions.ts';
import type { Executor } from '../db/client.ts';
import * as ownAnswers from '../db/own-answers.ts';

/** What a model said to one of a suite's own questions: its place among them, and of which sample. */
export type OwnSaid = { checkpointId: string; place: number; question: string; sample: number; text: string; finish: string | null };

/** What models said to a suite's own questions under the settings and seed of a generation, question by question. */
export async function readOwnAnswers(db: Executor, of: { own: OwnQuestions | undefined; checkpointIds: readonly string[]; generation: { sampling: Sampling; seed: number } }): Promise<OwnSaid[]> {
	const { sampling, seed } = of.generation;
	const askings = ownAskings(of.own, asksOf(sampling, seed), sampling);
	const said = Map.groupBy(await ownAnswers.of(db, of.checkpointIds, askings.map(({ key }) => key)), ({ key }) => key);
	return askings.flatMap(({ key, place, sample }) => (said.get(key) ?? []).map(({ checkpointId, text, finish }): OwnSaid => ({ checkpointId, place, question: of.own?.questions[place] ?? '', sample, text, finish })));
}
