import { createHash } from 'node:crypto';

/**
 * Numbers in [0, 1) that depend on the seed and on what they are drawn for, not
 * on when: whichever of the concurrent annotators comes first, each judges the
 * same pair the same way.
 */
export function chance(seed: string, ...about: readonly string[]): number {
	const digest = createHash('sha256').update(JSON.stringify([seed, ...about])).digest();
	return digest.readUIntBE(0, 6) / 2 ** 48;
}
