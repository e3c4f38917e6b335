import { lotOf } from './canary.ts';
import { wordsOf } from './spread-pairs.ts';

/** A question that was asked in use, what somebody said of its answer, and how sure the model was of it (0 to 1; null: not told). */
export type AskedQuestion = { id: string; thumb: 'up' | 'down' | null; confidence: number | null };

/** Which questions become prompts: answers that were disliked, a share by lot, so many that are least like what the project has, and so many of whose answers the model was least sure. */
export type DrawRules = { thumbsDown: boolean; randomPercent: number; novel: number; unsure: number };

export type DrawReason = 'thumbs_down' | 'random' | 'novel' | 'unsure';
/** `propensity`: the chance with which the lot drew it; null: no lot did. */
export type DrawnQuestion = { id: string; why: DrawReason[]; propensity: number | null };

/** A question is of a new topic only from this distance to the nearest known one on. */
export const NOVEL_FROM = 0.5;

/**
 * Measures how far one of these texts is from the nearest known one: 1 − the greatest
 * cosine of their words, each word weighing the more the fewer texts hold it (TF-IDF,
 * words counted once). 1 where nothing is known, or nothing is shared. Text by text:
 * over many known ones the caller lets others have their turn between them.
 */
export function noveltyMeasure(texts: readonly string[], known: readonly string[]): (text: string) => number {
	const [own, others] = [texts.map(wordsOf), known.map(wordsOf)];
	const holding = new Map<string, number>();
	for (const words of [...own, ...others]) for (const word of words) holding.set(word, (holding.get(word) ?? 0) + 1);
	const all = own.length + others.length;
	const weight = (word: string): number => Math.log((all + 1) / ((holding.get(word) ?? 0) + 1)) + 1;
	const lengthOf = (words: ReadonlySet<string>): number => Math.sqrt([...words].reduce((sum, word) => sum + weight(word) ** 2, 0));
	const lengths = others.map(lengthOf);
	const places = new Map<string, number[]>();
	for (const [at, words] of others.entries()) {
		for (const word of words) {
			const there = places.get(word);
			if (there) there.push(at);
			else places.set(word, [at]);
		}
	}
	const shared = new Float64Array(others.length);
	return (text) => {
		const words = wordsOf(text);
		shared.fill(0);
		for (const word of words) {
			const square = weight(word) ** 2;
			for (const at of places.get(word) ?? []) shared[at] = (shared[at] ?? 0) + square;
		}
		const length = lengthOf(words);
		const nearest = shared.reduce((most, product, at) => (product === 0 ? most : Math.max(most, product / (length * (lengths[at] ?? 1)))), 0);
		return Math.max(0, 1 - nearest);
	};
}

/** The ids of so many with the least of something. */
function least(of: readonly { id: string; value: number }[], most: number): Set<string> {
	return new Set(of.toSorted((a, b) => a.value - b.value || (a.id < b.id ? -1 : 1)).slice(0, most).map(({ id }) => id));
}

/** One request for each question that the project does not have yet, the one whose answer the model was least sure of: what is drawn for that is drawn once. `texts`: the words of each question. */
export function onceEach(questions: readonly AskedQuestion[], texts: readonly string[], known: readonly string[]): AskedQuestion[] {
	const had = new Set(known);
	const chosen = new Map<string, AskedQuestion>();
	for (const [at, question] of questions.entries()) {
		const text = texts[at] ?? '';
		const other = chosen.get(text);
		if (!had.has(text) && (!other || (question.confidence ?? 1) < (other.confidence ?? 1))) chosen.set(text, question);
	}
	return [...chosen.values()];
}

/** Draws questions by the rules. `fresh`: those that may be drawn because the model was unsure. `novelty`: of each question, as measured. The lot of a question is the same every time: drawing again adds what came since, and nothing twice. */
export function drawQuestions(questions: readonly AskedQuestion[], rules: DrawRules, of: { seed: string; novelty: readonly number[]; fresh: readonly AskedQuestion[] }): DrawnQuestion[] {
	const newest = least(questions.map(({ id }, at) => ({ id, value: -(of.novelty[at] ?? 0) })).filter(({ value }) => -value >= NOVEL_FROM), rules.novel);
	const unsure = least(of.fresh.flatMap(({ id, confidence }) => (confidence === null ? [] : [{ id, value: confidence }])), rules.unsure);
	return questions.flatMap(({ id, thumb }) => {
		const byLot = lotOf(`traffic ${of.seed}`, id) < rules.randomPercent;
		const why: DrawReason[] = [...(rules.thumbsDown && thumb === 'down' ? (['thumbs_down'] as const) : []), ...(byLot ? (['random'] as const) : []), ...(newest.has(id) ? (['novel'] as const) : []), ...(unsure.has(id) ? (['unsure'] as const) : [])];
		return why.length === 0 ? [] : [{ id, why, propensity: byLot ? rules.randomPercent / 100 : null }];
	});
}
