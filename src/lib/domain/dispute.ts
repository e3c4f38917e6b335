import { countVotes, strictMajority } from './aggregate.ts';
import type { DisputeRule } from './judging-policy.ts';
import type { Verdict } from './verdict.ts';

/** So long a comparison that was sent back lies with its judges; if they leave it as it was, a reviewer decides after all. */
export const SENT_BACK_DAYS = 7;

/**
 * Whether the counting judgments of a complete comparison disagree so far that a
 * reviewer must decide. Each rule holds the ones before it: `no_majority`, then
 * `opposed` (somebody took a and somebody b; good and bad), then `any_difference`.
 */
export function isDisputed(rule: DisputeRule, verdicts: readonly Verdict[]): boolean {
	const votes = countVotes(verdicts);
	const different = Object.keys(votes).length > 1;
	if (rule === 'never' || !different) return false;
	if (rule === 'any_difference' || strictMajority(votes) === null) return true;
	const opposed = ('a' in votes && 'b' in votes) || ('good' in votes && 'bad' in votes);
	return rule === 'opposed' && opposed;
}
