import { readdir, readFile } from 'node:fs/promises';
import type { Question } from '../../drizzle/seed/scenario.ts';

const AREAS = new URL('../../drizzle/seed/law-firm/areas/', import.meta.url);

/** The written answers of the law firm's demo, by question. */
export async function readWritten(): Promise<Question[]> {
	const names = (await readdir(AREAS)).filter((name) => name.endsWith('.json')).sort();
	const areas = await Promise.all(names.map(async (name) => JSON.parse(await readFile(new URL(name, AREAS), 'utf8')) as { area: string; questions: Omit<Question, 'area'>[] }));
	return areas.flatMap(({ area, questions }) => questions.map((question) => ({ ...question, area })));
}

/**
 * Texts of all careful answers. Plumbline is not told which answers these are,
 * so the simulated annotators, who must know, find them by their text.
 */
export async function carefulAnswers(): Promise<Set<string>> {
	return new Set((await readWritten()).map(({ careful }) => careful));
}
