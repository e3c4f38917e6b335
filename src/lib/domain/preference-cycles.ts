/** A decided preference between two responses of one prompt, by any name (key or hash). */
export type Preference = { winner: string; loser: string };

/**
 * Contradictions among the preferences of one prompt: a ≻ b ≻ c ≻ a, or a ≻ b
 * and b ≻ a. For every preference that lies on a cycle, one shortest cycle
 * through it, each cycle once, starting with its smallest name; sorted. (All
 * cycles could be exponentially many; so every contradictory preference shows.)
 */
export function preferenceCycles(preferences: readonly Preference[]): string[][] {
	const losers = new Map<string, string[]>();
	for (const { winner, loser } of preferences) {
		const list = losers.get(winner) ?? [];
		if (winner !== loser && !list.includes(loser)) losers.set(winner, [...list, loser].sort());
	}
	const cycles = new Map<string, string[]>();
	for (const [winner, list] of losers) {
		for (const loser of list) {
			const way = shortestWay(losers, loser, winner);
			if (!way) continue;
			const cycle = rotate(way);
			cycles.set(JSON.stringify(cycle), cycle);
		}
	}
	return [...cycles.entries()].sort(([x], [y]) => (x < y ? -1 : x > y ? 1 : 0)).map(([, cycle]) => cycle);
}

/** Names from `start` to `goal` along the preferences, fewest first, or null. */
function shortestWay(losers: ReadonlyMap<string, string[]>, start: string, goal: string): string[] | null {
	const from = new Map<string, string | null>([[start, null]]);
	const queue = [start];
	for (const name of queue) {
		if (name === goal) {
			const way: string[] = [];
			for (let at: string | null = goal; at !== null; at = from.get(at) ?? null) way.unshift(at);
			return way;
		}
		for (const next of losers.get(name) ?? []) {
			if (from.has(next)) continue;
			from.set(next, name);
			queue.push(next);
		}
	}
	return null;
}

function rotate(cycle: string[]): string[] {
	const first = cycle.indexOf(cycle.reduce((least, name) => (name < least ? name : least)));
	return [...cycle.slice(first), ...cycle.slice(0, first)];
}
