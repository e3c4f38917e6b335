import { completePolicy } from '../../domain/judging-policy.ts';
import { toShown } from '../../domain/presentation.ts';
import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { asShown } from '../../domain/shown-judgment.ts';
import type { ShownParts } from '../../domain/shown-judgment.ts';
import type { ShownVerdict } from '../../domain/verdict.ts';
import { sideOrderApart } from '../../domain/work-mix.ts';
import type { Actor } from '../auth/actor.ts';
import { newSecret, secretHash } from '../auth/secrets.ts';
import * as adjudications from '../db/adjudications.ts';
import type { Db } from '../db/client.ts';
import * as comments from '../db/comments.ts';
import * as progress from '../db/progress.ts';
import * as tasks from '../db/tasks.ts';
import type { LeasedTask } from '../db/tasks.ts';
import { allow } from './access.ts';
import { shown } from './claim-task.ts';
import type { ClaimedTask } from './claim-task.ts';
import { inTransaction } from './transaction.ts';

/** A judgment as who adjudicates reads it: sides as shown to them; no name where the project hides names. */
export type ShownJudgment = {
	id: string;
	judge: string | null;
	/** The same number that the comments call them by. */
	number: number;
	verdict: ShownVerdict;
	strength: string | null;
	reasons: string[] | null;
	rationale: string | null;
	counts: boolean;
	createdAt: string;
} & Pick<ShownParts, 'criteria' | 'spans' | 'rewrite'>;

/** A comparison that waits for a decision, leased to one reviewer. */
export type ClaimedAdjudication = Omit<ClaimedTask, 'taskId'> & { adjudicationId: string; comparisonId: string; judgments: ShownJudgment[] };

/**
 * Leases the next comparison whose judgments disagree, or that nobody is left to
 * judge, to a reviewer who judged it in no way; null when there is none. Who
 * holds one already gets that one again under a new lease.
 */
export async function claimAdjudication(app: { db: Db }, actor: Actor, input: { slug: string }): Promise<Result<ClaimedAdjudication | null>> {
	return inTransaction(app.db, async (tx) => {
		const access = await allow(tx, actor, { slug: input.slug }, 'judgment.adjudicate');
		if (!access.ok) return access;
		const { project } = access.value;
		// Before the pair, as everywhere: the people, then the reviewer's own row.
		await progress.lockNewest(tx, project.slug, actor.userId);
		const policy = completePolicy(project.judgingPolicy);
		const leaseToken = newSecret();
		const answer = async (task: LeasedTask) => {
			const { taskId, ...pair } = shown({ task, leaseToken });
			const before = await adjudications.judgmentsBefore(tx, task.comparisonId);
			const judges = (await comments.audience(tx, task.comparisonId)).filter((one) => !one.inside).map((one) => one.userId);
			// Who has left or reviews has no number in the comments: theirs come behind.
			const numbered = [...judges, ...before.map(({ judgeId }) => judgeId).filter((id) => !judges.includes(id))];
			// One answer alone lies on the left, whichever order the task drew.
			const order = task.mode === 'single' ? 'ab' : task.sideOrder;
			const judgments = before.map(({ judgeId, judge, ...said }) => ({
				...said,
				...asShown(order, said),
				verdict: toShown(order, said.verdict),
				judge: policy.adjudicateBlind ? null : judge,
				number: numbered.indexOf(judgeId) + 1
			}));
			return ok({ ...pair, adjudicationId: taskId, comparisonId: task.comparisonId, judgments });
		};
		const held = await adjudications.liveOf(tx, project.id, actor.userId);
		const again = held === null ? null : await tasks.renewToken(tx, held, secretHash(leaseToken), project.leaseSeconds);
		if (again) return answer(again);
		const next = policy.dispute === 'never' ? null : await adjudications.next(tx, project.id, actor.userId);
		if (!next) return ok(null);
		await tasks.closeOwn(tx, actor.userId, next.comparisonId);
		const leased = await tasks.leaseApart(tx, {
			comparisonId: next.comparisonId,
			purpose: 'adjudication',
			projectId: project.id,
			roundId: next.roundId,
			userId: actor.userId,
			via: actor.via,
			sideOrder: sideOrderApart({ seed: project.seed, comparison: next.contentHash, userId: actor.userId }),
			leaseTokenHash: secretHash(leaseToken),
			leaseSeconds: project.leaseSeconds,
			claimKey: null
		});
		return answer(leased);
	});
}
