import { readdir } from 'node:fs/promises';
import { FIRST_SUITE } from '#lib/domain/suite/check.ts';
import { comparisonRows, promptRows, readJson, readText } from '../scenario.ts';
import type { Question, Scenario } from '../scenario.ts';

const folder = new URL('.', import.meta.url);

/** 160 questions over 16 areas of law with three answers each: the project that is trained. */
export async function lawFirm(): Promise<Scenario> {
	const names = (await readdir(new URL('areas/', folder))).filter((name) => name.endsWith('.json')).sort();
	const areas = await Promise.all(names.map((name) => readJson<{ area: string; questions: Omit<Question, 'area'>[] }>(folder, `areas/${name}`)));
	const questions = areas.flatMap(({ area, questions: written }) => written.map((question) => ({ ...question, area })));
	const fresh = await readJson<{ questions: Pick<Question, 'id' | 'area' | 'question'>[] }>(folder, 'new-prompts.json');
	return {
		slug: 'law-firm',
		name: 'Client questions of a law firm',
		locale: 'en',
		overlap: 3,
		// Chosen for its composition, before anything was trained: 116 groups train, 11 dev, 33 test, each of the 16 areas among the test groups.
		seeds: { seed: 'law-firm-demo', splitSalt: 'law-firm-demo-split-36' },
		systemPrompt: await readText(folder, 'system-prompt.txt'),
		guideline: await readText(folder, 'guideline.md'),
		// Every test group once: 33 of them; two answers each, as long as the demo's answers are.
		suite: { ...FIRST_SUITE, prompts: 33, maxTokens: 120 },
		files: [
			{ name: 'client-questions.jsonl', rows: comparisonRows(questions) },
			{ name: 'questions-for-round-2.jsonl', rows: promptRows(fresh.questions) }
		]
	};
}
