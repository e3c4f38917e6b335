import { setImmediate } from 'node:timers/promises';
import { agreementAlpha } from '../../domain/agreement/alpha-figure.ts';
import { AGREEMENT_RESAMPLES } from '../../domain/agreement/agreement-figure.ts';
import type { AgreementFigure } from '../../domain/agreement/agreement-figure.ts';
import { goldAccuracy } from '../../domain/agreement/gold-accuracy.ts';
import { leftRate } from '../../domain/agreement/left-rate.ts';
import type { PresentedVerdict } from '../../domain/agreement/left-rate.ts';
import { medianSeconds } from '../../domain/agreement/median-seconds.ts';
import type { TimedJudgment } from '../../domain/agreement/median-seconds.ts';
import { pairwiseAgreements } from '../../domain/agreement/pairwise.ts';
import { nominalScale, PAIR_ORDINAL } from '../../domain/agreement/scale.ts';
import { selfConsistency } from '../../domain/agreement/self-consistency.ts';
import { byComparison } from '../../domain/agreement/units.ts';
import type { JudgedComparison } from '../../domain/agreement/units.ts';
import { bundled } from '../../domain/bundles.ts';
import { JointResamples } from '../../domain/resamples.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as agreement from '../db/agreement.ts';
import type { StandingJudgment } from '../db/agreement.ts';
import * as members from '../db/members.ts';
import * as rounds from '../db/rounds.ts';
import { allow } from './access.ts';

/** From this many judgments on, fewer resamples: the bounds move in the third digit, and the page answers in about a second. */
const MANY = 10_000;
const FEWER_RESAMPLES = 200;

/** How well people agree (semantics 19, 22): each figure with its interval, what it was measured on, and why it has none. */
export type Agreement = {
	round: number | null;
	criterion: string | null;
	judgments: number;
	people: number;
	alphaNominal: AgreementFigure;
	/** Null for a criterion, which has no strength, and for single answers: the scale would be the nominal one's order alone. */
	alphaOrdinal: AgreementFigure | null;
	leftRate: AgreementFigure;
	medianSeconds: AgreementFigure;
	/** Share of repeats judged as the first time; of those who repeat. */
	selfConsistency: AgreementFigure;
	/** Share of known items judged right. Null for a criterion: only the verdict is known. */
	goldAccuracy: AgreementFigure | null;
	/** Every two people who judged the same comparisons. */
	pairs: { people: [string, string]; alpha: AgreementFigure; equal: AgreementFigure }[];
};

export type AgreementPage = Agreement & { rounds: number[]; criteria: { key: string; name: string }[] };

/** Agreement between the people of a project, over all rounds or in one, on the verdict or on one criterion. Names are the reviewers' and owners' to see; what lies behind a wall for who asks is in no figure. */
export async function readAgreement(app: Pick<App, 'db'>, actor: Actor, input: { slug: string; round?: number | undefined; criterion?: string | undefined }): Promise<Result<AgreementPage>> {
	const { db } = app;
	const access = await allow(db, actor, { slug: input.slug }, 'agreement.read');
	if (!access.ok) return access;
	const { project } = access.value;
	const [all, criteria] = await Promise.all([rounds.list(db, project.id), agreement.criteriaEver(db, project.id)]);
	const round = input.round === undefined ? null : all.find((one) => one.number === input.round);
	if (round === undefined) return fail('not_found', `There is no round ${input.round}.`);
	const criterion = input.criterion ?? null;
	if (criterion !== null && !criteria.some((one) => one.key === criterion)) return fail('not_found', `No form of this project ever asked for “${criterion}”.`);

	const scope = { projectId: project.id, viewer: actor.userId, roundId: round?.id ?? null, criterion };
	const [standing, repeated, golden] = await Promise.all([agreement.standingJudgments(db, scope), agreement.repeats(db, scope), agreement.goldAnswers(db, scope)]);
	const comparisons = bundled(byComparison(standing));
	const scale = nominalScale(standing);
	const own = { seed: `${project.seed}:agreement`, resamples: standing.length > MANY ? FEWER_RESAMPLES : AGREEMENT_RESAMPLES };
	const options = { ...own, joint: new JointResamples(comparisons.map(({ group }) => group), own) };
	const judges = [...new Set(standing.map(({ judge }) => judge))];
	const names = await members.names(db, judges);
	const name = (id: string) => names.get(id) ?? id;
	const alphaNominal = await apart(() => agreementAlpha(comparisons, scale, options));
	const alphaOrdinal = criterion === null && scale.mode === 'pair' ? await apart(() => agreementAlpha(comparisons, PAIR_ORDINAL, options)) : null;
	const left = await apart(() => leftRate(inGroups(comparisons), options));
	const median = await apart(() => medianSeconds(timed(comparisons), options));
	const pairs = await apart(() => pairwiseAgreements(comparisons, scale, options));
	return ok({
		round: round?.number ?? null,
		criterion,
		judgments: standing.length,
		people: judges.length,
		alphaNominal,
		alphaOrdinal,
		leftRate: left,
		medianSeconds: median,
		selfConsistency: selfConsistency(repeated, own),
		goldAccuracy: criterion === null ? goldAccuracy(golden, own) : null,
		pairs: pairs.map(({ judges: [x, y], alpha, equal }) => ({ people: [name(x), name(y)], alpha, equal })),
		rounds: all.map((one) => one.number),
		criteria
	});
}

/** A figure in a turn of its own: between two of a hundred thousand judgments, those who judge get their next pair. */
async function apart<T>(figure: () => T): Promise<T> {
	await setImmediate();
	return figure();
}

type Compared = JudgedComparison<StandingJudgment>;

/** What was said of comparisons, each in the group (or bundle) of its comparison. */
function* inGroups(comparisons: readonly Compared[]): Generator<PresentedVerdict> {
	for (const { group, judgments } of comparisons) for (const { verdict, sideOrder } of judgments) yield { group, verdict, sideOrder };
}

/** The times that are known of judgments, each in the group (or bundle) of its comparison. */
function timed(comparisons: readonly Compared[]): TimedJudgment[] {
	const times: TimedJudgment[] = [];
	for (const { group, judgments } of comparisons) for (const { seconds } of judgments) if (seconds !== null) times.push({ group, seconds });
	return times;
}
