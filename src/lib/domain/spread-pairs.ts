import type { ChosenPair, Hashed } from './pairing.ts';
import { everyPair } from './pairing.ts';
import { createRng } from './rng.ts';

/** The words of a text, for telling texts apart: runs of letters or digits, and each Han, kana or Hangul character by itself. */
export function wordsOf(text: string): Set<string> {
	return new Set(text.normalize('NFKC').toLowerCase().match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]|[\p{L}\p{N}]+/gu) ?? []);
}

/** Share of words that only one of two texts has (Jaccard distance): 0 alike, 1 nothing in common. */
export function wordDistance(first: ReadonlySet<string>, second: ReadonlySet<string>): number {
	const common = [...first].filter((word) => second.has(word)).length;
	const all = first.size + second.size - common;
	return all === 0 ? 0 : 1 - common / all;
}

/** Even near-twins may be drawn: a pair that never could be has no propensity, and nothing could be said of its like. */
const FLOOR = 0.05;

/**
 * Chances of being drawn, proportional to the weights and summing to `count`;
 * none above 1: what a certain pair has too much goes to the others.
 */
export function inclusionChances(weights: readonly number[], count: number): number[] {
	if (count >= weights.length) return weights.map(() => 1);
	const certain = new Set<number>();
	for (;;) {
		const rest = weights.reduce((sum, weight, index) => (certain.has(index) ? sum : sum + weight), 0);
		const scale = (count - certain.size) / rest;
		const over = weights.flatMap((weight, index) => (!certain.has(index) && weight * scale >= 1 ? [index] : []));
		if (over.length === 0) return weights.map((weight, index) => (certain.has(index) ? 1 : weight * scale));
		for (const index of over) certain.add(index);
	}
}

/**
 * Best-of-n spread: `count` of all pairs of distinct answers, those that differ
 * most the likeliest (word distance, at least a floor): judging them tells most.
 */
export function spreadPairs<T extends Hashed & { text: string }>(seed: string, responses: readonly T[], count: number): ChosenPair<T>[] {
	const all = everyPair(responses);
	const words = new Map(responses.map((response) => [response.hash, wordsOf(response.text)]));
	const none: ReadonlySet<string> = new Set();
	const weights = all.map(({ first, second }) => Math.max(FLOOR, wordDistance(words.get(first.hash) ?? none, words.get(second.hash) ?? none)));
	return drawByWeight(seed, all, weights, count).map((pair) => ({ ...pair, policy: 'spread' }));
}

/**
 * Draws `count` pairs, the likelier the greater their weight. Systematic sampling
 * with unequal chances (Madow 1949), so that each pair's propensity is exactly
 * its chance of being drawn.
 */
export function drawByWeight<T>(seed: string, pairs: readonly ChosenPair<T>[], weights: readonly number[], count: number): ChosenPair<T>[] {
	const chances = inclusionChances(weights, count);
	const start = createRng(seed).next();
	// A pair is drawn when its stretch of the running sum holds one of start, start + 1, start + 2 …
	let before = 0;
	return pairs.flatMap((pair, index) => {
		const chance = Math.min(1, chances[index] ?? 0);
		const [from, to] = [before, before + chance];
		before = to;
		const drawn = chance >= 1 || Math.ceil(to - start) > Math.ceil(from - start);
		return drawn ? [{ ...pair, propensity: chance }] : [];
	});
}
