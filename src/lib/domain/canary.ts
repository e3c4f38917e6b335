import { sha256Hex } from './canonical-json.ts';

/** Where a draw falls in [0, 100): the same salt and person, the same place. */
export function lotOf(salt: string, who: string): number {
	return (Number.parseInt(sha256Hex(`${salt}\0${who}`).slice(0, 12), 16) / 2 ** 48) * 100;
}

/**
 * Whether the candidate answers this person instead of the champion. It stays so
 * for as long as the candidate is the same; a share that grows takes nobody out,
 * and the next candidate draws anew: it is not always the same people who try.
 */
export function inCanary(of: { candidateId: string; percent: number; user: string }): boolean {
	return lotOf(of.candidateId, of.user) < of.percent;
}
