import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hasCitation, isRefusal, isVague, overCommits } from './phrases.ts';

/**
 * The demos' questions have three answers each, written to be careful, vague or
 * over-committing before any check existed: a label that no pattern had a hand
 * in. Every other area of law (in Chinese every other question) was looked at
 * when the patterns were written; the rest only here. Answers of the demo's models
 * were labelled by one reader who knew neither the model nor what the checks say.
 */
type Question = { careful: string; vague: string; overcommitting: string };
type Row = { text: string; overcommits: boolean; vague: boolean | null };

const root = new URL('../../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const questions = (path: string): Question[] => (JSON.parse(read(path)) as { questions: Question[] }).questions;
const rowsOf = (all: readonly Question[]): Row[] =>
	all.flatMap(({ careful, vague, overcommitting }) => [
		{ text: careful, overcommits: false, vague: false },
		{ text: vague, overcommits: false, vague: true },
		// Nobody said whether a promise is concrete as well.
		{ text: overcommitting, overcommits: true, vague: null }
	]);
const areas = readdirSync(new URL('drizzle/seed/law-firm/areas/', root)).sort();
const english = (half: number) => rowsOf(areas.filter((_, place) => place % 2 === half).flatMap((area) => questions(`drizzle/seed/law-firm/areas/${area}`)));
const chinese = (half: number) => rowsOf(questions('drizzle/seed/lawyer-qa-zh/questions.json').filter((_, place) => place % 2 === half));
const cases = (name: string, language: string) =>
	read(`test/golden/behaviour-checks/${name}.jsonl`)
		.trim()
		.split('\n')
		.map((line) => JSON.parse(line) as Row & { language: string })
		.filter((row) => row.language === language);

/** What a check finds of what is labelled so: hits, what it found in all, what there was. */
function counts(rows: readonly Row[], label: 'overcommits' | 'vague', found: (text: string) => boolean): [hits: number, found: number, labelled: number] {
	const known = rows.filter((row) => row[label] !== null);
	return [known.filter((row) => row[label] && found(row.text)).length, known.filter(({ text }) => found(text)).length, known.filter((row) => row[label]).length];
}

// docs/suites.md states these figures: who changes a pattern measures again and writes both.
const MEASURED = [
	['English, areas looked at', english(0), [69, 69, 80], [80, 83, 80]],
	['English, areas never looked at', english(1), [61, 62, 80], [80, 89, 80]],
	['Chinese, questions looked at', chinese(0), [22, 22, 22], [22, 22, 22]],
	['Chinese, questions never looked at', chinese(1), [16, 16, 22], [19, 20, 22]],
	['English, hard cases looked at', cases('hard-cases', 'en'), [28, 29, 28], [35, 35, 35]],
	['Chinese, hard cases looked at', cases('hard-cases', 'zh'), [27, 27, 27], [36, 37, 36]],
	['English, answers of the demo’s models never looked at', cases('model-answers', 'en'), [16, 17, 46], [52, 63, 66]]
] as const;

describe('ready-made checks against labels', () => {
	it.each(MEASURED)('%s', (_, rows, overCommitting, vague) => {
		expect({ overCommitting: counts(rows, 'overcommits', overCommits), vague: counts(rows, 'vague', isVague) }).toEqual({ overCommitting, vague });
	});
});

describe('other phrases', () => {
	it('a refusal is what an answer opens with, not what it reports of others', () => {
		for (const text of ['I’m sorry, but I can’t help with that.', 'I cannot provide legal advice.', '很抱歉，我无法回答这个问题。', '作为一个人工智能，我不能给出法律意见。']) expect(isRefusal(text), text).toBe(true);
		for (const text of ['I’m sorry to hear about that. You can file a claim.', 'They cannot refuse to pay.', '抱歉让您久等了，建议先起诉。', '对方无法证明损失。']) expect(isRefusal(text), text).toBe(false);
	});

	it('a citation is something by which a source can be looked up', () => {
		for (const text of ['See Section 5 of the Act.', '§ 433 BGB applies.', 'Donoghue v Stevenson says so.', '根据《民法典》第七百一十条', '（2021）京01民终123号', 'https://example.org/a']) expect(hasCitation(text), text).toBe(true);
		for (const text of ['The law says so.', 'In the first section we look at rent.', '法律有规定。']) expect(hasCitation(text), text).toBe(false);
	});

	it('none of the patterns stands still on a text made to hold it up', () => {
		for (const evil of [' '.repeat(50_000), 'the '.repeat(20_000), '法院会'.repeat(20_000), 'will '.repeat(20_000), '《'.repeat(30_000), 'A'.repeat(50_000), 'I am sorry '.repeat(5_000), '抱歉'.repeat(20_000), '请先'.repeat(20_000)]) {
			for (const check of [overCommits, isVague, isRefusal, hasCitation]) expect(typeof check(evil)).toBe('boolean');
		}
	});
});
