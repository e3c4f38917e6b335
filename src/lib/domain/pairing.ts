import { contentHash, hmacSha256Hex, sha256Hex } from './canonical-json.ts';
import { createRng } from './rng.ts';

/** Anything that names its content by hash. */
export type Hashed = { hash: string };

/** Two responses in canonical order, or the finding that they are the same. */
export type CanonicalPair<T> = { kind: 'ordered'; a: T; b: T } | { kind: 'identical' };

/**
 * Canonical order of two responses: by SHA-256(seed ‖ response hash), hex text
 * after seed text (semantics 1). It knows nothing of model, source or of which
 * one an import called chosen, so `a` cannot come to mean "the better one".
 * Equal hashes cannot be ordered and need no judging: `identical`.
 */
export function canonicalOrder<T extends Hashed>(seed: string, first: T, second: T): CanonicalPair<T> {
	if (first.hash === second.hash) return { kind: 'identical' };
	return sha256Hex(seed + first.hash) < sha256Hex(seed + second.hash) ? { kind: 'ordered', a: first, b: second } : { kind: 'ordered', a: second, b: first };
}

/** Names a comparison by its content: prompt and responses in canonical order (one response in single mode). */
export function comparisonHash(prompt: string, a: string, b: string | null): string {
	return contentHash({ prompt, a, b });
}

/** Stored random place of a comparison in the queue: 52 bits of HMAC(seed, comparison), an exact double. */
export function queueKey(seed: string, comparison: string): number {
	return Number.parseInt(hmacSha256Hex(`${seed}/queue`, comparison).slice(0, 13), 16);
}

export const PAIR_POLICIES = ['every_pair', 'champion_challenger', 'spread', 'random_pairs', 'adaptive', 'each_answer', 'as_imported'] as const;
export type PairPolicy = (typeof PAIR_POLICIES)[number];

/**
 * A pair that a policy chose. `propensity` is the probability, in (0, 1], that
 * this policy chose this pair; estimates over chosen pairs weight by its inverse.
 */
export type ChosenPair<T> = { first: T; second: T; policy: PairPolicy; propensity: number };

/** Every pair of distinct responses once. Equal responses count as one: the first stands for them. */
export function everyPair<T extends Hashed>(responses: readonly T[]): ChosenPair<T>[] {
	const distinct = [...new Map([...responses].reverse().map((response) => [response.hash, response])).values()].reverse();
	return distinct.flatMap((first, index) => distinct.slice(index + 1).map((second): ChosenPair<T> => ({ first, second, policy: 'every_pair', propensity: 1 })));
}

/** The champion (the parent's answer) against each distinct challenger; challengers equal to it are left out. */
export function championChallenger<T extends Hashed>(champion: T, challengers: readonly T[]): ChosenPair<T>[] {
	const seen = new Set([champion.hash]);
	const pairs: ChosenPair<T>[] = [];
	for (const challenger of challengers) {
		if (seen.has(challenger.hash)) continue;
		seen.add(challenger.hash);
		pairs.push({ first: champion, second: challenger, policy: 'champion_challenger', propensity: 1 });
	}
	return pairs;
}

/** An answer that a policy chose to be judged alone, with the probability of that. */
export type ChosenAnswer<T> = { answer: T; policy: PairPolicy; propensity: number };

/** Single mode: every distinct answer once. */
export function eachAnswer<T extends Hashed>(answers: readonly T[]): ChosenAnswer<T>[] {
	const distinct = answers.filter(({ hash }, index) => answers.findIndex((other) => other.hash === hash) === index);
	return distinct.map((answer) => ({ answer, policy: 'each_answer', propensity: 1 }));
}

/** A seeded sample without replacement of at most `count` of all pairs; each has propensity count / all. */
export function randomPairs<T extends Hashed>(seed: string, responses: readonly T[], count: number): ChosenPair<T>[] {
	const all = everyPair(responses);
	const taken = createRng(seed).shuffle(all).slice(0, Math.max(0, count));
	return taken.map((pair) => ({ ...pair, policy: 'random_pairs', propensity: taken.length / all.length }));
}
