import type { Actor } from '../auth/actor.ts';
import { newSecret, saltedHash } from '../auth/secrets.ts';
import { record } from '../db/audit.ts';
import type { Tx } from '../db/client.ts';
import * as comparisons from '../db/comparisons.ts';
import * as judgments from '../db/judgments.ts';
import * as progress from '../db/progress.ts';
import * as slots from '../db/slots.ts';
import { settleDispute } from './settle-dispute.ts';
import { fillFromSurplus } from './settle-slots.ts';

/** Why a judgment is void. */
export const VOID_REASONS = ['spam', 'conflict_of_interest', 'erasure', 'mistake', 'other'] as const;
export type VoidReason = (typeof VOID_REASONS)[number];

/**
 * Voids a judgment with all it superseded: its slot opens again, a judgment that
 * had come too late takes it, and the comparison's state follows. The project's
 * people and the actor's row of the round are locked. Null: it is void already.
 */
export async function voidChain(tx: Tx, actor: Actor, judgment: judgments.JudgmentToVoid, of: { reason: VoidReason; note?: string | undefined }): Promise<{ voided: number; reopened: boolean } | null> {
	const comparison = await comparisons.lock(tx, judgment.comparisonId);
	const current = await judgments.get(tx, judgment.id);
	if (!current || current.isVoid) return null;

	const chain = await judgments.chain(tx, judgment.id);
	const note = of.note?.trim() ?? '';
	for (const id of chain) {
		const salt = newSecret();
		await judgments.insertVoid(tx, id, { reason: of.reason, text: note === '' ? null : { salt, hash: saltedHash(salt, note), note }, byUserId: actor.userId });
	}
	const wasComplete = comparison.status === 'complete';
	const place = (await slots.lockAll(tx, comparison.id)).places.find((slot) => slot.judgmentId !== null && chain.includes(slot.judgmentId));
	let change = 0;
	if (place) {
		await slots.release(tx, place.id);
		await comparisons.setFilled(tx, comparison, comparison.filled - 1);
		change = -1 + (await fillFromSurplus(tx, actor, comparison));
	}
	await comparisons.refreshExhaustion(tx, comparison.id);
	await settleDispute(tx, comparison.id);
	await progress.add(tx, judgment.roundId, actor.userId, { counted: change, completed: Number(comparison.status === 'complete') - Number(wasComplete) });
	await record(tx, actor, {
		action: 'judgment.void',
		projectId: judgment.projectId,
		subject: ['judgment', judgment.id],
		details: { comparison: comparison.id, reason: of.reason, chain: chain.length }
	});
	return { voided: chain.length, reopened: change < 0 };
}
