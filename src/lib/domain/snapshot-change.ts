/** What two snapshots of a project can differ in, comparison by comparison and judgment by judgment. A comparison may stand under several. */
export const COMPARISON_CHANGES = ['flipped', 'gained', 'lost', 'verdict', 'split', 'text', 'reason', 'added', 'removed'] as const;
export const JUDGMENT_CHANGES = ['judgment_added', 'judgment_removed', 'judgment_gained', 'judgment_lost', 'judgment_reason'] as const;
export const SNAPSHOT_CHANGES = [...COMPARISON_CHANGES, ...JUDGMENT_CHANGES] as const;

export type ComparisonChange = (typeof COMPARISON_CHANGES)[number];
export type JudgmentChange = (typeof JUDGMENT_CHANGES)[number];
/**
 * flipped: chosen and rejected changed places · gained, lost: a train row that
 * there was not, or is no more · verdict: another verdict that is no flip ·
 * split · text: what the engine reads of prompt or answers · reason: no row
 * either way, for another reason · added, removed: looked at in one snapshot
 * only · judgment_*: the same of single judgments (gained: it is used now).
 */
export type SnapshotChange = (typeof SNAPSHOT_CHANGES)[number];

/** Whether a change is one of judgments. */
export function isJudgmentChange(change: SnapshotChange): change is JudgmentChange {
	return (JUDGMENT_CHANGES as readonly string[]).includes(change);
}
