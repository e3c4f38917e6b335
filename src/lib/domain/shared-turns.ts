/**
 * How many turns two conversations share from their beginning: what is asked in
 * both. It ends with a turn of who asks, for answers may begin alike, and each
 * conversation keeps at least its last turn as its answer.
 */
export function sharedTurns<Turn>(one: readonly Turn[], other: readonly Turn[], of: { same: (x: Turn, y: Turn) => boolean; asks: (turn: Turn) => boolean }): number {
	const most = Math.min(one.length, other.length) - 1;
	let shared = 0;
	while (shared < most && of.same(one[shared] as Turn, other[shared] as Turn)) shared += 1;
	while (shared > 0 && !of.asks(one[shared - 1] as Turn)) shared -= 1;
	return shared;
}
