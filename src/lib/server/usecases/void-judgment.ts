import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { Actor } from '../auth/actor.ts';
import { newSecret, saltedHash } from '../auth/secrets.ts';
import { record } from '../db/audit.ts';
import type { Db } from '../db/client.ts';
import * as comparisons from '../db/comparisons.ts';
import * as judgments from '../db/judgments.ts';
import * as people from '../db/people.ts';
import * as progress from '../db/progress.ts';
import * as slots from '../db/slots.ts';
import { allow } from './access.ts';
import { fillFromSurplus } from './settle-slots.ts';
import { inTransaction } from './transaction.ts';

/** Why a judgment is void. */
export const VOID_REASONS = ['spam', 'conflict_of_interest', 'erasure', 'mistake', 'other'] as const;
export type VoidReason = (typeof VOID_REASONS)[number];

/**
 * Declares a judgment void, with all it superseded: nothing is deleted, its slot
 * opens again, and every snapshot that cites it shows as stale (semantics 7).
 */
export async function voidJudgment(app: { db: Db }, actor: Actor, input: { judgmentId: string; reason: VoidReason; note?: string | undefined }): Promise<Result<{ voided: number; reopened: boolean }>> {
	return inTransaction(app.db, async (tx) => {
		const judgment = await judgments.get(tx, input.judgmentId);
		if (!judgment) return fail('not_found', 'There is no such judgment.');
		const access = await allow(tx, actor, { id: judgment.projectId }, 'judgment.void');
		if (!access.ok) return access;
		await people.hold(tx, judgment.projectId);
		await progress.lock(tx, judgment.roundId, actor.userId);
		const comparison = await comparisons.lock(tx, judgment.comparisonId);
		const current = await judgments.get(tx, input.judgmentId);
		if (current?.isVoid) return fail('conflict', 'This judgment is void already.');

		const chain = await judgments.chain(tx, input.judgmentId);
		const note = input.note?.trim() ?? '';
		for (const id of chain) {
			const salt = newSecret();
			await judgments.insertVoid(tx, id, { reason: input.reason, text: note === '' ? null : { salt, hash: saltedHash(salt, note), note }, byUserId: actor.userId });
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
		await progress.add(tx, judgment.roundId, actor.userId, { counted: change, completed: Number(comparison.status === 'complete') - Number(wasComplete) });
		await record(tx, actor, {
			action: 'judgment.void',
			projectId: judgment.projectId,
			subject: ['judgment', input.judgmentId],
			details: { comparison: comparison.id, reason: input.reason, chain: chain.length }
		});
		return ok({ voided: chain.length, reopened: change < 0 });
	});
}
