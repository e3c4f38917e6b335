import { hmacSha256Hex } from './canonical-json.ts';

/** Which part of the data a prompt group belongs to, once and for good (semantics 10). */
export const SPLITS = ['train', 'dev', 'test'] as const;
export type Split = (typeof SPLITS)[number];
/** Whether a part measures, and is never trained on. */
export const isHeldOut = (split: Split): split is 'dev' | 'test' => split !== 'train';

/** Shares of the groups; they add up to 1. */
export type SplitShares = { train: number; dev: number; test: number };

export const DEFAULT_SHARES: Readonly<SplitShares> = { train: 0.75, dev: 0.05, test: 0.2 };

/** Why these shares cannot be used, for the project's settings; null when they can. */
export function sharesProblem(shares: SplitShares): string | null {
	const list = SPLITS.map((split) => shares[split]);
	if (!list.every((share) => Number.isFinite(share) && share >= 0)) return 'Every share must be a number of at least 0.';
	const sum = list.reduce((total, share) => total + share, 0);
	return Math.abs(sum - 1) > 1e-9 ? `The shares must add up to 1; they add up to ${sum}.` : null;
}

/** A group's place in [0, 1): the first 52 bits of HMAC-SHA-256(salt, group). Depends on nothing else, so order of import does not matter. */
export function groupPosition(salt: string, group: string): number {
	return Number.parseInt(hmacSha256Hex(salt, group).slice(0, 13), 16) / 2 ** 52;
}

/**
 * The split of a prompt group, to be drawn once and stored: later changes of
 * the shares must not move a group that people or models have already seen.
 * @throws RangeError on shares that `sharesProblem` refuses
 */
export function drawSplit(draw: { salt: string; group: string; shares?: SplitShares }): Split {
	const shares = draw.shares ?? DEFAULT_SHARES;
	const problem = sharesProblem(shares);
	if (problem) throw new RangeError(problem);
	return splitAt(groupPosition(draw.salt, draw.group), shares);
}

/** The split that holds a place in [0, 1): train first, then dev, then test. */
export function splitAt(position: number, shares: SplitShares): Split {
	if (position < shares.train) return 'train';
	// A share of 0 must stay empty even where train + dev comes out a rounding error under 1.
	if (position < shares.train + shares.dev || shares.test === 0) return shares.dev > 0 ? 'dev' : 'train';
	return 'test';
}
