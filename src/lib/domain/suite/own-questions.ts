import * as v from 'valibot';
import { contentHash } from '../canonical-json.ts';
import { TextSchema } from '../message.ts';
import type { Ask, Sampling } from '../generation-plan.ts';
import type { MeasureOf } from './measures.ts';

/** Most of a suite's own questions; its version holds them. */
export const MOST_OF_OWN = { questions: 200, characters: 200_000 } as const;

const words = (max: number) => v.pipe(TextSchema, v.trim(), v.minLength(1, 'must not be empty'), v.maxLength(max, `at most ${max} characters`));

/** Questions that a suite asks beside the project's test prompts: those that matter whether or not they are held out by chance. */
export const OwnQuestions = v.strictObject({
	/** Put before each of them. */
	system: v.optional(v.nullable(words(8000)), null),
	questions: v.pipe(
		v.array(words(20_000)),
		v.minLength(1, 'at least one'),
		v.maxLength(MOST_OF_OWN.questions, `at most ${MOST_OF_OWN.questions}`),
		v.check((all) => new Set(all).size === all.length, 'each question once'),
		v.check((all) => all.join('').length <= MOST_OF_OWN.characters, `at most ${MOST_OF_OWN.characters} characters in all questions together`)
	)
});
export type OwnQuestions = v.InferOutput<typeof OwnQuestions>;

type OwnTurn = { role: 'system' | 'user'; content: string };

/** An own question as it is put to a model for one sample, under the hash of all of it: what was said to it once is not asked again. */
export type OwnAsking = { place: number; sample: number; messages: OwnTurn[]; ask: Ask; key: string };

/**
 * Everything that a model is asked of a suite's own questions.
 * @param form hash of the export in whose form a checkpoint answers, where its weights are others; null: as it was trained
 */
export function ownAskings(own: OwnQuestions | undefined, asks: readonly Ask[], { topP, maxTokens }: Pick<Sampling, 'topP' | 'maxTokens'>, form: string | null = null): OwnAsking[] {
	return (own?.questions ?? []).flatMap((question, place) => {
		const messages: OwnTurn[] = [...(own?.system ? [{ role: 'system' as const, content: own.system }] : []), { role: 'user', content: question }];
		return asks.map((ask) => ({ place, sample: ask.sample, messages, ask, key: contentHash({ messages, ask, topP, maxTokens, ...(form === null ? {} : { form }) }) }));
	});
}

/** What stands behind a check's name where it is about own questions. */
const ON_OWN = ' · own questions';

/** What a check is called where it is about own questions. */
export const nameOnOwn = (check: string): string => `${check}${ON_OWN}`;

/** A check as it is measured on own questions: a measure of its own, never mixed with that on test prompts. */
export const onOwn = (measure: MeasureOf): MeasureOf => ({ ...measure, name: nameOnOwn(measure.name) });

/** The name of the check that a measure on own questions is about; null for any other measure. */
export const checkOnOwn = (name: string): string | null => (name.endsWith(ON_OWN) ? name.slice(0, -ON_OWN.length) : null);
