import { diffArrays } from 'diff';
import type { Run } from './runs.ts';

/** Two answers laid against each other: for each text of each side its runs. */
export type Difference = { unit: 'word' | 'sentence'; left: Run[][]; right: Run[][] };

/** How long words, and then sentences, may be searched for the shortest difference. */
export const PATIENCE_MS = { word: 2_000, sentence: 1_000 } as const;

/** Letters and marks shared between two words that are not shared: so few say nothing, and marking around them only makes confetti. */
const SHORT = 3;

const WORD = /[\p{L}\p{N}]/u;
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;
const segmenters = new Map<string, Intl.Segmenter>();

/** A text cut into words, spaces and marks (or sentences); joined they are the text. Chinese, Japanese and Thai are cut by the browser's dictionary. */
export function tokens(text: string, unit: 'word' | 'sentence' = 'word'): string[] {
	const segmenter = segmenters.get(unit) ?? new Intl.Segmenter('en', { granularity: unit });
	segmenters.set(unit, segmenter);
	return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

type Side = { tokens: string[]; only: boolean[] };

const isSpace = (token: string): boolean => token.trim() === '';

function side(texts: readonly string[], unit: 'word' | 'sentence'): Side[] {
	return texts.map((text) => {
		const cut = tokens(text, unit);
		return { tokens: cut, only: cut.map(() => false) };
	});
}

/** Words that count for the comparison, each with its place: how an answer is spaced is no difference. */
function places(sides: readonly Side[]): { text: string; of: Side; at: number }[] {
	return sides.flatMap((of) => of.tokens.flatMap((text, at) => (isSpace(text) ? [] : [{ text: text.trim(), of, at }])));
}

/** A mark runs on over spaces and short shared words between two marked words. */
function smooth({ tokens: cut, only }: Side): void {
	let last = -1;
	for (let at = 0; at < cut.length; at += 1) {
		if (!only[at]) continue;
		if (last >= 0 && last < at - 1) {
			const between = cut.slice(last + 1, at);
			const words = between.filter((token) => WORD.test(token));
			const little = words.length <= 1 && between.join('').trim().length <= (UNSPACED.test(words[0] ?? '') ? 1 : SHORT);
			// A mark ends with its line: each line is a paragraph of its own.
			if (little && !between.some((token) => token.includes('\n'))) only.fill(true, last + 1, at);
		}
		last = at;
	}
}

function runs({ tokens: cut, only }: Side): Run[] {
	const result: Run[] = [];
	cut.forEach((text, at) => {
		const last = result.at(-1);
		const marked = only[at] ?? false;
		if (last?.only === marked) last.text += text;
		else result.push({ text, only: marked });
	});
	return result;
}

function compare(left: readonly string[], right: readonly string[], unit: 'word' | 'sentence', timeout: number): Difference | null {
	const sides = { left: side(left, unit), right: side(right, unit) };
	const [ours, theirs] = [places(sides.left), places(sides.right)];
	const changes = diffArrays(
		ours.map(({ text }) => text),
		theirs.map(({ text }) => text),
		{ timeout }
	);
	// The library gives up after its time.
	if (!changes) return null;
	let l = 0;
	let r = 0;
	for (const { count, added, removed } of changes) {
		for (let n = 0; n < count; n += 1) {
			const [one, other] = [ours[l], theirs[r]];
			if (!added) l += 1;
			if (!removed) r += 1;
			if (removed && one) one.of.only[one.at] = true;
			if (added && other) other.of.only[other.at] = true;
		}
	}
	for (const one of [...sides.left, ...sides.right]) smooth(one);
	return { unit, left: sides.left.map(runs), right: sides.right.map(runs) };
}

/**
 * What each of two answers has alone, word by word; where that takes too long (long answers with little in common),
 * sentence by sentence; null: too long for that as well.
 */
export function differenceOf(left: readonly string[], right: readonly string[], patience: Record<'word' | 'sentence', number> = PATIENCE_MS): Difference | null {
	return compare(left, right, 'word', patience.word) ?? compare(left, right, 'sentence', patience.sentence);
}
