import type { Battle } from './battle.ts';

/** Who won anything of whom: the arrows of a graph from winner to loser. A tie is half a win for both. */
type Arrows = Map<string, Set<string>>;

function arrowsOf(battles: readonly Pick<Battle, 'a' | 'b' | 'score'>[]): { wins: Arrows; losses: Arrows } {
	const wins: Arrows = new Map();
	const losses: Arrows = new Map();
	const put = (arrows: Arrows, from: string, to: string): void => void (arrows.get(from) ?? arrows.set(from, new Set()).get(from))?.add(to);
	for (const { a, b, score } of battles) {
		for (const name of [a, b]) for (const arrows of [wins, losses]) if (!arrows.has(name)) arrows.set(name, new Set());
		for (const [winner, loser, won] of [[a, b, score > 0], [b, a, score < 1]] as const) {
			if (!won) continue;
			put(wins, winner, loser);
			put(losses, loser, winner);
		}
	}
	return { wins, losses };
}

/** All that can be reached from a name along the arrows, itself included, in the order of reaching it. */
function reach(arrows: Arrows, from: string): Set<string> {
	const reached = new Set([from]);
	for (const name of reached) for (const next of arrows.get(name) ?? []) reached.add(next);
	return reached;
}

/**
 * The sets of competitors within which strengths can be compared: in each, from
 * anybody to anybody leads a way of wins (Ford 1957: then, and only then, the
 * likelihood has one finite summit). Two that no judgment links lie in different
 * sets, and so do two of which every judgment on any way between them preferred
 * the one side. Largest first; those of one size by name.
 */
export function comparableSets(battles: readonly Pick<Battle, 'a' | 'b' | 'score'>[]): string[][] {
	const { wins, losses } = arrowsOf(battles);
	const sets: string[][] = [];
	const placed = new Set<string>();
	for (const name of [...wins.keys()].sort()) {
		if (placed.has(name)) continue;
		const back = reach(losses, name);
		const set = [...reach(wins, name)].filter((other) => back.has(other)).sort();
		for (const member of set) placed.add(member);
		sets.push(set);
	}
	return sets.sort((x, y) => y.length - x.length || ((x[0] ?? '') < (y[0] ?? '') ? -1 : 1));
}

/** How many prompt groups link each two competitors. */
export type Links = ReadonlyMap<string, ReadonlyMap<string, number>>;

export function linksOf(battles: readonly Pick<Battle, 'a' | 'b' | 'group'>[]): Links {
	const groups = new Map<string, Map<string, Set<string>>>();
	const put = (from: string, to: string, group: string): void => {
		const row = groups.get(from) ?? new Map<string, Set<string>>();
		groups.set(from, row.set(to, (row.get(to) ?? new Set()).add(group)));
	};
	for (const { a, b, group } of battles) {
		put(a, b, group);
		put(b, a, group);
	}
	return new Map([...groups].map(([from, row]) => [from, new Map([...row].map(([to, all]) => [to, all.size]))]));
}

/**
 * On how many prompt groups it rests how one competitor compares with another:
 * the most that flows between them when each link carries its groups (Ford &
 * Fulkerson 1956). A long row of checkpoints of which each met only the next is
 * no firmer than its thinnest link. What is beyond `enough` is not counted out.
 */
export function support(links: Links, from: string, to: string, enough = Infinity): number {
	const left = new Map([...links].map(([name, row]) => [name, new Map(row)]));
	let total = 0;
	for (let way = shortest(left, from, to); way && total < enough; way = shortest(left, from, to)) {
		const steps = way.slice(1).map((name, index) => [way?.[index] ?? '', name] as const);
		const width = Math.min(...steps.map(([x, y]) => left.get(x)?.get(y) ?? 0));
		for (const [x, y] of steps) {
			left.get(x)?.set(y, (left.get(x)?.get(y) ?? 0) - width);
			left.get(y)?.set(x, (left.get(y)?.get(x) ?? 0) + width);
		}
		total += width;
	}
	return total;
}

/** Names along a way that still carries something, fewest first; null: there is none. */
function shortest(left: ReadonlyMap<string, ReadonlyMap<string, number>>, from: string, to: string): string[] | null {
	const before = new Map<string, string | null>([[from, null]]);
	for (const [name] of before) {
		if (name === to) {
			const way: string[] = [];
			for (let step: string | null = to; step !== null; step = before.get(step) ?? null) way.unshift(step);
			return from === to ? null : way;
		}
		for (const [next, width] of left.get(name) ?? []) if (width > 0 && !before.has(next)) before.set(next, name);
	}
	return null;
}
