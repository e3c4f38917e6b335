import type { DropReason } from '#lib/domain/prompt-bundle.ts';
import { DROP_REASONS } from '#lib/domain/prompt-bundle.ts';
import * as m from '#lib/paraglide/messages.js';

const NAMES: Record<DropReason, () => string> = {
	tie: m.snapshot_reason_tie,
	both_bad: m.snapshot_reason_both_bad,
	bad: m.snapshot_reason_bad,
	no_majority: m.snapshot_reason_no_majority,
	incomplete: m.snapshot_reason_incomplete,
	conflict: m.snapshot_reason_conflict,
	split: m.snapshot_reason_split,
	void: m.snapshot_reason_void,
	surplus: m.snapshot_reason_surplus,
	filtered: m.snapshot_reason_filtered,
	identical: m.snapshot_reason_identical,
	agreement: m.snapshot_reason_agreement,
	origin: m.snapshot_reason_origin,
	annotator: m.snapshot_reason_annotator,
	criterion: m.snapshot_reason_criterion,
	strength: m.snapshot_reason_strength,
	capped: m.snapshot_reason_capped,
	matched: m.snapshot_reason_matched,
	too_long: m.snapshot_reason_too_long
};
const WHY: Record<DropReason, () => string> = {
	tie: m.snapshot_why_tie,
	both_bad: m.snapshot_why_both_bad,
	bad: m.snapshot_why_bad,
	no_majority: m.snapshot_why_no_majority,
	incomplete: m.snapshot_why_incomplete,
	conflict: m.snapshot_why_conflict,
	split: m.snapshot_why_split,
	void: m.snapshot_why_void,
	surplus: m.snapshot_why_surplus,
	filtered: m.snapshot_why_filtered,
	identical: m.snapshot_why_identical,
	agreement: m.snapshot_why_agreement,
	origin: m.snapshot_why_origin,
	annotator: m.snapshot_why_annotator,
	criterion: m.snapshot_why_criterion,
	strength: m.snapshot_why_strength,
	capped: m.snapshot_why_capped,
	matched: m.snapshot_why_matched,
	too_long: m.snapshot_why_too_long
};

/** A reason in words; one that is not known as it is written. */
export function reasonName(code: string): string {
	const name: (() => string) | undefined = NAMES[code as DropReason];
	return name ? name() : code;
}

/** One reason why judgments gave no row, in words. */
export type Reason = { code: DropReason; name: string; why: string; count: number };

/** The reasons of a report in the manifest's order; those with none are left out. */
export function reasonsOf(dropped: Partial<Record<string, number>>): Reason[] {
	return DROP_REASONS.filter((code) => (dropped[code] ?? 0) > 0).map((code) => ({ code, name: NAMES[code](), why: WHY[code](), count: dropped[code] ?? 0 }));
}
