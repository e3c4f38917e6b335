import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { Actor } from '../auth/actor.ts';
import { secretHash } from '../auth/secrets.ts';
import { record } from '../db/audit.ts';
import type { Db } from '../db/client.ts';
import * as comparisons from '../db/comparisons.ts';
import * as drafts from '../db/drafts.ts';
import * as judgments from '../db/judgments.ts';
import * as progress from '../db/progress.ts';
import * as slots from '../db/slots.ts';
import * as tasks from '../db/tasks.ts';
import { takeUp } from '../db/work.ts';
import { allowFound } from './access.ts';
import { fillFromSurplus } from './settle-slots.ts';
import { inTransaction } from './transaction.ts';

/** Why a person passes a pair on. */
export const SKIP_REASONS = ['conflict_of_interest', 'not_my_field', 'too_long', 'technical', 'other'] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

/** Passes a pair on: its place is free again, and this person is not asked again (semantics 6). Twice is once. */
export async function skipTask(app: { db: Db }, actor: Actor, input: { taskId: string; leaseToken: string; reason: SkipReason }): Promise<Result<{ skipped: true }>> {
	return inTransaction(app.db, async (tx) => {
		const own = await takeUp(tx, input.taskId, actor.userId);
		if (!own) return fail('not_found', 'There is no such task of yours.');
		const { task, comparison, places, standing } = own;
		const access = allowFound(actor, own.access, 'task.judge');
		if (!access.ok) return access;
		if (task.leaseTokenHash !== secretHash(input.leaseToken)) return fail('lease_lost', 'This lease token is not the task’s.');
		if (task.state === 'skipped') return ok({ skipped: true });
		if (task.state === 'done' || task.state === 'closed') return fail('already_decided', 'You have judged this pair already; undo it instead.');
		// Judged through another task of theirs: a window that was left open must not bar them from their own judgment.
		if (standing) return fail('already_decided', 'You have judged this pair already; undo it instead.');
		if (task.purpose === 'adjudication') return fail('not_found', 'There is no such task of yours.');
		const place = places.find((slot) => slot.annotatorId === actor.userId && slot.judgmentId === null);
		if (place) {
			if (place.taskId && place.taskId !== task.id) await tasks.finish(tx, place.taskId, 'closed');
			await slots.release(tx, place.id);
		}
		await tasks.finish(tx, task.id, 'skipped');
		if (own.drafted) await drafts.eraseWith(tx, task.id);
		// A repeat is passed over, no more: the person has judged the pair, and that stands. Their tally must not tell it.
		const isFirst = task.purpose === 'repeat' || (await judgments.insertSkip(tx, task, input.reason));
		await progress.add(tx, task.roundId, actor.userId, { skipped: Number(isFirst) });
		const statusBefore = comparison.status;
		const filled = await fillFromSurplus(tx, actor, comparison);
		if (filled > 0) await progress.add(tx, task.roundId, actor.userId, { counted: filled, completed: comparison.status === 'complete' && statusBefore !== 'complete' ? 1 : 0 });
		await comparisons.refreshExhaustion(tx, task.comparisonId);
		await record(tx, actor, { action: 'task.skip', projectId: task.projectId, subject: ['task', task.id], details: { comparison: task.comparisonId, reason: input.reason } });
		return ok({ skipped: true });
	});
}
