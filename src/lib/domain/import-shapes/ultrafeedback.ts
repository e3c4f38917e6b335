import { along, isFields, isText, rest, unread } from './shape.ts';
import type { Fields, ImportShape } from './shape.ts';

type Scored = { text: unknown; score: number | null };

const number = (value: unknown): number | null => {
	const read = typeof value === 'number' ? value : typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
	return Number.isFinite(read) ? read : null;
};

/** Answers with their scores: objects with their own (`overall_score`, else the fine-grained one), or two lists beside each other. */
function scored(record: Fields): Scored[] | null {
	if (Array.isArray(record['completions']) && record['completions'].every(isFields)) {
		return record['completions'].map((one) => ({ text: one['response'] ?? one['content'] ?? one['text'], score: number(one['overall_score']) ?? number(one['fine-grained_score']) ?? number(one['score']) ?? number(one['rating']) }));
	}
	const answers = record['generations'] ?? record['responses'];
	const scores = record['ratings'] ?? record['rating'] ?? record['scores'];
	if (!Array.isArray(answers) || !Array.isArray(scores)) return null;
	return answers.map((text: unknown, i) => ({ text, score: number(scores[i]) }));
}

/** What is read, and what distilabel makes of the same answers and scores beside them. */
const READ = ['completions', 'generations', 'responses', 'ratings', 'rating', 'scores', 'chosen', 'rejected'];

/**
 * Sets of scored completions, as UltraFeedback
 * (huggingface.co/datasets/openbmb/UltraFeedback: `instruction`, `completions[].overall_score`)
 * and distilabel (`generations`, `ratings`) publish them. The rule, said in the preview:
 * every two answers whose scores differ are a preference for the higher one,
 * equal scores are a tie; an answer without a score is compared, unlabelled.
 */
export const ultrafeedback: ImportShape = {
	name: 'ultrafeedback',
	fits: (record) => scored(record) !== null && ['instruction', 'prompt', 'input', 'question'].some((name) => isText(record[name])),
	read: (record) => {
		const answers = scored(record);
		if (!answers) return unread('completions', 'must be a list of answers with scores');
		const name = ['instruction', 'prompt', 'input', 'question'].find((one) => isText(record[one])) ?? 'instruction';
		const seen = new Set<unknown>();
		// Two models that gave the same text gave one answer; the first score stands.
		const distinct = answers.filter(({ text }) => !seen.has(text) && seen.add(text));
		const judgments = distinct.flatMap((one, i) =>
			distinct.slice(i + 1).flatMap((other, j) => {
				const between = [i, i + 1 + j];
				if (one.score === null || other.score === null) return [];
				return [{ between, judge: 'score', ...(one.score === other.score ? { verdict: 'tie' } : { preferred: one.score > other.score ? between[0] : between[1] }) }];
			})
		);
		const field = Array.isArray(record['completions']) ? 'completions' : Array.isArray(record['generations']) ? 'generations' : 'responses';
		return { ok: true, fields: { ...along(record), prompt: record[name], responses: distinct.map(({ text }) => text), judgments }, names: { prompt: name, responses: field }, unread: rest(record, READ.concat(name)) };
	}
};
