import { ownAskings } from '../../domain/suite/own-questions.ts';
import type { OwnAsking } from '../../domain/suite/own-questions.ts';
import type { Db } from '../db/client.ts';
import type { Source } from '../db/generation-sources.ts';
import * as ownAnswers from '../db/own-answers.ts';
import * as suites from '../db/suites.ts';
import type { GenerationAtHand } from './make-answers.ts';

type Model = Pick<Source, 'checkpointId' | 'form'>;

/** A suite's own questions that a model has not answered yet under the generation's settings; none where it is for no suite. */
export async function unansweredOwn(app: { db: Db }, at: GenerationAtHand, { checkpointId, form }: Model): Promise<OwnAsking[]> {
	const { suiteVersionId, sampling } = at.generation;
	const suite = suiteVersionId === null || checkpointId === null ? null : await suites.get(app.db, suiteVersionId);
	const askings = ownAskings(suite?.definition.own, at.asks, sampling, form);
	if (checkpointId === null || askings.length === 0) return [];
	const known = new Set((await ownAnswers.of(app.db, [checkpointId], askings.map(({ key }) => key))).map(({ key }) => key));
	return askings.filter(({ key }) => !known.has(key));
}

/** Keeps what a model said to an own question. A model may say anything, also what no text holds. */
export async function storeOwnAnswer(app: { db: Db }, at: GenerationAtHand, { checkpointId }: Pick<Model, 'checkpointId'>, key: string, said: { text: string; finish: string | null }): Promise<void> {
	if (checkpointId !== null) await ownAnswers.put(app.db, { projectId: at.generation.projectId, checkpointId, key, text: said.text.toWellFormed().replaceAll('\0', '\uFFFD'), finish: said.finish });
}
