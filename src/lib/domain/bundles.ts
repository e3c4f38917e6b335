import { sha256Hex } from './canonical-json.ts';

/**
 * More prompt groups than this are drawn in bundles: as independent of each other
 * as groups are, and what an interval costs no longer grows with the record.
 */
export const MAX_CLUSTERS = 4096;

/** Hexadecimal digits that make as many bundles as there may be. */
const DIGITS = 3;

/** The bundle of a group, by the hash of its name. */
export function bundleOf(group: string): string {
	return sha256Hex(group).slice(0, DIGITS);
}

/**
 * The same observations with their groups in bundles, where there are more than
 * `MAX_CLUSTERS`: of groups whose names are UUIDs of version 7, by their last
 * digits, which are random already and need no hash.
 */
export function bundled<T extends { group: string }>(observations: readonly T[]): readonly T[] {
	const bundles = new Map<string, string>();
	const names = new Map<string, string>();
	for (const { group } of observations) {
		if (bundles.has(group)) continue;
		const bundle = group.slice(-DIGITS);
		// One text for each bundle: looked up a hundred thousand times, equal texts are compared, the same is known.
		names.set(bundle, names.get(bundle) ?? bundle);
		bundles.set(group, names.get(bundle) ?? bundle);
	}
	return bundles.size <= MAX_CLUSTERS ? observations : observations.map((one) => ({ ...one, group: bundles.get(one.group) ?? one.group }));
}
