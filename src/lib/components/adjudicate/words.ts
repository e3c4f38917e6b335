import type { DisputeRule } from '#lib/domain/judging-policy.ts';
import type { ShownJudgment } from '#lib/server/usecases/claim-adjudication.ts';
import { count } from '#lib/components/shell/format.ts';
import * as m from '#lib/paraglide/messages.js';

const RULES: Record<DisputeRule, () => string> = { never: m.dispute_never, no_majority: m.dispute_no_majority, opposed: m.dispute_opposed, any_difference: m.dispute_any_difference };

/** When a reviewer must decide, in a sentence. */
export function ruleName(rule: DisputeRule): string {
	return RULES[rule]();
}

/** Who judged, as the reviewer may know them. */
export function judgeName({ judge, number }: Pick<ShownJudgment, 'judge' | 'number'>): string {
	return judge ?? m.adjudicate_judge({ number: count(number) });
}
