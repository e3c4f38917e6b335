import { completeForm } from '../../domain/judging-form.ts';
import type { JudgingForm } from '../../domain/judging-form.ts';
import type { Message } from '../../domain/message.ts';
import { may } from '../../domain/permission.ts';
import { toShown } from '../../domain/presentation.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { asShown } from '../../domain/shown-judgment.ts';
import type { ShownParts } from '../../domain/shown-judgment.ts';
import type { Verdict } from '../../domain/verdict.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as corrections from '../db/corrections.ts';
import * as history from '../db/history.ts';
import type { PastJudgment, PastPair } from '../db/history.ts';
import { allow } from './access.ts';
import { unnamed } from './claim-task.ts';
import { readsAll } from './list-judgments.ts';
import { refuseYetToJudge } from './yet-to-judge.ts';

/** One judgment with its pair, on the sides it was shown on, and its place in a chain of corrections. */
export type JudgmentView = Omit<PastJudgment, 'sideOrder' | 'taskId'> & {
	project: string;
	mine: boolean;
	shown: ShownParts;
	prompt: Message[];
	left: Message[];
	right: Message[] | null;
	guidelineText: string | null;
	formInForce: JudgingForm;
	/** All judgments of the chain, oldest first, this one among them; verdicts as shown. */
	chain: { id: string; verdict: string; createdAt: string; isCorrection: boolean; reason: string | null }[];
	/** Whether it may be corrected by who looks, and how many snapshots that makes stale (then a reason is asked). */
	correctable: { snapshots: number } | null;
};

function sides({ a, b }: PastPair, past: PastJudgment): { left: Message[]; right: Message[] | null } {
	const [left, right] = past.sideOrder === 'ba' && b !== null ? [b, a] : [a, b];
	return { left: unnamed(left), right: right && unnamed(right) };
}

/** One's own judgment, or for who reviews anybody's, but of what they may still be given to judge (`yet_to_judge`). Which of one's own are gold or repeats stays unseen. */
export async function readJudgment(app: Pick<App, 'db'>, actor: Actor, id: string): Promise<Result<JudgmentView>> {
	const { db } = app;
	const missing = fail('not_found', 'There is no such judgment, or it is not yours to see.');
	const past = await history.one(db, { id, viewer: actor.userId, own: false });
	if (!past) return missing;
	const access = await allow(db, actor, { id: past.pair.projectId }, 'judgment.own');
	if (!access.ok) return access;
	const mine = past.judge?.id === actor.userId;
	if (!mine && !readsAll(actor, access.value)) return missing;
	const tooEarly = mine ? null : await refuseYetToJudge(db, actor, access.value, past.comparisonId);
	if (tooEarly) return tooEarly;
	const own = mine ? await history.one(db, { id, viewer: actor.userId, own: true }) : null;
	const { pair, sideOrder, taskId: _, ...rest } = own ?? past;
	const [chain, subject] = await Promise.all([corrections.chain(db, id), mine ? corrections.subject(db, { id, userId: actor.userId }) : null]);
	const judges = may({ role: access.value.role, isAdmin: actor.isAdmin }, 'task.judge');
	const stands = rest.supersededBy === null && rest.void === null;
	return ok({
		...rest,
		project: access.value.project.slug,
		mine,
		shown: asShown(sideOrder, past),
		prompt: unnamed(pair.prompt),
		...sides(pair, past),
		guidelineText: pair.guideline,
		formInForce: completeForm(pair.formInForce ?? {}),
		chain: chain.map((link) => ({ ...link, verdict: sideOrder === null ? link.verdict : toShown(sideOrder, link.verdict as Verdict) })),
		correctable: subject && judges && stands && subject.purpose !== 'adjudication' ? { snapshots: subject.snapshots } : null
	});
}
