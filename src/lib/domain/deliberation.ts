import { countVotes, strictMajority } from './aggregate.ts';
import type { Votes } from './aggregate.ts';
import type { Weigher } from './dawid-skene.ts';
import { isHeldOut } from './holdout.ts';
import type { Split } from './holdout.ts';
import type { Strength } from './judging-form.ts';
import type { BundleComparison, BundleJudgment, DropReason } from './prompt-bundle.ts';
import type { Aggregation, Origin, SnapshotRule } from './snapshot-rule.ts';
import { counts, isVerdictOf } from './verdict.ts';
import type { CountingVerdict, Mode, Verdict } from './verdict.ts';

/** What of a snapshot's rule says whose votes are heard and how they become a verdict. */
export type HearingRule = {
	origins: readonly Origin[];
	annotators?: SnapshotRule['annotators'];
	aggregation?: Aggregation;
	minAgreement?: number | null;
	/** Criterion that is decided in the verdict's place. */
	criterion?: string | null;
	/** dawid_skene: what the model makes of votes, by mode. Null: it knows nothing. */
	weighers?: { readonly [mode in Mode]: Weigher | null };
};

/**
 * The rule as it is heard on a prompt of this split. What was preferred in the playground may teach but measures nothing:
 * whoever asked there may have known whose answers they were (semantics 3, 10).
 */
export function heardOn<R extends HearingRule>(split: Split, rule: R): R {
	return isHeldOut(split) && rule.origins.includes('playground') ? { ...rule, origins: rule.origins.filter((origin) => origin !== 'playground') } : rule;
}

/** What became of a judgment's vote: it took part, or the reason why not. */
export type Standing = { judgmentKey: string; standing: 'voting' | Extract<DropReason, 'void' | 'surplus' | 'filtered' | 'origin' | 'annotator' | 'criterion'> };

/** A vote that takes part: what was said of the verdict, or of the criterion that stands in its place. */
export type Ballot = { judgment: BundleJudgment; verdict: CountingVerdict };

/** A comparison's verdict. `undecided` names why there is none. */
export type Finding = { kind: 'decided'; verdict: CountingVerdict; by: 'votes' | 'adjudication' } | { kind: 'undecided'; why: Extract<DropReason, 'no_majority' | 'agreement' | 'incomplete' | 'origin' | 'annotator' | 'criterion'> };

/** The verdict of a comparison, who took part in it and what they said. */
export type Deliberation = { finding: Finding; standings: Standing[]; ballots: Ballot[] };

const FIXED = { void: 'void', surplus: 'surplus', filtered: 'filtered' } as const;

/** Where a judgment came from. */
export const originOf = ({ kind, origin }: BundleJudgment): Origin => origin ?? (kind === 'outside' ? 'import' : 'workspace');

/** A criterion's verdict as a vote; null where nothing that counts was said of it. */
function criterionVote(mode: Mode, { criteria }: BundleJudgment, key: string): CountingVerdict | null {
	const said = criteria?.[key];
	return said !== undefined && isVerdictOf(mode, said) && counts(said) ? said : null;
}

/**
 * Hears a comparison under the snapshot's rule (semantics 11). Outside
 * judgments vote only where the rule takes their origin and nobody here has
 * judged (else `surplus`: slots are filled by people of the workspace,
 * semantics 4); alone they need no overlap. `cannot_judge` fills no slot and is
 * `surplus`, whatever kind it has, unless void or filtered. Whether enough
 * people have judged is asked of all who count: leaving somebody out by rule
 * does not make a comparison incomplete.
 */
export function deliberate(comparison: BundleComparison, rule: HearingRule): Deliberation {
	const { judgments, mode } = comparison;
	const criterion = rule.criterion ?? null;
	const here = rule.origins.includes('workspace') ? judgments.filter(({ kind, verdict }) => (kind === 'counting' || kind === 'adjudication') && counts(verdict)) : [];
	const judgedHere = here.length > 0;
	const standingOf = (judgment: BundleJudgment): Standing['standing'] => {
		const { kind, verdict } = judgment;
		if (kind === 'void' || kind === 'surplus' || kind === 'filtered') return FIXED[kind];
		if (!rule.origins.includes(originOf(judgment))) return 'origin';
		if (!counts(verdict)) return 'surplus';
		if (kind === 'outside' && judgedHere) return 'surplus';
		if (!mayVote(rule.annotators ?? null, judgment)) return 'annotator';
		return criterion !== null && criterionVote(mode, judgment, criterion) === null ? 'criterion' : 'voting';
	};
	const standings = judgments.map((judgment): Standing => ({ judgmentKey: judgment.key, standing: standingOf(judgment) }));
	const ballots = judgments.flatMap((judgment, index): Ballot[] => {
		const verdict: Verdict | null = criterion === null ? judgment.verdict : criterionVote(mode, judgment, criterion);
		return standings[index]?.standing === 'voting' && verdict !== null && counts(verdict) ? [{ judgment, verdict }] : [];
	});
	const complete = !judgedHere || here.some(({ kind }) => kind === 'adjudication') || here.length >= comparison.overlap;
	return { finding: find(ballots, standings, complete, mode, rule), standings, ballots };
}

function mayVote(annotators: SnapshotRule['annotators'], { judge }: BundleJudgment): boolean {
	if (annotators === null) return true;
	const named = judge !== undefined && annotators.people.includes(judge);
	return annotators.mode === 'only' ? named : !named;
}

function find(ballots: readonly Ballot[], standings: readonly Standing[], complete: boolean, mode: Mode, rule: HearingRule): Finding {
	const undecided = (why: Extract<Finding, { kind: 'undecided' }>['why']): Finding => ({ kind: 'undecided', why });
	if (ballots.length === 0) {
		const why = (['criterion', 'annotator', 'origin'] as const).find((reason) => standings.some(({ standing }) => standing === reason));
		return undecided(why ?? 'incomplete');
	}
	const rulings = ballots.filter(({ judgment }) => judgment.kind === 'adjudication');
	if (rulings.length > 0) {
		// Adjudications that contradict each other are taken by strict majority, so that their order means nothing.
		const verdict = strictMajority(votesOf(rulings));
		return verdict === null ? undecided('no_majority') : { kind: 'decided', verdict, by: 'adjudication' };
	}
	if (!complete) return undecided('incomplete');
	const aggregation = rule.aggregation ?? 'majority';
	const share = sharesOf(ballots, mode, aggregation, rule.weighers);
	const [verdict, most] = Object.entries(share).reduce((best, one) => (one[1] > best[1] ? one : best), ['', 0] as [string, number]) as [CountingVerdict, number];
	if (most <= 0.5) return undecided('no_majority');
	if (most < (aggregation === 'unanimity' ? 1 : (rule.minAgreement ?? 0))) return undecided('agreement');
	return { kind: 'decided', verdict, by: 'votes' };
}

const votesOf = (ballots: readonly Ballot[]): Votes => countVotes(ballots.map(({ verdict }) => verdict));

/** How much speaks for each verdict, adding up to 1: shares of the votes, or probabilities. */
function sharesOf(ballots: readonly Ballot[], mode: Mode, aggregation: Aggregation, weighers: HearingRule['weighers']): Readonly<Record<string, number>> {
	const weigh = aggregation === 'dawid_skene' ? weighers?.[mode] : null;
	if (weigh) return weigh(ballots.map(({ judgment, verdict }) => ({ judge: judgeOf(judgment), verdict })));
	return Object.fromEntries(Object.entries(votesOf(ballots)).map(([verdict, votes]) => [verdict, votes / ballots.length]));
}

/** Who a vote is laid to: a person, or all that came from one origin without a name. */
export function judgeOf(judgment: BundleJudgment): string {
	return judgment.judge ?? originOf(judgment);
}

const sixDigits = (value: number): number => Number(value.toFixed(6));

/** By how much a judgment says that the answer it prefers is better; null: it does not say. */
const marginOf = ({ margin, strength }: BundleJudgment, margins: Readonly<Record<Strength, number>>): number | null => margin ?? (strength ? margins[strength] : null);

/**
 * What most of those who preferred this verdict said of its strength: the mean margin of those who said anything, and
 * whether more than half of them were clear. Null: nobody said. A margin that a file states is clear above the middle of
 * slightly and clearly: above it lies the mean of exactly those judgments of which more than half are clear.
 */
export function strengthOf(ballots: readonly Ballot[], verdict: CountingVerdict, margins: Readonly<Record<Strength, number>>): { margin: number; clear: boolean } | null {
	const said = ballots.flatMap(({ judgment, verdict: voted }) => (voted === verdict ? (marginOf(judgment, margins) ?? []) : []));
	if (said.length === 0) return null;
	const middle = sixDigits((margins.slightly + margins.clearly) / 2);
	return { margin: sixDigits(said.reduce((sum, margin) => sum + margin, 0) / said.length), clear: said.filter((margin) => margin > middle).length * 2 > said.length };
}

/** Whether the votes pass a test on a criterion: judged equal by most who said anything of it, or on the verdict's side. */
export function passes(test: SnapshotRule['criteria'][number], mode: Mode, ballots: readonly Ballot[], verdict: CountingVerdict): boolean {
	const said = ballots.flatMap(({ judgment }) => criterionVote(mode, judgment, test.key) ?? []);
	const most = strictMajority(countVotes(said));
	return most !== null && (test.is === 'equal' ? most === 'tie' : most === verdict);
}
