import { comparisonRows, readJson, readText } from '../scenario.ts';
import type { Question, Scenario } from '../scenario.ts';

const folder = new URL('.', import.meta.url);

/** Chinese questions to lawyers, for judging in Chinese; the bundled small model speaks English only and is not trained on them. */
export async function lawyerQaZh(): Promise<Scenario> {
	const { questions } = await readJson<{ questions: Question[] }>(folder, 'questions.json');
	return {
		slug: 'lvsuo',
		name: '律所问答',
		locale: 'zh',
		overlap: 3,
		seeds: { seed: 'lvsuo-demo', splitSalt: 'lvsuo-demo-split-1' },
		systemPrompt: await readText(folder, 'system-prompt.txt'),
		guideline: await readText(folder, 'guideline.md'),
		files: [{ name: 'client-questions-zh.jsonl', rows: comparisonRows(questions) }]
	};
}
