/** What a lineage is drawn of. */
export const LINEAGE_KINDS = ['round', 'judgment', 'judgments', 'snapshot', 'run', 'checkpoint', 'response'] as const;
export type LineageKind = (typeof LINEAGE_KINDS)[number];

/** A thing by its kind and name: `checkpoint:0198…`. */
export type Key = `${LineageKind}:${string}`;
export const keyOf = (kind: LineageKind, id: string): Key => `${kind}:${id}`;
export const kindOf = (key: Key): LineageKind => key.slice(0, key.indexOf(':')) as LineageKind;

/** From what something came: the arrow points from the earlier to the later. */
export type Arrow = { from: Key; to: Key };

/** Things on one side of the focus that are not drawn, beside the last one that is. */
export type Left = { beside: Key; side: 'before' | 'after'; things: number };

/** What is drawn around a thing, and what is left out. */
export type Neighbourhood = {
	focus: Key;
	/** All that led to the focus, nearest first. */
	before: Key[];
	/** All that came of it, nearest first. */
	after: Key[];
	arrows: Arrow[];
	left: Left[];
};

/** Most things drawn on either side: what a screen holds and a reader can follow. */
export const MOST_DRAWN = 24;
/** Most things that one thing leads to and that are drawn of one kind: a sweep has hundreds of runs. */
export const MOST_OF_A_KIND = 4;

type Ways = ReadonlyMap<Key, readonly Key[]>;

function waysOf(arrows: readonly Arrow[], side: 'before' | 'after'): Ways {
	const ways = new Map<Key, Key[]>();
	for (const { from, to } of arrows) {
		const [here, there] = side === 'after' ? [from, to] : [to, from];
		const list = ways.get(here);
		if (list) list.push(there);
		else ways.set(here, [there]);
	}
	return ways;
}

/** These things and everything that ways lead to from them. */
function reach(ways: Ways, starts: readonly Key[]): Set<Key> {
	const reached = new Set<Key>(starts);
	for (const key of reached) for (const next of ways.get(key) ?? []) reached.add(next);
	return reached;
}

/** The nearest things on one side, a few of each kind from each, up to the most. */
function nearest(ways: Ways, focus: Key): Key[] {
	const drawn = new Set<Key>([focus]);
	for (const key of drawn) {
		const ofKind = new Map<LineageKind, number>();
		for (const next of ways.get(key) ?? []) {
			if (drawn.has(next)) continue;
			const kind = kindOf(next);
			if ((ofKind.get(kind) ?? 0) >= MOST_OF_A_KIND || drawn.size > MOST_DRAWN) continue;
			ofKind.set(kind, (ofKind.get(kind) ?? 0) + 1);
			drawn.add(next);
		}
	}
	drawn.delete(focus);
	return [...drawn];
}

/**
 * What led to a thing and what came of it, out of all arrows of a project:
 * everything upstream and everything downstream, nothing that only lies beside.
 * A long history is cut where it is furthest: `left` says how many things are
 * behind each of the last ones drawn. Arrows of a thing come in the order in
 * which its neighbours shall be kept.
 */
export function neighbourhood(arrows: readonly Arrow[], focus: Key): Neighbourhood {
	const sides = (['before', 'after'] as const).map((side) => {
		const ways = waysOf(arrows, side);
		const drawn = nearest(ways, focus);
		const shown = new Set<Key>([focus, ...drawn]);
		const counted = new Set<Key>();
		const left = [focus, ...drawn].flatMap((beside): Left[] => {
			const hidden = (ways.get(beside) ?? []).filter((next) => !shown.has(next));
			const behind = [...reach(ways, hidden)].filter((key) => !shown.has(key) && !counted.has(key));
			for (const key of behind) counted.add(key);
			return behind.length > 0 ? [{ beside, side, things: behind.length }] : [];
		});
		return { drawn, shown, left };
	});
	const [before, after] = [sides[0]?.drawn ?? [], sides[1]?.drawn ?? []];
	const within = ({ from, to }: Arrow): boolean => sides.some(({ shown }) => shown.has(from) && shown.has(to));
	return { focus, before, after, arrows: arrows.filter(within), left: sides.flatMap(({ left }) => left) };
}
