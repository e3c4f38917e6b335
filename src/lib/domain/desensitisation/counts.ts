import type { Action, Kind } from './kind.ts';

/** How many findings of each kind were dealt with in which way. */
export type FindingCounts = Partial<Record<Kind, Partial<Record<Action, number>>>>;

/** Counts with more findings added to them. */
export function countFindings(findings: Iterable<{ kind: Kind; action: Action }>, counts: FindingCounts = {}): FindingCounts {
	const sums: FindingCounts = structuredClone(counts);
	for (const { kind, action } of findings) {
		const ofKind = (sums[kind] ??= {});
		ofKind[action] = (ofKind[action] ?? 0) + 1;
	}
	return sums;
}

/** Two counts as one. */
export function addCounts(counts: FindingCounts, more: FindingCounts): FindingCounts {
	const sums: FindingCounts = structuredClone(counts);
	for (const [kind, ofKind] of Object.entries(more)) for (const [action, count] of Object.entries(ofKind)) {
		const here = (sums[kind as Kind] ??= {});
		here[action as Action] = (here[action as Action] ?? 0) + count;
	}
	return sums;
}

/** Counts of what was hidden alone. */
export function withoutFlags(counts: FindingCounts): FindingCounts {
	return Object.fromEntries(Object.entries(counts).map(([kind, ofKind]) => [kind, Object.fromEntries(Object.entries(ofKind).filter(([action]) => action !== 'flag'))]));
}

/** All findings of counts. */
export function totalOf(counts: FindingCounts): number {
	return Object.values(counts).reduce((sum, ofKind) => sum + Object.values(ofKind).reduce((inner, count) => inner + count, 0), 0);
}
