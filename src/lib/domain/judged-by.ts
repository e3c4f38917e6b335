import { alphaFigure } from './agreement/alpha-figure.ts';
import type { AgreementFigure } from './agreement/agreement-figure.ts';
import { addCoincidences, addUnit, emptyCoincidences } from './agreement/coincidences.ts';
import type { Coincidences } from './agreement/coincidences.ts';
import { categoryOf, PAIR_NOMINAL, PAIR_ORDINAL, SINGLE_NOMINAL } from './agreement/scale.ts';
import type { Scale } from './agreement/scale.ts';
import { bundleOf, MAX_CLUSTERS } from './bundles.ts';
import { judgeOf, originOf } from './deliberation.ts';
import type { Ballot, Deliberation } from './deliberation.ts';
import { ORIGINS } from './snapshot-rule.ts';
import type { Origin } from './snapshot-rule.ts';
import type { Mode } from './verdict.ts';

/** People with a role or a skill at the time of freezing, and how many of the votes were theirs. */
export type PeopleShare = { name: string; people: number; votes: number };

/** Who judged what a snapshot rests on, in numbers: nobody is named. Votes are those that the rule heard, of every split. */
export type JudgedBy = {
	/** How many comparisons have no vote, one, two …; the last number is of those with that many or more. */
	votes: number[];
	/** Comparisons with two votes or more that are all alike. */
	unanimous: number;
	/** Comparisons that a reviewer decided. */
	adjudicated: number;
	/** Votes by where they came from; `judges`: how many different ones. An import that names nobody counts as one. */
	origins: { origin: Origin; votes: number; judges: number }[];
	/** Krippendorff's alpha of the votes, whose unit is the prompt group (semantics 19, 22); adjudications are no votes. Ordinal null: of a criterion, or of single answers. */
	alpha: AgreementFigure;
	alphaOrdinal: AgreementFigure | null;
	/** Of the workspace: `most` is the votes of whoever gave most of them; who is no member any more has the role `former`. */
	people: { count: number; most: number; roles: PeopleShare[]; skills: PeopleShare[] };
	/** Judgments of the workspace in the rounds by the guideline they were made under, whether they had a vote or not; null: under none. */
	guidelines: { sha256: string | null; judgments: number }[];
};

/** What can be counted while prompts go by; the rest is looked up at the end. */
export type CountedVotes = Omit<JudgedBy, 'people' | 'guidelines'> & { people: { count: number; most: number } };

/** Votes on a comparison that are told apart: five or more are one class. */
export const MOST_VOTES = 5;
const SEED = 'snapshot-agreement';
const DIGITS = 6;
const SCALES = { nominal: PAIR_NOMINAL, ordinal: PAIR_ORDINAL, single: SINGLE_NOMINAL } as const satisfies Record<string, Scale>;
type ScaleName = keyof typeof SCALES;
type Cluster = Record<ScaleName, Coincidences>;

const emptyCluster = (): Cluster => ({ nominal: emptyCoincidences(SCALES.nominal.categories.length), ordinal: emptyCoincidences(SCALES.ordinal.categories.length), single: emptyCoincidences(SCALES.single.categories.length) });

/**
 * Counts the votes of comparisons one by one, in any order. Memory grows with
 * the people who judged, not with the comparisons: more prompt groups than
 * `MAX_CLUSTERS` are taken in bundles, by the hash of their name.
 */
export class JudgedByCount {
	readonly #places = new Array<number>(MOST_VOTES + 1).fill(0);
	readonly #judges = new Map<Origin, Map<string, number>>();
	readonly #modes: Record<Mode, number> = { pair: 0, single: 0 };
	#clusters = new Map<string, Cluster>();
	#bundled = false;
	#unanimous = 0;
	#adjudicated = 0;

	/** Takes a comparison in. */
	hear(group: string, mode: Mode, { ballots, finding }: Pick<Deliberation, 'ballots' | 'finding'>): void {
		const votes = ballots.filter(({ judgment }) => judgment.kind !== 'adjudication');
		const place = Math.min(votes.length, MOST_VOTES);
		this.#places[place] = (this.#places[place] ?? 0) + 1;
		this.#modes[mode] += votes.length;
		if (finding.kind === 'decided' && finding.by === 'adjudication') this.#adjudicated += 1;
		for (const { judgment } of ballots) {
			const judges = this.#judges.get(originOf(judgment)) ?? new Map<string, number>();
			this.#judges.set(originOf(judgment), judges.set(judgeOf(judgment), (judges.get(judgeOf(judgment)) ?? 0) + 1));
		}
		if (votes.length < 2) return;
		if (votes.every(({ verdict }) => verdict === votes[0]?.verdict)) this.#unanimous += 1;
		this.#pairUp(group, votes);
	}

	#pairUp(group: string, votes: readonly Ballot[]): void {
		const key = this.#bundled ? bundleOf(group) : group;
		const cluster = this.#clusters.get(key) ?? emptyCluster();
		this.#clusters.set(key, cluster);
		for (const name of SCALE_NAMES) {
			const counts = new Array<number>(SCALES[name].categories.length).fill(0);
			for (const { judgment, verdict } of votes) {
				const category = categoryOf(SCALES[name], { verdict, strength: judgment.strength ?? null });
				if (category !== null) counts[category] = (counts[category] ?? 0) + 1;
			}
			addUnit(cluster[name], counts);
		}
		if (!this.#bundled && this.#clusters.size > MAX_CLUSTERS) this.#bundle();
	}

	#bundle(): void {
		const before = this.#clusters;
		[this.#clusters, this.#bundled] = [new Map(), true];
		for (const [group, cluster] of before) {
			const key = bundleOf(group);
			const bundle = this.#clusters.get(key) ?? emptyCluster();
			for (const name of SCALE_NAMES) addCoincidences(bundle[name], cluster[name]);
			this.#clusters.set(key, bundle);
		}
	}

	/** Votes by each person of the workspace, by id: what their roles and skills are looked up by. */
	people(): ReadonlyMap<string, number> {
		return this.#judges.get('workspace') ?? new Map<string, number>();
	}

	/** The counts, and agreement with its interval. Does not depend on the order of comparisons, nor on anybody's id. */
	result(options: { criterion: boolean }): CountedVotes {
		const people = [...this.people().values()];
		const singles = this.#modes.single > 0 && this.#modes.pair === 0;
		return {
			votes: [...this.#places],
			unanimous: this.#unanimous,
			adjudicated: this.#adjudicated,
			origins: ORIGINS.flatMap((origin) => {
				const judges = this.#judges.get(origin);
				return judges ? [{ origin, judges: judges.size, votes: sum([...judges.values()]) }] : [];
			}),
			alpha: this.#alpha(singles ? 'single' : 'nominal'),
			alphaOrdinal: singles || options.criterion ? null : this.#alpha('ordinal'),
			people: { count: people.length, most: Math.max(0, ...people) }
		};
	}

	#alpha(name: ScaleName): AgreementFigure {
		const groups = [...this.#clusters].flatMap(([group, cluster]) => (Object.keys(cluster[name].bySize).length > 0 ? [{ group, coincidences: cluster[name] }] : []));
		const { value, low, high, ...figure } = alphaFigure(groups, SCALES[name].metric, { seed: SEED });
		return { ...figure, value: rounded(value), low: rounded(low), high: rounded(high) };
	}
}

const SCALE_NAMES = Object.keys(SCALES) as ScaleName[];
const sum = (counts: readonly number[]): number => counts.reduce((total, one) => total + one, 0);
/** Six digits: what is hashed must not hang on the last bit of a sum. */
const rounded = (value: number | null): number | null => (value === null ? null : Number(value.toFixed(DIGITS)));

/** What does not add up, one sentence each. */
export function judgedByProblems(judgedBy: JudgedBy, comparisons: number): string[] {
	const { votes, unanimous, adjudicated, origins, people } = judgedBy;
	const problems: string[] = [];
	if (sum(votes) !== comparisons) problems.push(`Comparisons by votes add up to ${sum(votes)}, not to ${comparisons}.`);
	if (unanimous > sum(votes.slice(2))) problems.push(`${unanimous} comparisons are unanimous, but only ${sum(votes.slice(2))} have two votes.`);
	if (adjudicated > comparisons) problems.push(`${adjudicated} of ${comparisons} comparisons were adjudicated.`);
	const here = origins.find(({ origin }) => origin === 'workspace');
	if ((here?.judges ?? 0) !== people.count || sum(people.roles.map(({ people: n }) => n)) !== people.count) problems.push(`${people.count} people judged, but their roles are not as many.`);
	if (sum(people.roles.map(({ votes: n }) => n)) !== (here?.votes ?? 0) || people.most > (here?.votes ?? 0)) problems.push('Votes by role do not add up to those of the workspace.');
	return problems;
}
