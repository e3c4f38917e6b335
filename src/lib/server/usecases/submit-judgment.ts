import { contentHash } from '../../domain/canonical-json.ts';
import { isDisputed } from '../../domain/dispute.ts';
import { completePolicy } from '../../domain/judging-policy.ts';
import type { DisputeRule, JudgingPolicy } from '../../domain/judging-policy.ts';
import { meetsGold } from '../../domain/agreement/gold-accuracy.ts';
import { toCanonical, toShown } from '../../domain/presentation.ts';
import { fail, ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { counts, isVerdictOf } from '../../domain/verdict.ts';
import type { ShownVerdict, Verdict } from '../../domain/verdict.ts';
import type { Actor } from '../auth/actor.ts';
import { secretHash } from '../auth/secrets.ts';
import { record } from '../db/audit.ts';
import type { Db, Tx } from '../db/client.ts';
import * as drafts from '../db/drafts.ts';
import * as comparisons from '../db/comparisons.ts';
import * as gold from '../db/gold.ts';
import type { LockedComparison } from '../db/comparisons.ts';
import * as judgments from '../db/judgments.ts';
import * as progress from '../db/progress.ts';
import type { ProgressDelta } from '../db/progress.ts';
import * as slots from '../db/slots.ts';
import type { Standing } from '../db/slots.ts';
import * as tasks from '../db/tasks.ts';
import type { TaskForWork } from '../db/tasks.ts';
import { takeUp } from '../db/work.ts';
import { allowFound } from './access.ts';
import { judgmentDetails } from './judgment-details.ts';
import type { GivenDetails } from './judgment-details.ts';
import { settleDispute } from './settle-dispute.ts';
import { fillFromSurplus } from './settle-slots.ts';
import { inTransaction } from './transaction.ts';

/** A judgment as the annotator's page or a client sends it: sides as shown. */
export type Submission = GivenDetails & {
	taskId: string;
	leaseToken: string;
	/** Time spent on the pair in milliseconds, idle time left out. */
	durationMs?: number | undefined;
	/** The judgment of this pair that this one takes back (undo). */
	supersedes?: string | undefined;
	/** Its author comes back to it without a lease, and says why where that is asked. */
	correction?: { reason: string | null } | undefined;
	idempotencyKey?: string | null;
};

/** What was right of a warm-up item, in the sides as shown. */
export type GoldFeedback = { right: ShownVerdict; tieIsRight: boolean; met: boolean | null; explanation: string | null };

export type Submitted = { judgmentId: string; counted: boolean; feedback?: GoldFeedback };

/**
 * The place this judgment fills: the task's own, else one that the person holds
 * through another task, else any free one (semantics 5). Null: all are taken.
 */
function placeFor(places: slots.LockedSlot[], task: TaskForWork): slots.LockedSlot | null {
	const open = places.filter((place) => place.judgmentId === null);
	return open.find((place) => place.taskId === task.id) ?? open.find((place) => place.annotatorId === task.annotatorId) ?? open.find((place) => place.free) ?? null;
}

/** What a task's state and an earlier judgment allow; the judgment to supersede, if any. */
function mayJudge(task: TaskForWork, skipped: boolean, standing: Standing | null, submission: Submission): Result<string | null> {
	if (!submission.correction && task.leaseTokenHash !== secretHash(submission.leaseToken)) {
		return fail('lease_lost', 'This lease token is not the task’s. Claim the pair again; what you wrote is kept in your outbox.');
	}
	if (submission.supersedes !== undefined) {
		if (standing?.id !== submission.supersedes || standing.purpose !== task.purpose) return fail('conflict', 'The judgment to take back is not your standing judgment of this pair.');
		return ok(standing.id);
	}
	if (standing) return fail('already_judged', 'You have judged this pair. Send “supersedes” to take that judgment back.', { facts: { judgmentId: standing.id } });
	if (skipped) return fail('already_decided', 'You have skipped this pair.');
	if (task.state === 'done' || task.state === 'closed') return fail('already_decided', 'This task is over.');
	return ok(null);
}

type Work = { task: TaskForWork; comparison: LockedComparison; places: slots.LockedSlot[]; standing: Standing | null; othersLeft: boolean; dispute: DisputeRule; judgmentId: string; verdict: Verdict; shown: ShownVerdict; durationMs: number };

/** Ends another task that this judgment takes the place of. */
async function closeOther(tx: Tx, place: slots.LockedSlot | null, task: TaskForWork): Promise<void> {
	if (place?.taskId && place.taskId !== task.id) await tasks.finish(tx, place.taskId, place.annotatorId === task.annotatorId ? 'closed' : 'lost');
}

function deltaOf(work: Work, change: number, completed: number): ProgressDelta {
	const { verdict, shown, standing } = work;
	const decisive = standing === null && (shown === 'left' || shown === 'right');
	return {
		judged: standing ? 0 : 1,
		counted: change,
		completed,
		cannotJudge: Number(verdict === 'cannot_judge') - Number(standing?.verdict === 'cannot_judge'),
		durationMs: work.durationMs,
		// From first judgments only: an undo must not count a side twice.
		leftChosen: Number(decisive && shown === 'left'),
		decisive: Number(decisive)
	};
}

/** A verdict that counts: the pointer moves to it, or it is kept as surplus. Gives whether it counts. */
async function settleCounting(tx: Tx, actor: Actor, work: Work): Promise<boolean> {
	const { task, comparison, places, standing } = work;
	const current = standing ? (places.find((place) => place.judgmentId === standing.id) ?? null) : null;
	const place = current ?? placeFor(places, task);
	if (!current) await closeOther(tx, place, task);
	const change = place && !current ? 1 : 0;
	const filled = comparison.filled + change;
	// This may have been the last person who could judge it: then its owner must learn that it waits for nobody.
	const over = comparison.status === 'closed' || comparison.status === 'gold';
	const status = filled >= comparison.overlap ? 'complete' : over ? comparison.status : work.othersLeft ? 'open' : 'exhausted';
	await judgments.settle(tx, {
		task,
		judgmentId: work.judgmentId,
		placeId: place?.id ?? null,
		comparison: { filled, status },
		delta: deltaOf(work, change, Number(status === 'complete') - Number(comparison.status === 'complete')),
		audit: { via: actor.via, action: standing ? 'judgment.supersede' : 'judgment.submit', details: { comparison: task.comparisonId, verdict: work.verdict, counted: place !== null } }
	});
	// Only then: an undisputed comparison, which most are, waits for nothing more.
	const verdicts = places.flatMap(({ id, judgmentId, verdict }) => (id === place?.id ? [work.verdict] : judgmentId === null || verdict === null ? [] : [verdict]));
	if (status === 'complete' && (comparison.disputed || isDisputed(work.dispute, verdicts))) await settleDispute(tx, comparison.id);
	return place !== null;
}

/** What was right, for a warm-up item where the project tells it; else nothing, as for any other task. */
async function feedbackOf(tx: Tx, task: TaskForWork, verdict: Verdict, policy: JudgingPolicy): Promise<{ feedback?: GoldFeedback }> {
	if (task.purpose !== 'gold' || !policy.warmUpFeedback) return {};
	const key = await gold.keyOf(tx, task.comparisonId);
	if (!key?.isWarmUp) return {};
	return { feedback: { right: toShown(task.sideOrder, key.verdict), tieIsRight: key.acceptsTie, met: meetsGold(verdict, key), explanation: key.explanation } };
}

/**
 * Gold and repeats stand apart: no place, no count, nothing that could be told
 * from another judgment by what comes back.
 */
async function settleApart(tx: Tx, actor: Actor, work: Work): Promise<boolean> {
	const { task, comparison, standing } = work;
	await tasks.finish(tx, task.id, 'done');
	// Who met it as gold fills none of its places: they may have been the last for one that opened again.
	if (task.purpose === 'gold' && comparison.status === 'open') await comparisons.refreshExhaustion(tx, comparison.id);
	await progress.add(tx, task.roundId, actor.userId, deltaOf(work, 0, 0));
	const action = standing ? 'judgment.supersede' : 'judgment.submit';
	await record(tx, actor, { action, projectId: task.projectId, subject: ['judgment', work.judgmentId], details: { comparison: task.comparisonId, verdict: work.verdict, purpose: task.purpose } });
	return counts(work.verdict);
}

/** A verdict that does not count frees the place; a judgment that had come too late takes it. */
async function settleCannotJudge(tx: Tx, actor: Actor, work: Work): Promise<false> {
	const { task, comparison, places, standing } = work;
	const wasComplete = comparison.status === 'complete';
	const counted = standing ? places.find((place) => place.judgmentId === standing.id) : undefined;
	const held = counted ?? places.find((place) => place.annotatorId === task.annotatorId && place.judgmentId === null) ?? null;
	if (held) await slots.release(tx, held.id);
	await closeOther(tx, held, task);
	await tasks.finish(tx, task.id, 'done');
	if (counted) await comparisons.setFilled(tx, comparison, comparison.filled - 1);
	const change = (counted ? -1 : 0) + (await fillFromSurplus(tx, actor, comparison));
	await comparisons.refreshExhaustion(tx, task.comparisonId);
	if (counted || change !== 0) await settleDispute(tx, task.comparisonId);
	await progress.add(tx, task.roundId, actor.userId, deltaOf(work, change, Number(comparison.status === 'complete') - Number(wasComplete)));
	const action = standing ? 'judgment.supersede' : 'judgment.submit';
	await record(tx, actor, { action, projectId: task.projectId, subject: ['judgment', work.judgmentId], details: { comparison: task.comparisonId, verdict: work.verdict, counted: false } });
	return false;
}

const settle = (tx: Tx, actor: Actor, work: Work): Promise<boolean> =>
	work.task.purpose !== 'counting' ? settleApart(tx, actor, work) : counts(work.verdict) ? settleCounting(tx, actor, work) : settleCannotJudge(tx, actor, work);

/**
 * Takes a judgment: exactly one transaction appends it, moves the slot's pointer
 * and ends the lease. A late one still counts where a place is free, and is kept
 * as surplus where none is (semantics 3 to 7).
 */
export async function submitJudgment(app: { db: Db }, actor: Actor, submission: Submission): Promise<Result<Submitted>> {
	return inTransaction(app.db, (tx) => takeJudgment(tx, actor, submission));
}

/** The same within a transaction that does more. */
export async function takeJudgment(tx: Tx, actor: Actor, submission: Submission): Promise<Result<Submitted>> {
	const { idempotencyKey = null, ...body } = submission;
	const bodyHash = contentHash({ ...body, leaseToken: secretHash(body.leaseToken) });
	const own = await takeUp(tx, submission.taskId, actor.userId, idempotencyKey);
	if (!own) return fail('not_found', 'There is no such task of yours.');
	const { task, answered, comparison, places, standing, othersLeft, newId: judgmentId } = own;
	const access = allowFound(actor, own.access, 'task.judge');
	if (!access.ok) return access;
	const verdict = toCanonical(task.sideOrder, submission.verdict);
	if (!isVerdictOf(task.mode, verdict)) return wrongField('verdict', task.mode === 'pair' ? 'left, right, tie, both_bad or cannot_judge' : 'good, bad or cannot_judge');
	if (task.purpose === 'adjudication') return fail('not_found', 'There is no such task of yours.');
	const policy = completePolicy(access.value.project.judgingPolicy);
	if (answered) {
		if (answered.bodyHash !== bodyHash) return fail('key_reused', 'This Idempotency-Key was used for another judgment. Use a new one.');
		return ok({ judgmentId: answered.id, counted: answered.counted, ...(await feedbackOf(tx, task, verdict, policy)) });
	}
	if (own.walled) return fail('walled', 'You have been walled off from this matter since you were given it. Nothing was taken.');
	const details = await judgmentDetails(tx, task, submission);
	if (!details.ok) return details;
	const allowed = mayJudge(task, own.skipped, standing, submission);
	if (!allowed.ok) return allowed;

	const durationMs = submission.durationMs ?? null;
	const inserted = judgments.insert(tx, {
		id: judgmentId,
		task,
		verdict,
		...details.value,
		durationMs,
		supersedesId: allowed.value,
		idempotencyKey,
		bodyHash
	});
	const { dispute } = policy;
	const work: Work = { task, comparison, places, standing, othersLeft, dispute, judgmentId, verdict, shown: submission.verdict, durationMs: durationMs ?? 0 };
	// Sent without waiting for the insert, and run after it: one wait for both.
	const [counted] = await Promise.all([settle(tx, actor, work), inserted, own.drafted ? drafts.eraseWith(tx, task.id) : null]);
	return ok({ judgmentId, counted, ...(await feedbackOf(tx, task, verdict, policy)) });
}
