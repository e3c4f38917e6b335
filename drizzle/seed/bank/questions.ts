import { createRng } from '#lib/domain/rng.ts';
import type { GoldAnswer } from '../scenario.ts';

/** What is wrong with a faulty answer: a key of the form's span labels. */
export type Fault = 'over_commitment' | 'vague' | 'wrong_rule' | 'missing_caveat';

/**
 * A question to the bank's assistant with an answer that may go out and one that
 * may not. Of a gold question that is judged alone only the known answer is written:
 * its counterpart in the queue would be told by what is said after it.
 */
export type BankQuestion = {
	id: string;
	area: string;
	question: string;
	matter?: string;
	requires?: string[];
	sound?: string;
	faulty?: string;
	fault?: Fault;
	gold?: { explanation: string; warmUp?: boolean };
};

type Mode = 'pair' | 'single';

const answers = ({ sound, faulty }: BankQuestion): string[] => [sound, faulty].filter((answer) => answer !== undefined);

/**
 * Rows of an import: both answers in one row, or each in a row of its own to be
 * judged alone. The order is drawn, and nothing goes with them that tells which is which.
 */
export function bankRows(written: Readonly<Record<Mode, readonly BankQuestion[]>>, of: { language: string; seed: string }): unknown[] {
	const rng = createRng(`${of.seed}/rows`);
	const rows = (['pair', 'single'] as const).flatMap((mode) =>
		written[mode].flatMap((question) => {
			const { id, area, matter, requires } = question;
			const about = { messages: [{ role: 'user', content: question.question }], group: id, tags: [area], language: of.language, ...(matter === undefined ? {} : { matter }), ...(requires === undefined ? {} : { requires }) };
			const drawn = rng.shuffle(answers(question));
			return mode === 'pair' ? [{ ...about, responses: drawn }] : drawn.map((answer) => ({ ...about, responses: [answer], mode }));
		})
	);
	return rng.shuffle(rows);
}

/** What is known of the gold questions: for a pair the better answer, for one alone whether it is good. */
export function goldAnswers(written: Readonly<Record<Mode, readonly BankQuestion[]>>): GoldAnswer[] {
	return (['pair', 'single'] as const).flatMap((mode) =>
		written[mode].flatMap(({ id, gold, sound, faulty }): GoldAnswer[] => {
			if (!gold) return [];
			const known = { group: id, explanation: gold.explanation, warmUp: gold.warmUp ?? false };
			return mode === 'pair' ? [{ ...known, better: sound ?? '' }] : [{ ...known, good: faulty === undefined }];
		})
	);
}
