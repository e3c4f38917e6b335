import * as v from 'valibot';
import { Benchmark, LETTERS } from './benchmark.ts';

/** Own questions as a file gives them. */
export type OwnQuestions = Pick<Extract<Benchmark, { kind: 'qa' }>, 'kind' | 'questions'> | Pick<Extract<Benchmark, { kind: 'mcq' }>, 'kind' | 'questions'>;

type Row = Record<string, unknown>;

const textOf = (row: Row, ...names: readonly string[]): string | null => names.flatMap((name) => (typeof row[name] === 'string' || typeof row[name] === 'number' ? [String(row[name])] : []))[0] ?? null;

/** Choices of a row: a list, or a column for each letter as EvalScope's files have them. */
function choicesOf(row: Row): string[] | null {
	if (Array.isArray(row['choices'])) return row['choices'].map(String);
	const letters = [...LETTERS].filter((letter) => textOf(row, letter) !== null);
	return letters.length > 0 ? letters.map((letter) => textOf(row, letter) ?? '') : null;
}

/** A row in our own form; null where it is no object with a question and an answer. */
function questionOf(row: unknown): { question: string; answer: string; choices: string[] | null } | null {
	if (typeof row !== 'object' || row === null) return null;
	const [question, answer] = [textOf(row as Row, 'question', 'query'), textOf(row as Row, 'answer', 'response')];
	return question === null || answer === null ? null : { question, answer, choices: choicesOf(row as Row) };
}

/** Rows of a JSON list or of JSON lines, each with the number of its line; a line that is no JSON gives `undefined`. */
function rowsOf(text: string): { line: number; row: unknown }[] {
	const parsed = (part: string): unknown => {
		try {
			return JSON.parse(part) as unknown;
		} catch {
			return undefined;
		}
	};
	const whole = text.trimStart().startsWith('[') ? parsed(text) : undefined;
	if (Array.isArray(whole)) return whole.map((row: unknown, place) => ({ line: place + 1, row }));
	return text.split('\n').flatMap((part, place) => (part.trim() === '' ? [] : [{ line: place + 1, row: parsed(part) }]));
}

/**
 * Reads own questions from JSON lines or a JSON list: `{question, answer}` (or
 * `query`, `response`), with `choices` (or columns A, B, …) and a letter as the
 * answer for multiple choice. The first row decides which of the two it is.
 * @returns the questions, or the number of the first line that cannot be read and why
 */
export function readBenchmarkFile(text: string): { questions: OwnQuestions } | { line: number; why: 'no_question' | 'wrong_choice' | 'empty' | 'too_many'; message: string } {
	const rows = rowsOf(text.replace(/^\uFEFF/u, ''));
	if (rows.length === 0) return { line: 1, why: 'empty', message: '' };
	const read = rows.map(({ line, row }) => ({ line, question: questionOf(row) }));
	const broken = read.find(({ question }) => question === null);
	if (broken) return { line: broken.line, why: 'no_question', message: '' };
	const kind = read[0]?.question?.choices ? 'mcq' : 'qa';
	const questions = read.map(({ question }) => (kind === 'mcq' ? { question: question?.question, choices: question?.choices ?? [], answer: question?.answer.trim().toUpperCase() } : { question: question?.question, answer: question?.answer }));
	const checked = v.safeParse(Benchmark, { name: 'file', kind, questions });
	if (checked.success && checked.output.kind !== 'public') return { questions: { kind: checked.output.kind, questions: checked.output.questions } as OwnQuestions };
	const issue = checked.issues?.[0];
	const at = issue?.path?.find(({ key }) => typeof key === 'number')?.key;
	return { line: typeof at === 'number' ? (rows[at]?.line ?? 1) : 1, why: at === undefined ? 'too_many' : 'wrong_choice', message: issue?.message ?? '' };
}
