import { hmacSha256Hex } from './canonical-json.ts';
import type { JudgingPolicy } from './judging-policy.ts';
import type { SideOrder } from './presentation.ts';

/** What the next task of a person shall be, if there is such a thing for them; else it is counting. */
export type Drawn = 'counting' | 'warm_up' | 'gold' | 'repeat';

const TWO_52 = 2 ** 52;

/** Uniform in [0, 1) from a seed and a name: 52 bits of HMAC. */
const uniform = (seed: string, name: string): number => Number.parseInt(hmacSha256Hex(seed, name).slice(0, 13), 16) / TWO_52;

/**
 * Draws the purpose of a person's next task. Warm-up first; after it each task
 * is drawn alone, from the seed, the person and the number of tasks they had, so
 * that nobody can tell gold by its place and anybody can draw it again.
 * @param of.had tasks the person was leased in this round
 * @param of.gold gold items the person has judged in this project, or holds
 */
export function drawPurpose(of: { seed: string; userId: string; had: number; gold: number; policy: JudgingPolicy }): Drawn {
	if (of.gold < of.policy.warmUp) return 'warm_up';
	const u = uniform(`${of.seed}/mix`, `${of.userId}:${of.had}`);
	if (u < of.policy.goldRate) return 'gold';
	return u < of.policy.goldRate + of.policy.repeatRate ? 'repeat' : 'counting';
}

/** Side order of a task without a place: a seeded coin of comparison and person. */
export function sideOrderApart(of: { seed: string; comparison: string; userId: string }): SideOrder {
	return uniform(`${of.seed}/apart`, `${of.comparison}:${of.userId}`) < 0.5 ? 'ab' : 'ba';
}
