import { readFile } from 'node:fs/promises';
import { drawSplit, SPLITS } from '#lib/domain/holdout.ts';
import type { SuiteDefinition } from '#lib/domain/suite/check.ts';
import type { JudgingForm } from '#lib/domain/judging-form.ts';
import type { JudgingPolicy } from '#lib/domain/judging-policy.ts';

/** A written question with three answers; the two faulty ones have one fault each. */
export type Question = { id: string; area: string; question: string; careful: string; vague: string; overcommitting: string };

/** What a member knows and reads in a project. */
export type Abilities = { skills: string[]; languages: string[] };

/** What is known of the one comparison of a prompt group: the text of the better answer, or whether the only one is good. */
export type GoldAnswer = { group: string; explanation: string; warmUp: boolean } & ({ better: string } | { good: boolean });

/** A demo project: its settings and the files that are imported into its first round. */
export type Scenario = {
	slug: string;
	name: string;
	locale: 'en' | 'zh';
	overlap: number;
	objective?: string;
	/** Fixed, so that every installation has the same split and the same order of sides. */
	seeds: { seed: string; splitSalt: string };
	systemPrompt: string;
	guideline: string;
	files: { name: string; rows: unknown[] }[];
	form?: JudgingForm;
	policy?: Partial<JudgingPolicy>;
	/** What new checkpoints' answers are checked for. */
	suite?: SuiteDefinition;
	/** By the part of the address before the @; who is not named knows nothing in particular and reads every language. */
	abilities?: Record<string, Abilities>;
	gold?: GoldAnswer[];
};

/** A text file beside a scenario. */
export const readText = async (folder: URL, name: string): Promise<string> => (await readFile(new URL(name, folder), 'utf8')).trim();

/** A JSON file beside a scenario. */
export const readJson = async <T>(folder: URL, name: string): Promise<T> => JSON.parse(await readText(folder, name)) as T;

/**
 * Two comparisons a question: careful against vague, careful against
 * over-committing. No preference is stated and nothing but the area goes with
 * them: people are to find out which answer is the careful one.
 */
export function comparisonRows(questions: readonly Question[]): unknown[] {
	return questions.flatMap(({ id, area, question, careful, vague, overcommitting }) =>
		[vague, overcommitting].map((faulty) => ({ messages: [{ role: 'user', content: question }], responses: [careful, faulty], group: id, tags: [area] }))
	);
}

/** Prompts without an answer yet: a trained checkpoint and its parent answer them for round 2. */
export function promptRows(prompts: readonly Pick<Question, 'id' | 'area' | 'question'>[]): unknown[] {
	return prompts.map(({ id, area, question }) => ({ messages: [{ role: 'user', content: question }], group: id, tags: [area] }));
}

/** What the split makes of a scenario, in one line: groups and comparisons by split. */
export function composition({ name, seeds, files, gold = [] }: Scenario): string {
	const rows = files.flatMap((file) => file.rows as { group: string; responses?: unknown[] }[]);
	const parts = SPLITS.map((split) => {
		const within = rows.filter(({ group }) => drawSplit({ salt: seeds.splitSalt, group }) === split);
		const compared = within.filter(({ responses }) => responses !== undefined);
		return `${split} ${compared.length} comparisons in ${new Set(compared.map(({ group }) => group)).size} groups`;
	});
	const open = rows.filter(({ responses }) => responses === undefined).length;
	return `${name}: ${parts.join(', ')}${gold.length > 0 ? `; ${gold.length} of them are gold` : ''}${open > 0 ? `; ${open} prompts for round 2` : ''}.`;
}
