import { MIN_GROUPS } from '../cluster-bootstrap.ts';
import type { Figure } from '../cluster-bootstrap.ts';
import type { Battle } from './battle.ts';
import { comparableSets, linksOf, support } from './connected.ts';
import { columnsOf, logistic, maximumLikelihood, rowOf } from './fit.ts';
import type { Columns } from './fit.ts';
import { at } from './linear-algebra.ts';
import type { Matrix } from './linear-algebra.ts';
import { fitted, sandwich, twoWaySandwich } from './sandwich.ts';
import type { Fitted } from './sandwich.ts';
import { t95 } from './student-t.ts';

/** From so many annotators on they are a sample of those who could judge; fewer are these people and nobody else (semantics 23). */
export const MIN_ANNOTATORS = 10;

/** One competitor beside the anchor of its scale. */
export type Standing = {
	competitor: string;
	/** Log-odds of being preferred over the anchor; the anchor's own is nought by definition. */
	strength: Figure;
	/** The same as a probability. */
	wins: Figure;
	/** Places that it may have, by who is surely better and surely worse, each judged by itself. Null where too few prompts link it. */
	places: { best: number; worst: number } | null;
	/** Judgments that name it. */
	judgments: number;
	/** What it got of them: a win 1, a tie ½. */
	points: number;
};

/** Competitors whose strengths stand on one scale, strongest first. */
export type Scale = {
	anchor: string;
	standings: Standing[];
	/** Effect of each feature of style: log-odds for an answer that has all of it over one that has none. Null where answers do not differ in it. */
	effects: (Figure | null)[];
	/** Style was asked for and could not be told apart from who wrote: these are strengths without it. */
	styleLeftOut: boolean;
	annotators: number;
	/** Prompt groups, and annotators too where there are enough of them. */
	clusteredBy: 'prompt_group' | 'prompt_group_and_annotator';
	/** Log-odds that one is preferred over another on this scale. */
	against: (one: string, other: string) => Figure;
};

export type Ranking = {
	scales: Scale[];
	/** Competitors of which every judgment against all others of their kind went one way: no finite strength fits. */
	oneWay: { competitor: string; judgments: number; points: number }[];
};

type Options = { /** Whose strength is nought where they can be compared with it. */ base: string; /** Who anchors a scale without the base: the first of these. */ order: readonly string[] };

/** Judgments that name a competitor, and what it got of them. */
function tally(battles: readonly Battle[]): (competitor: string) => { judgments: number; points: number; groups: number } {
	const all = new Map<string, { judgments: number; points: number; groups: Set<string> }>();
	for (const { a, b, score, group } of battles) {
		for (const [name, points] of [[a, score], [b, 1 - score]] as const) {
			const own = all.get(name) ?? { judgments: 0, points: 0, groups: new Set<string>() };
			all.set(name, { judgments: own.judgments + 1, points: own.points + points, groups: own.groups.add(group) });
		}
	}
	return (competitor) => {
		const own = all.get(competitor);
		return { judgments: own?.judgments ?? 0, points: own?.points ?? 0, groups: own?.groups.size ?? 0 };
	};
}

/**
 * Ranks competitors by their battles (Bradley & Terry 1952; semantics 23): one
 * scale for each set within which all can be compared, that of the base first.
 * Intervals of 95 % from errors clustered by prompt group, from ten annotators
 * on by annotator too, CR2 with Student's t.
 */
export function rank(battles: readonly Battle[], options: Options): Ranking {
	const sets = comparableSets(battles);
	const whole = tally(battles);
	const place = (set: readonly string[]): number => (set.includes(options.base) ? 0 : 1);
	const scales = sets.filter((set) => set.length > 1).sort((x, y) => place(x) - place(y));
	return {
		scales: scales.flatMap((set) => scaleOf(battles, set, options)),
		oneWay: sets.flatMap((set) => (set.length === 1 ? set.map((competitor) => ({ competitor, judgments: whole(competitor).judgments, points: whole(competitor).points })) : []))
	};
}

/** What was fitted of a scale: its columns, and the matrices whose largest variance holds. */
type Solved = { columns: Columns; coefficients: Float64Array; covariances: Matrix[]; df: number };

function solved(battles: readonly Battle[], set: readonly string[], anchor: string, twoWay: boolean): Solved | null {
	const columns = columnsOf(set, anchor, battles[0]?.style.length ?? 0);
	const rows = battles.map((battle) => rowOf(battle, columns));
	const coefficients = maximumLikelihood(rows, columns.size);
	const model = coefficients && fitted(rows, coefficients);
	return model && { columns, coefficients, ...covariancesOf(model, battles, twoWay) };
}

function covariancesOf(model: Fitted, battles: readonly Battle[], twoWay: boolean): Pick<Solved, 'covariances' | 'df'> {
	const groups = battles.map(({ group }) => group);
	if (!twoWay) {
		const { covariance, clusters } = sandwich(model, groups, 'CR2');
		return { covariances: [covariance], df: clusters - 1 };
	}
	const { first, second, both, clusters } = twoWaySandwich(model, groups, battles.map(({ judge }) => judge), 'CR2');
	// V₁ + V₂ − V₁₂ may fall below either: the largest of the three holds (MacKinnon, Nielsen & Webb 2024).
	return { covariances: [both, first, second], df: clusters - 1 };
}

/** The competitors of a set on one scale; none where nothing finite fits. */
function scaleOf(all: readonly Battle[], set: readonly string[], { base, order }: Options): Scale[] {
	const members = new Set(set);
	const battles = all.filter(({ a, b }) => members.has(a) && members.has(b));
	const anchor = members.has(base) ? base : (order.find((name) => members.has(name)) ?? set[0] ?? '');
	const annotators = new Set(battles.map(({ judge }) => judge)).size;
	const twoWay = annotators >= MIN_ANNOTATORS;
	const differs = (battles[0]?.style ?? []).map((_, feature) => battles.some(({ style }) => (style[feature] ?? 0) !== 0));
	const styled = battles.map((battle) => ({ ...battle, style: battle.style.filter((_, feature) => differs[feature]) }));
	const withStyle = differs.includes(true) ? solved(styled, set, anchor, twoWay) : null;
	const found = withStyle ?? solved(battles.map((battle) => ({ ...battle, style: [] })), set, anchor, twoWay);
	if (!found) return [];
	const { columns, coefficients, covariances, df } = found;
	const own = tally(battles);
	const links = linksOf(battles);
	const linked = new Map(set.map((name) => [name, name === anchor ? Infinity : support(links, name, anchor, MIN_GROUPS)]));
	const width = df >= 1 ? t95(df) : null;

	const errorOf = (plus: number, minus: number): number => {
		const variance = Math.max(...covariances.map((matrix) => (plus < 0 ? 0 : at(matrix, plus, plus)) + (minus < 0 ? 0 : at(matrix, minus, minus)) - (plus < 0 || minus < 0 ? 0 : 2 * at(matrix, plus, minus))));
		return Math.sqrt(Math.max(0, variance));
	};
	const figure = (plus: number, minus: number, of: { n: number; groups: number }): Figure => {
		const value = (plus < 0 ? 0 : (coefficients[plus] ?? 0)) - (minus < 0 ? 0 : (coefficients[minus] ?? 0));
		if (of.groups < MIN_GROUPS || width === null) return { value, low: null, high: null, ...of, tooFew: true, method: 'none' };
		const half = width * errorOf(plus, minus);
		return { value, low: value - half, high: value + half, ...of, tooFew: false, method: 'sandwich' };
	};
	const columnOf = (name: string): number => columns.of.get(name) ?? -1;
	/** Its own prompt groups, or those of the thinnest place on the way where these are too few. What flows between two is at least what flows from either to the anchor. */
	const groupsOf = (one: string, other: string): number => {
		const thinnest = Math.min(linked.get(one) ?? 0, linked.get(other) ?? 0, own(other).groups);
		return thinnest < MIN_GROUPS ? Math.min(thinnest, own(one).groups) : own(one).groups;
	};
	const against = (one: string, other: string): Figure => figure(columnOf(one), columnOf(other), { n: own(one).judgments, groups: groupsOf(one, other) });
	const standings = set.map((competitor): Standing => {
		const { judgments, points, groups } = own(competitor);
		const strength: Figure = competitor === anchor ? { value: 0, low: 0, high: 0, n: judgments, groups, tooFew: false, method: 'none' } : against(competitor, anchor);
		return { competitor, strength, wins: asChance(strength), places: placesOf(competitor, set, against), judgments, points };
	});
	let next = columns.size - columns.features;
	const prompts = new Set(battles.map(({ group }) => group)).size;
	return [
		{
			anchor,
			standings: standings.sort((x, y) => (y.strength.value ?? 0) - (x.strength.value ?? 0) || (x.competitor < y.competitor ? -1 : 1)),
			effects: differs.map((has) => (has && withStyle ? figure(next++, -1, { n: battles.length, groups: prompts }) : null)),
			styleLeftOut: differs.includes(true) && withStyle === null,
			annotators,
			clusteredBy: twoWay ? 'prompt_group_and_annotator' : 'prompt_group',
			against
		}
	];
}

/** A figure in log-odds as the probability that it stands for. */
export function asChance(figure: Figure): Figure {
	const chance = (x: number | null): number | null => (x === null ? null : logistic(x));
	return { ...figure, value: chance(figure.value), low: chance(figure.low), high: chance(figure.high) };
}

/** Who is surely better takes a place above, who is surely worse one below. */
function placesOf(competitor: string, set: readonly string[], against: Scale['against']): Standing['places'] {
	const others = set.filter((other) => other !== competitor).map((other) => against(competitor, other));
	if (others.every(({ tooFew }) => tooFew)) return null;
	const better = others.filter(({ high }) => high !== null && high < 0).length;
	const worse = others.filter(({ low }) => low !== null && low > 0).length;
	return { best: 1 + better, worst: set.length - worse };
}
