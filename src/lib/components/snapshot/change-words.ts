import type { SnapshotChange } from '#lib/domain/snapshot-change.ts';
import type { Side } from '#lib/server/db/snapshot-diffs.ts';
import * as m from '#lib/paraglide/messages.js';
import { reasonName } from './reasons.ts';

/** What changed, and what that means. */
export const CHANGES: Record<SnapshotChange, { name: () => string; help: () => string }> = {
	flipped: { name: m.diff_flipped, help: m.diff_flipped_help },
	gained: { name: m.diff_gained, help: m.diff_gained_help },
	lost: { name: m.diff_lost, help: m.diff_lost_help },
	verdict: { name: m.diff_verdict, help: m.diff_verdict_help },
	split: { name: m.diff_split, help: m.diff_split_help },
	text: { name: m.diff_text, help: m.diff_text_help },
	reason: { name: m.diff_reason, help: m.diff_reason_help },
	added: { name: m.diff_added, help: m.diff_added_help },
	removed: { name: m.diff_removed, help: m.diff_removed_help },
	judgment_added: { name: m.diff_judgment_added, help: m.diff_judgment_added_help },
	judgment_removed: { name: m.diff_judgment_removed, help: m.diff_judgment_removed_help },
	judgment_gained: { name: m.diff_judgment_gained, help: m.diff_judgment_gained_help },
	judgment_lost: { name: m.diff_judgment_lost, help: m.diff_judgment_lost_help },
	judgment_reason: { name: m.diff_judgment_reason, help: m.diff_judgment_reason_help }
};

const SPLITS: Readonly<Record<string, () => string>> = { train: m.snapshot_split_train, dev: m.snapshot_split_dev, test: m.snapshot_split_test };
/** Sides as they are stored: the pair's record shows which answer that is. */
const VERDICTS: Readonly<Record<string, () => string>> = { a: m.diff_side_a, b: m.diff_side_b, tie: m.snapshot_reason_tie, both_bad: m.snapshot_reason_both_bad, good: m.diff_side_good, bad: m.diff_side_bad };

/** What a comparison or judgment was to a snapshot, part by part: its verdict, what became of it, its split. */
export function sideWords(side: Side): string[] {
	if (!side) return [m.diff_absent()];
	const fate = side.outcome === 'row' ? m.diff_row() : side.outcome === 'used' ? m.snapshot_used() : reasonName(side.outcome);
	return [...(side.verdict === null ? [] : [VERDICTS[side.verdict]?.() ?? side.verdict]), fate, ...(side.split === null ? [] : [SPLITS[side.split]?.() ?? side.split])];
}
