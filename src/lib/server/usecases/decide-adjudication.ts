import { contentHash } from '../../domain/canonical-json.ts';
import { owingNothing, PLAIN_FORM } from '../../domain/judging-form.ts';
import type { Details } from '../../domain/judging-form.ts';
import { toCanonical } from '../../domain/presentation.ts';
import { fail, ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { counts, isVerdictOf } from '../../domain/verdict.ts';
import type { ShownVerdict } from '../../domain/verdict.ts';
import type { Actor } from '../auth/actor.ts';
import { newSecret, saltedHash, secretHash } from '../auth/secrets.ts';
import * as adjudications from '../db/adjudications.ts';
import { record } from '../db/audit.ts';
import type { Db, Tx } from '../db/client.ts';
import * as comments from '../db/comments.ts';
import * as comparisons from '../db/comparisons.ts';
import * as judgments from '../db/judgments.ts';
import * as notifications from '../db/notifications.ts';
import * as progress from '../db/progress.ts';
import * as tasks from '../db/tasks.ts';
import type { OwnWork, TaskForWork } from '../db/tasks.ts';
import { allowFound } from './access.ts';
import { judgmentDetails } from './judgment-details.ts';
import { settleDispute } from './settle-dispute.ts';
import { inTransaction } from './transaction.ts';

/** A decision with its reason, or the pair sent back to those who judged it with a comment. Sides as shown. */
export type Decision = { id: string; leaseToken: string; idempotencyKey?: string | null } & (
	| (Details & { verdict: ShownVerdict; rationale: string; durationMs?: number | undefined })
	| { sendBack: string }
);

export type Decided = { outcome: 'decided'; judgmentId: string; overturned: number } | { outcome: 'sent_back' };

async function sendBack(tx: Tx, actor: Actor, task: TaskForWork, words: string): Promise<Result<Decided>> {
	const before = await adjudications.judgmentsBefore(tx, task.comparisonId);
	if (before.length === 0) return fail('conflict', 'Nobody has judged this pair: there is nobody to send it back to.');
	const salt = newSecret();
	const commentId = await comments.insert(tx, { projectId: task.projectId, comparisonId: task.comparisonId, authorId: task.annotatorId, salt, hash: saltedHash(salt, words), body: words, mentions: before.map(({ judgeId }) => judgeId) });
	const adjudicationId = await adjudications.insert(tx, { projectId: task.projectId, comparisonId: task.comparisonId, taskId: task.id, judgmentId: null, byUserId: task.annotatorId, before: before.map(({ id }) => id) });
	await tasks.finish(tx, task.id, 'done');
	await settleDispute(tx, task.comparisonId);
	await notifications.notify(tx, { projectId: task.projectId, kind: 'sent_back', subjectId: adjudicationId, comparisonId: task.comparisonId, userIds: before.map(({ judgeId }) => judgeId) });
	await record(tx, actor, { action: 'adjudication.send_back', projectId: task.projectId, subject: ['adjudication', adjudicationId], details: { comparison: task.comparisonId, comment: commentId } });
	return ok({ outcome: 'sent_back' });
}

async function decide(tx: Tx, actor: Actor, own: OwnWork, decision: Extract<Decision, { verdict: ShownVerdict }>, bodyHash: string): Promise<Result<Decided>> {
	const { task, newId: judgmentId } = own;
	const verdict = toCanonical(task.sideOrder, decision.verdict);
	if (!isVerdictOf(task.mode, verdict) || !counts(verdict)) return wrongField('verdict', task.mode === 'pair' ? 'left, right, tie or both_bad' : 'good or bad');
	if (decision.rationale.trim() === '') return wrongField('rationale', 'say why: those whose judgment this changes will read it');
	const details = await judgmentDetails(tx, { ...task, form: owingNothing(task.form ?? PLAIN_FORM, decision) }, decision);
	if (!details.ok) return details;

	const before = await adjudications.judgmentsBefore(tx, task.comparisonId);
	await judgments.insert(tx, {
		id: judgmentId,
		task,
		verdict,
		...details.value,
		durationMs: decision.durationMs ?? null,
		supersedesId: null,
		idempotencyKey: decision.idempotencyKey ?? null,
		bodyHash
	});
	const adjudicationId = await adjudications.insert(tx, { projectId: task.projectId, comparisonId: task.comparisonId, taskId: task.id, judgmentId, byUserId: task.annotatorId, before: before.map(({ id }) => id) });
	await tasks.finish(tx, task.id, 'done');
	await adjudications.close(tx, task.comparisonId);
	await settleDispute(tx, task.comparisonId);
	const overturned = before.filter((one) => one.counts && one.verdict !== verdict).map(({ judgeId }) => judgeId);
	await notifications.notify(tx, { projectId: task.projectId, kind: 'overturned', subjectId: adjudicationId, comparisonId: task.comparisonId, userIds: overturned });
	await record(tx, actor, { action: 'adjudication.decide', projectId: task.projectId, subject: ['adjudication', adjudicationId], details: { comparison: task.comparisonId, judgment: judgmentId, verdict, overturned: overturned.length } });
	return ok({ outcome: 'decided', judgmentId, overturned: overturned.length });
}

/**
 * Decides a disputed comparison, or sends it back. The decision is a judgment of
 * its own kind: it fills no place, and comes before the majority (semantics 11).
 */
export async function decideAdjudication(app: { db: Db }, actor: Actor, decision: Decision): Promise<Result<Decided>> {
	const { idempotencyKey = null, ...body } = decision;
	const bodyHash = contentHash({ ...body, leaseToken: secretHash(body.leaseToken) });
	return inTransaction(app.db, async (tx) => {
		if (!(await progress.lockForTask(tx, decision.id, actor.userId))) return fail('not_found', 'There is no such adjudication of yours.');
		const own = await tasks.ownWork(tx, decision.id, actor.userId, idempotencyKey);
		if (!own || own.task.purpose !== 'adjudication') return fail('not_found', 'There is no such adjudication of yours.');
		const { task, answered } = own;
		const access = allowFound(actor, own.access, 'judgment.adjudicate');
		if (!access.ok) return access;
		if (answered) {
			if (answered.bodyHash !== bodyHash) return fail('key_reused', 'This Idempotency-Key was used for another judgment. Use a new one.');
			return ok({ outcome: 'decided', judgmentId: answered.id, overturned: await adjudications.overturnedBy(tx, answered.id) });
		}
		if (task.leaseTokenHash !== secretHash(decision.leaseToken)) return fail('lease_lost', 'This lease token is not the adjudication’s. Claim it again.');
		if (own.walled) return fail('walled', 'You have been walled off from this matter since you were given it. Nothing was taken.');
		// The answer was lost: what was sent back stays sent back, once.
		if (task.state === 'done' && 'sendBack' in decision && (await adjudications.outcomeOf(tx, task.id)) === 'sent_back') return ok({ outcome: 'sent_back' });
		if (task.state === 'done') return fail('already_decided', 'You have decided this pair.');
		const comparison = await comparisons.lock(tx, task.comparisonId);
		if (!comparison.disputed && comparison.status !== 'exhausted') return fail('already_decided', 'This pair no longer waits for a decision: another reviewer has decided it, or its judges have changed their judgments.');
		if ('sendBack' in decision) {
			if (!comparison.disputed) return fail('conflict', 'Nobody is left to judge this pair again. Decide it.');
			const words = decision.sendBack.trim();
			return words === '' ? wrongField('sendBack', 'say what they should look at again') : sendBack(tx, actor, task, words);
		}
		return decide(tx, actor, own, decision, bodyHash);
	});
}
