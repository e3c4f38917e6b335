import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { Benchmark, benchmarkAnswers, benchmarkKey, benchmarkMeasure, Benchmarks, MOST_OF_BENCHMARKS } from './benchmark.ts';
import type { QuestionScore } from './benchmark.ts';
import { readBenchmarkFile } from './benchmark-file.ts';
import { measurer } from './measures.ts';

const qa = (name: string, answer = 'Two months.') => v.parse(Benchmark, { name, kind: 'qa', questions: [{ question: 'How much is the deposit?', answer }] });
const scored = (score: (i: number) => number, revision = ''): QuestionScore[] => Array.from({ length: 40 }, (_, i) => [`${revision}question ${i}`, score(i)] as const);
const lines = (...rows: unknown[]) => rows.map((row) => JSON.stringify(row)).join('\n');

describe('a benchmark', () => {
	it('is kept by what is asked and how it is scored, not by its name', () => {
		const key = (benchmark: Benchmark) => benchmarkKey(benchmark, 'modelscope');
		expect(key(qa('a'))).toBe(key(qa('b')));
		const others = [qa('a', 'One month.'), { ...qa('a'), system: 'Be brief.' }, { ...qa('a'), maxTokens: 9 }, v.parse(Benchmark, { name: 'a', kind: 'public', dataset: 'gsm8k' })];
		expect(new Set([qa('a'), ...others].map(key)).size).toBe(others.length + 1);
		// Own questions are the same wherever the worker fetches public ones from.
		expect([qa('a'), v.parse(Benchmark, { name: 'a', kind: 'public', dataset: 'gsm8k' })].map((one) => benchmarkKey(one, 'huggingface') === key(one))).toEqual([true, false]);
	});

	it('refuses what cannot be asked, by field', () => {
		const wrong = (benchmark: Record<string, unknown>) => v.safeParse(Benchmark, { name: 'n', ...benchmark }).issues?.map((issue) => v.getDotPath(issue));
		const choice = (answer: string, choices = ['yes', 'no']) => ({ kind: 'mcq', questions: [{ question: 'Is it?', choices, answer }] });
		expect(wrong(choice('B'))).toBeUndefined();
		expect(wrong(choice('C'))).toEqual(['questions.0.answer']);
		expect(wrong(choice('b'))).toEqual(['questions.0.answer']);
		expect(wrong(choice('A', ['yes']))).toEqual(['questions.0.choices']);
		expect(wrong({ kind: 'qa', questions: [] })).toEqual(['questions']);
		expect(wrong({ kind: 'public', dataset: '../etc/passwd' })).toEqual(['dataset']);
		expect(wrong({ kind: 'public', dataset: 'mmlu', limit: 175 })).toBeUndefined();
		expect(wrong({ kind: 'public', dataset: 'mmlu', limit: 176 })).toEqual(['limit']);
	});

	it('is one of its name among a suite’s, which hold no more than their characters', () => {
		const says = (all: unknown) => v.safeParse(Benchmarks, all).issues?.map(({ message }) => message);
		expect(says([qa('a'), qa('b')])).toBeUndefined();
		expect(says([qa('a'), qa('a')])).toEqual(['each name once']);
		const long = { name: 'l', kind: 'qa', questions: Array.from({ length: 30 }, () => ({ question: 'x'.repeat(18_000), answer: 'y' })) };
		expect(says([long])).toEqual([`at most ${MOST_OF_BENCHMARKS.characters} characters in all questions together`]);
	});

	it('is measured question by question, paired with the same questions of others', () => {
		const scores = new Map([[0, scored((i) => Number(i % 4 !== 0))], [1, scored(() => 1).reverse()]]);
		const measure = measurer(benchmarkAnswers(scores), { places: { checkpoint: 0, trained: null, parent: 1, champion: 2, base: 1 }, seed: 's' })(benchmarkMeasure({ name: 'law' }), 0);
		expect(measure).toMatchObject({ name: 'law', kind: 'benchmark', better: 'higher', checkpoint: { value: 0.75, n: 40, groups: 40 }, others: { parent: { value: 1 } }, against: { parent: { difference: { value: -0.25, n: 40 } }, champion: { difference: { value: null } } } });
		expect(measure.against.parent?.p).toBeLessThan(0.01);
	});

	it('has no pair of questions that are others by now', () => {
		const scores = new Map([[0, scored(() => 0)], [1, scored(() => 1, 'new ')]]);
		const measure = measurer(benchmarkAnswers(scores), { places: { checkpoint: 0, trained: null, parent: 1, champion: 1, base: 1 }, seed: 's' })(benchmarkMeasure({ name: 'law' }), 0);
		expect(measure).toMatchObject({ checkpoint: { value: 0 }, others: { parent: { value: 1 } }, against: { parent: { difference: { value: null, n: 0 } } } });
	});
});

describe('a file of questions', () => {
	it('is read in our form and in EvalScope’s, as lines and as a list', () => {
		const read = { questions: { kind: 'qa', questions: [{ question: 'How much?', answer: 'Two.' }] } };
		expect(readBenchmarkFile(lines({ question: 'How much?', answer: 'Two.' }))).toEqual(read);
		expect(readBenchmarkFile(`\uFEFF${JSON.stringify([{ query: 'How much?', response: 'Two.' }])}`)).toMatchObject(read);
		const choice = { questions: { kind: 'mcq', questions: [{ question: 'Is it?', choices: ['yes', 'no'], answer: 'B' }] } };
		expect(readBenchmarkFile(lines({ id: 1, question: 'Is it?', A: 'yes', B: 'no', answer: 'b' }))).toMatchObject(choice);
		expect(readBenchmarkFile(lines({ question: 'Is it?', choices: ['yes', 'no'], answer: 'B' }))).toMatchObject(choice);
	});

	it('that cannot be read says at which line', () => {
		const good = { question: 'Is it?', choices: ['yes', 'no'], answer: 'A' };
		expect(readBenchmarkFile('')).toMatchObject({ why: 'empty' });
		expect(readBenchmarkFile(`${lines(good)}\n\n{"question": "x"`)).toMatchObject({ line: 3, why: 'no_question' });
		expect(readBenchmarkFile(lines(good, { question: 'x' }))).toMatchObject({ line: 2, why: 'no_question' });
		expect(readBenchmarkFile(lines(good, { ...good, answer: 'C' }))).toMatchObject({ line: 2, why: 'wrong_choice' });
		expect(readBenchmarkFile(lines(...Array.from({ length: MOST_OF_BENCHMARKS.questions + 1 }, () => good)))).toMatchObject({ why: 'too_many' });
	});
});
