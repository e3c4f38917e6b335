import { drawSplit } from '#lib/domain/holdout.ts';
import { sentences } from '#lib/domain/suite/answer-text.ts';
import { comparisonRows, promptRows, readJson, readText } from '../../../drizzle/seed/scenario.ts';
import type { Question } from '../../../drizzle/seed/scenario.ts';
import { readWritten } from '../written-answers.ts';

/** How many rounds are played. */
export const ROUNDS = 3;

/**
 * What splits and sides are drawn with. Chosen for its composition, before
 * anything was trained: of 160 questions 120 train, 14 tune and 26 test, each of
 * the 16 areas of law among the test questions; all new questions train. The
 * further test questions of `test-questions.json` are numbered so that it draws
 * them into test too.
 */
export const SEEDS = { seed: 'three-rounds', splitSalt: 'three-rounds-split-4266' } as const;

/** Rows to import, round by round (from 1). */
export type Material = {
	systemPrompt: string;
	guideline: string;
	/** What the legacy assistant is made of: how over-committing answers to training questions begin, called good by the file. */
	legacy: unknown[];
	/** Written pairs: in round 1 those of all test questions, in each round those of a third of the training questions. */
	written: (round: number) => unknown[];
	/** Questions without an answer, which a round's checkpoint and its parent answer. */
	fresh: (round: number) => unknown[];
	/** Further test questions without a written answer, one of each area of law: in the record from round 1 on. */
	further: unknown[];
	/** Test questions that the suite brings, three of each area of law: every model answers them, and nobody judges. */
	own: string[];
	/** The further test questions, the record's and the suite's, as they are asked: written when the first run, on the others, was over. */
	unseen: ReadonlySet<string>;
};

const LAW_FIRM = new URL('../../../drizzle/seed/law-firm/', import.meta.url);
const HERE = new URL('.', import.meta.url);

/** A question as a client asked it. */
type Asked = Pick<Question, 'id' | 'area' | 'question'>;

/** The first two sentences of an over-committing answer: the promise, without what follows from it that could be acted on. */
const promiseOf = (answer: string): string => sentences(answer).slice(0, 2).join(' ');

/** Every so manieth, from a place on. */
const everyNth = <T>(list: readonly T[], n: number, from: number): T[] => list.filter((_, place) => place % n === from);

/** The law firm's questions, dealt out over the rounds. */
export async function readMaterial(): Promise<Material> {
	const [questions, { questions: unanswered }, further] = await Promise.all([readWritten(), readJson<{ questions: Asked[] }>(LAW_FIRM, 'new-prompts.json'), readJson<{ record: Asked[]; suite: Omit<Asked, 'id'>[] }>(HERE, 'test-questions.json')]);
	const within = (split: string) => questions.filter(({ id }) => drawSplit({ salt: SEEDS.splitSalt, group: id }) === split);
	const [training, test] = [within('train'), within('test')];
	return {
		systemPrompt: await readText(LAW_FIRM, 'system-prompt.txt'),
		guideline: await readText(LAW_FIRM, 'guideline.md'),
		legacy: training.map(({ id, area, question, overcommitting }) => ({ prompt: question, completion: promiseOf(overcommitting), label: true, group: id, tags: [area] })),
		written: (round) => comparisonRows([...(round === 1 ? test : []), ...everyNth(training, ROUNDS, round - 1)]),
		// What the last round's checkpoint said to them would teach nobody any more.
		fresh: (round) => (round < ROUNDS ? promptRows(everyNth(unanswered, ROUNDS + 1, round - 1)) : []),
		further: promptRows(further.record),
		own: further.suite.map(({ question }) => question),
		unseen: new Set([...further.record, ...further.suite].map(({ question }) => question))
	};
}
