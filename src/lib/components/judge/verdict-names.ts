import * as m from '#lib/paraglide/messages.js';
import type { SkipReason, Verdict } from './outbox.ts';

const VERDICT_NAMES: Record<Verdict, () => string> = {
	left: m.verdict_left,
	right: m.verdict_right,
	tie: m.verdict_tie,
	both_bad: m.verdict_both_bad,
	good: m.verdict_good,
	bad: m.verdict_bad,
	cannot_judge: m.verdict_cannot_judge
};

/** A verdict in the reader's language. */
export function verdictName(verdict: Verdict): string {
	return VERDICT_NAMES[verdict]();
}

/** Why a pair is passed on, in the order people need it. */
export const SKIP_REASONS: readonly { reason: SkipReason; name: () => string }[] = [
	{ reason: 'conflict_of_interest', name: m.skip_conflict_of_interest },
	{ reason: 'not_my_field', name: m.skip_not_my_field },
	{ reason: 'too_long', name: m.skip_too_long },
	{ reason: 'technical', name: m.skip_technical },
	{ reason: 'other', name: m.skip_other }
];
