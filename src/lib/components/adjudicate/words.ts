import type { DisputeRule } from '#lib/domain/judging-policy.ts';
import * as m from '#lib/paraglide/messages.js';

const RULES: Record<DisputeRule, () => string> = { never: m.dispute_never, no_majority: m.dispute_no_majority, opposed: m.dispute_opposed, any_difference: m.dispute_any_difference };

/** When a reviewer must decide, in a sentence. */
export function ruleName(rule: DisputeRule): string {
	return RULES[rule]();
}
