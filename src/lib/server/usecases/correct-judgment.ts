import { fail, ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { Actor } from '../auth/actor.ts';
import { newSecret, saltedHash } from '../auth/secrets.ts';
import { record } from '../db/audit.ts';
import type { Db } from '../db/client.ts';
import * as corrections from '../db/corrections.ts';
import { allow } from './access.ts';
import { takeJudgment } from './submit-judgment.ts';
import type { Submission } from './submit-judgment.ts';
import { inTransaction } from './transaction.ts';

/** What takes the place of a judgment: everything it holds, on the sides it was shown on. */
export type Correction = Omit<Submission, 'taskId' | 'leaseToken' | 'supersedes' | 'correction'> & { judgmentId: string; /** Why; required once the round was frozen into a snapshot. */ reason?: string | undefined };

/**
 * Corrects one's own standing judgment: a new one under the guideline and form
 * of the first supersedes it, and takes its place where it counts. Snapshots
 * frozen since are edited by nobody; they show as stale (semantics 7).
 */
export async function correctJudgment(app: { db: Db }, actor: Actor, input: Correction): Promise<Result<{ judgmentId: string; counted: boolean; stale: number }>> {
	const { judgmentId, reason: given, ...judged } = input;
	const reason = given?.trim() || null;
	return inTransaction(app.db, async (tx) => {
		const subject = await corrections.subject(tx, { id: judgmentId, userId: actor.userId });
		if (!subject) return fail('not_found', 'There is no such judgment of yours.');
		const access = await allow(tx, actor, { id: subject.projectId }, 'task.judge');
		if (!access.ok) return access;
		if (subject.purpose === 'adjudication') return fail('conflict', 'A decision on a disputed pair is not corrected here: it takes a new adjudication.');
		if (subject.snapshots > 0 && reason === null) return wrongField('reason', 'is required: the round was frozen into a snapshot since');

		const taken = await takeJudgment(tx, actor, { ...judged, taskId: subject.taskId, leaseToken: '', supersedes: judgmentId, correction: { reason } });
		if (!taken.ok) return taken;
		const salt = newSecret();
		const text = reason === null ? null : { salt, hash: saltedHash(salt, reason), reason };
		if (await corrections.insert(tx, taken.value.judgmentId, text)) {
			const details = { supersedes: judgmentId, snapshots: subject.snapshots, reasonHash: text?.hash ?? null };
			await record(tx, actor, { action: 'judgment.correct', projectId: subject.projectId, subject: ['judgment', taken.value.judgmentId], details });
		}
		return ok({ ...taken.value, stale: subject.snapshots });
	});
}
