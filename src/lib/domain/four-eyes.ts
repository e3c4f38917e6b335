/** Why somebody may not sign a decision. */
export type NoSignature = 'own_run' | 'signed_before';

/**
 * Whether a person may sign a decision: not on a run that they started, where
 * the project asks for four eyes, and not twice. `startedBy` null: the base
 * model, which nobody trained here.
 */
export function maySign(of: { userId: string; startedBy: string | null; fourEyes: boolean; signedBy: readonly string[] }): NoSignature | null {
	if (of.signedBy.includes(of.userId)) return 'signed_before';
	return of.fourEyes && of.startedBy === of.userId ? 'own_run' : null;
}
