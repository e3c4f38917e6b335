import { hmacSha256Hex } from './canonical-json.ts';
import type { ShownVerdict, Verdict } from './verdict.ts';

/** Which response is on the left: `ab` shows a on the left. */
export const SIDE_ORDERS = ['ab', 'ba'] as const;
export type SideOrder = (typeof SIDE_ORDERS)[number];

/**
 * Side order of a slot: the parity of its position, turned by a seeded coin of
 * the comparison. Within a comparison the two orders differ by at most one, so
 * that a person's liking for the left side cancels out; the coin keeps the
 * extra one of an odd overlap from always being `ab`.
 */
export function sideOrder(slot: { seed: string; comparison: string; position: number }): SideOrder {
	// The last hex digit's parity is one fair bit; HMAC keeps seed and comparison apart.
	const coin = Number.parseInt(hmacSha256Hex(slot.seed, slot.comparison).slice(-1), 16) % 2;
	return (coin + slot.position) % 2 === 0 ? 'ab' : 'ba';
}

/** The other order: how a repeat is shown (semantics 2). */
export function opposite(order: SideOrder): SideOrder {
	return order === 'ab' ? 'ba' : 'ab';
}

/** A verdict as shown → as stored. What names no side passes through. */
export function toCanonical(order: SideOrder, verdict: ShownVerdict): Verdict {
	if (verdict === 'left') return order === 'ab' ? 'a' : 'b';
	if (verdict === 'right') return order === 'ab' ? 'b' : 'a';
	return verdict;
}

/** A verdict as stored → as it was shown in this order. */
export function toShown(order: SideOrder, verdict: Verdict): ShownVerdict {
	if (verdict === 'a') return order === 'ab' ? 'left' : 'right';
	if (verdict === 'b') return order === 'ab' ? 'right' : 'left';
	return verdict;
}
