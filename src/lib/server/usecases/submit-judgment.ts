import { contentHash } from '../../domain/canonical-json.ts';
import { toCanonical } from '../../domain/presentation.ts';
import { fail, ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { counts, isVerdictOf } from '../../domain/verdict.ts';
import type { ShownVerdict } from '../../domain/verdict.ts';
import type { Actor } from '../auth/actor.ts';
import { newSecret, saltedHash, secretHash } from '../auth/secrets.ts';
import { record } from '../db/audit.ts';
import type { Db, Tx } from '../db/client.ts';
import * as comparisons from '../db/comparisons.ts';
import type { LockedComparison } from '../db/comparisons.ts';
import * as judgments from '../db/judgments.ts';
import * as progress from '../db/progress.ts';
import * as slots from '../db/slots.ts';
import * as tasks from '../db/tasks.ts';
import type { TaskForWork } from '../db/tasks.ts';
import { allow } from './access.ts';
import { fillFromSurplus } from './settle-slots.ts';
import { inTransaction } from './transaction.ts';

/** A judgment as the annotator's page or a client sends it: sides as shown. */
export type Submission = {
	taskId: string;
	leaseToken: string;
	verdict: ShownVerdict;
	rationale?: string | undefined;
	/** Time spent on the pair in milliseconds, idle time left out. */
	durationMs?: number | undefined;
	/** The judgment of this pair that this one takes back (undo). */
	supersedes?: string | undefined;
	idempotencyKey?: string | null;
};

export type Submitted = { judgmentId: string; counted: boolean };

/**
 * The place this judgment fills: the task's own, else one that the person holds
 * through another task, else any free one (semantics 5). Null: all are taken.
 */
function placeFor(places: slots.LockedSlot[], task: TaskForWork): slots.LockedSlot | null {
	const open = places.filter((place) => place.judgmentId === null);
	return open.find((place) => place.taskId === task.id) ?? open.find((place) => place.annotatorId === task.annotatorId) ?? open.find((place) => place.free) ?? null;
}

type Standing = NonNullable<Awaited<ReturnType<typeof judgments.standingOf>>>;

/** Moves the pointer to the new judgment, or frees the place when the verdict does not count. Returns the change in filled places. */
async function settle(tx: Tx, task: TaskForWork, comparison: LockedComparison, judged: { id: string; counts: boolean }, standing: Standing | null): Promise<number> {
	const places = await slots.lockAll(tx, task.comparisonId);
	const current = standing?.slotId ? (places.find((place) => place.id === standing.slotId) ?? null) : null;
	const place = current ?? placeFor(places, task);
	if (!judged.counts) {
		const held = current ?? places.find((candidate) => candidate.annotatorId === task.annotatorId) ?? null;
		if (held) await slots.release(tx, held.id);
		if (held?.taskId && held.taskId !== task.id) await tasks.finish(tx, held.taskId, 'closed');
		return current ? -1 : 0;
	}
	if (!place) return 0;
	if (place.taskId && place.taskId !== task.id) await tasks.finish(tx, place.taskId, place.annotatorId === task.annotatorId ? 'closed' : 'lost');
	await slots.fill(tx, place.id, { judgmentId: judged.id, taskId: task.id, annotatorId: task.annotatorId });
	return current ? 0 : 1;
}

/** What a task's state and an earlier judgment allow; the judgment to supersede, if any. */
function mayJudge(task: TaskForWork, standing: Standing | null, submission: Submission): Result<string | null> {
	if (task.leaseTokenHash !== secretHash(submission.leaseToken)) {
		return fail('lease_lost', 'This lease token is not the task’s. Claim the pair again; what you wrote is kept in your outbox.');
	}
	if (submission.supersedes !== undefined) {
		if (standing?.id !== submission.supersedes) return fail('conflict', 'The judgment to take back is not your standing judgment of this pair.');
		return ok(standing.id);
	}
	if (standing) return fail('already_judged', 'You have judged this pair. Send “supersedes” to take that judgment back.', { facts: { judgmentId: standing.id } });
	if (task.state === 'skipped') return fail('already_decided', 'You have skipped this pair.');
	if (task.state === 'done' || task.state === 'closed') return fail('already_decided', 'This task is over.');
	return ok(null);
}

/**
 * Takes a judgment: exactly one transaction appends it, moves the slot's pointer
 * and ends the lease. A late one still counts where a place is free, and is kept
 * as surplus where none is (semantics 3 to 7).
 */
export async function submitJudgment(app: { db: Db }, actor: Actor, submission: Submission): Promise<Result<Submitted>> {
	const { idempotencyKey = null, ...body } = submission;
	const bodyHash = contentHash({ ...body, leaseToken: secretHash(body.leaseToken) });
	return inTransaction(app.db, async (tx) => {
		const before = await tasks.get(tx, submission.taskId);
		if (!before || before.annotatorId !== actor.userId) return fail('not_found', 'There is no such task of yours.');
		const access = await allow(tx, actor, { id: before.projectId }, 'task.judge');
		if (!access.ok) return access;
		if (!isVerdictOf(before.mode, toCanonical(before.sideOrder, submission.verdict))) {
			return wrongField('verdict', before.mode === 'pair' ? 'left, right, tie, both_bad or cannot_judge' : 'good, bad or cannot_judge');
		}
		await progress.lock(tx, before.roundId, actor.userId);
		if (idempotencyKey !== null) {
			const answered = await judgments.byIdempotencyKey(tx, actor.userId, idempotencyKey);
			if (answered) {
				if (answered.bodyHash !== bodyHash) return fail('key_reused', 'This Idempotency-Key was used for another judgment. Use a new one.');
				return ok({ judgmentId: answered.id, counted: answered.counted });
			}
		}
		const comparison = await comparisons.lock(tx, before.comparisonId);
		const task = (await tasks.get(tx, submission.taskId)) ?? before;
		const standing = await judgments.standingOf(tx, task.comparisonId, actor.userId);
		const allowed = mayJudge(task, standing, submission);
		if (!allowed.ok) return allowed;

		const verdict = toCanonical(task.sideOrder, submission.verdict);
		const salt = newSecret();
		const rationale = submission.rationale?.trim() ?? '';
		const judgmentId = await judgments.insert(tx, {
			task,
			verdict,
			durationMs: submission.durationMs ?? null,
			supersedesId: allowed.value,
			idempotencyKey,
			bodyHash,
			text: rationale === '' ? null : { salt, hash: saltedHash(salt, rationale), rationale }
		});
		const wasComplete = comparison.status === 'complete';
		let change = await settle(tx, task, comparison, { id: judgmentId, counts: counts(verdict) }, standing);
		const counted = counts(verdict) && (change > 0 || standing?.slotId != null);
		await comparisons.setFilled(tx, comparison, comparison.filled + change);
		await tasks.finish(tx, task.id, 'done');
		if (!counts(verdict)) {
			change += await fillFromSurplus(tx, comparison);
			await comparisons.refreshExhaustion(tx, task.comparisonId);
		}
		await progress.add(tx, task.roundId, actor.userId, {
			judged: standing ? 0 : 1,
			counted: change,
			completed: Number(comparison.status === 'complete') - Number(wasComplete),
			cannotJudge: Number(verdict === 'cannot_judge') - Number(standing?.verdict === 'cannot_judge'),
			durationMs: submission.durationMs ?? 0,
			...sideTally(submission.verdict, standing === null)
		});
		await record(tx, actor, {
			action: standing ? 'judgment.supersede' : 'judgment.submit',
			projectId: task.projectId,
			subject: ['judgment', judgmentId],
			details: { comparison: task.comparisonId, verdict, counted }
		});
		return ok({ judgmentId, counted });
	});
}

/** Left-rate's two counts, taken from first judgments only: an undo must not count a side twice. */
function sideTally(verdict: ShownVerdict, first: boolean): { leftChosen: number; decisive: number } {
	const decisive = verdict === 'left' || verdict === 'right';
	return first && decisive ? { leftChosen: verdict === 'left' ? 1 : 0, decisive: 1 } : { leftChosen: 0, decisive: 0 };
}
