import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { Actor } from '../auth/actor.ts';
import type { Db } from '../db/client.ts';
import * as judgments from '../db/judgments.ts';
import * as people from '../db/people.ts';
import * as progress from '../db/progress.ts';
import * as walls from '../db/walls.ts';
import { allow } from './access.ts';
import { inTransaction } from './transaction.ts';
import { voidChain } from './void-chain.ts';
import type { VoidReason } from './void-chain.ts';

/**
 * Declares a judgment void, with all it superseded: nothing is deleted, its slot
 * opens again, and every snapshot that cites it shows as stale (semantics 7).
 */
export async function voidJudgment(app: { db: Db }, actor: Actor, input: { judgmentId: string; reason: VoidReason; note?: string | undefined }): Promise<Result<{ voided: number; reopened: boolean }>> {
	return inTransaction(app.db, async (tx) => {
		const judgment = await judgments.get(tx, input.judgmentId);
		if (!judgment || !(await walls.seesComparison(tx, actor.userId, judgment.comparisonId))) return fail('not_found', 'There is no such judgment.');
		const access = await allow(tx, actor, { id: judgment.projectId }, 'judgment.void');
		if (!access.ok) return access;
		await people.hold(tx, judgment.projectId);
		await progress.lock(tx, judgment.roundId, actor.userId);
		const voided = await voidChain(tx, actor, judgment, input);
		return voided ? ok(voided) : fail('conflict', 'This judgment is void already.');
	});
}
