import { againstOthers } from '../../domain/agreement/against-others.ts';
import type { AgreementFigure } from '../../domain/agreement/agreement-figure.ts';
import { goldAccuracy, OWN_GOLD_FROM, tellableGold } from '../../domain/agreement/gold-accuracy.ts';
import { leftRate } from '../../domain/agreement/left-rate.ts';
import { medianSeconds } from '../../domain/agreement/median-seconds.ts';
import type { PairAgreement } from '../../domain/agreement/paired-values.ts';
import { nominalScale } from '../../domain/agreement/scale.ts';
import { selfConsistency } from '../../domain/agreement/self-consistency.ts';
import { byComparison } from '../../domain/agreement/units.ts';
import { perActiveHour } from '../../domain/pace.ts';
import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as agreement from '../db/agreement.ts';
import * as ownRecord from '../db/own-record.ts';
import type { OwnHour } from '../db/own-record.ts';
import { allow } from './access.ts';

/** A week, and the hours that a reader east or west of UTC counts to its first day. */
const DAYS = 8;

/** What a project's figures say of one person, to that person alone. */
export type OwnFigures = {
	judged: number;
	cannotJudge: number;
	skipped: number;
	/** Judgments an hour at the desk; null while there is too little to say. */
	perHour: number | null;
	/** The last days by the hour; hours in which nothing was judged are left out. */
	hours: OwnHour[];
	medianSeconds: AgreementFigure;
	leftRate: AgreementFigure;
	/** With everybody else pooled: no name is said, and none can be asked for. */
	others: PairAgreement;
	selfConsistency: AgreementFigure;
	/** Without a value before `goldFrom` known items were judged, then told ten at a time. */
	goldAccuracy: AgreementFigure;
	goldFrom: number;
};

/** One's own figures in a project, over all rounds: pace, sides, agreement with the others, repeats and gold. */
export async function readOwnFigures(app: Pick<App, 'db'>, actor: Actor, slug: string): Promise<Result<OwnFigures>> {
	const { db } = app;
	const access = await allow(db, actor, { slug }, 'judgment.own');
	if (!access.ok) return access;
	const { project } = access.value;
	const who = { projectId: project.id, userId: actor.userId };
	const scope = { projectId: project.id, viewer: actor.userId, roundId: null, criterion: null };
	const [totals, hours, mine, judgments, repeated, golden] = await Promise.all([
		ownRecord.totals(db, who),
		ownRecord.hours(db, { ...who, days: DAYS }),
		agreement.saidBy(db, who),
		agreement.standingJudgments(db, { ...scope, sharedWith: actor.userId }),
		agreement.repeats(db, { ...scope, userId: actor.userId }),
		agreement.goldAnswers(db, { ...scope, userId: actor.userId })
	]);
	const options = { seed: `${project.seed}:own:${actor.userId}` };
	return ok({
		judged: totals.judged,
		cannotJudge: totals.cannotJudge,
		skipped: totals.skipped,
		perHour: perActiveHour(totals),
		hours,
		medianSeconds: medianSeconds(
			mine.flatMap(({ group, seconds }) => (seconds === null ? [] : [{ group, seconds }])),
			options
		),
		leftRate: leftRate(mine, options),
		others: againstOthers(byComparison(judgments), actor.userId, nominalScale(judgments), options),
		selfConsistency: selfConsistency(repeated, options),
		goldAccuracy: goldAccuracy(tellableGold(golden), options),
		goldFrom: OWN_GOLD_FROM
	});
}
