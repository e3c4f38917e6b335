/**
 * Holm's adjusted p-values (S. Holm, Scand. J. Statist. 6, 1979), in the order
 * given: saying of every hypothesis whose adjusted p is at most α that it is
 * false says so of a true one with probability α at most, however the p-values
 * depend on each other.
 */
export function holm(ps: readonly number[]): number[] {
	const order = ps.map((p, place) => ({ p, place })).sort((x, y) => x.p - y.p || x.place - y.place);
	const adjusted = new Array<number>(ps.length).fill(1);
	let least = 0;
	for (const [rank, { p, place }] of order.entries()) {
		least = Math.max(least, Math.min(1, p * (ps.length - rank)));
		adjusted[place] = least;
	}
	return adjusted;
}
