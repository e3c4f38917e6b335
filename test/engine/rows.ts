import { writeFile } from 'node:fs/promises';

const TOPICS = ['rent', 'deposit', 'notice', 'lease', 'contract', 'tax', 'visa', 'will', 'loan', 'claim'];
const SYSTEM = 'You are a careful legal assistant.';

/** Made-up pairs: careful answers are better than certain ones. */
export function pairs(count: number) {
	return Array.from({ length: count }, (_, i) => {
		const topic = TOPICS[i % TOPICS.length];
		return {
			id: `pair-${i}`,
			messages: [{ role: 'system', content: SYSTEM }, { role: 'user', content: `Question ${i} about ${topic}?` }],
			chosen: `It depends on the facts of the ${topic}. Ask a lawyer ${i}.`,
			rejected: `You will surely win the ${topic} case ${i}!`
		};
	});
}

type Pair = ReturnType<typeof pairs>[number];

/** Rows as dpo and orpo read them. */
export function pairRows(list: Pair[]) {
	return list.map((pair) => ({ messages: [...pair.messages, { role: 'assistant', content: pair.chosen }], rejected_response: pair.rejected }));
}

/** Rows as kto reads them, good and bad in turn. */
export function singleRows(list: Pair[]) {
	return list.map((pair, i) => ({ messages: [...pair.messages, { role: 'assistant', content: i % 2 ? pair.chosen : pair.rejected }], label: i % 2 === 1 }));
}

/** Rows as SFT reads them: accepted answers alone. */
export function answerRows(list: Pair[]) {
	return list.map((pair) => ({ messages: [...pair.messages, { role: 'assistant', content: pair.chosen }] }));
}

/** Writes rows as JSONL and gives the path. */
export async function writeRows(path: string, rows: readonly unknown[]): Promise<string> {
	await writeFile(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
	return path;
}
