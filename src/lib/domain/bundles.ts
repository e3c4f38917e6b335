import { sha256Hex } from './canonical-json.ts';

/**
 * More prompt groups than this are drawn in bundles: as independent of each other
 * as groups are, and what an interval costs no longer grows with the record.
 */
export const MAX_CLUSTERS = 4096;

/** So many bundles there are: an interval of a thousand clusters is as wide as one of four thousand, at a quarter of the cost. */
export const BUNDLES = 1024;

/** The bundle that three hexadecimal digits name. */
const named = (digits: string): string => String(Number.parseInt(digits, 16) % BUNDLES);

/** The bundle of a group, by the hash of its name. */
export function bundleOf(group: string): string {
	return named(sha256Hex(group).slice(0, 3));
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
		const bundle = named(group.slice(-3));
		// One text for each bundle: looked up a hundred thousand times, equal texts are compared, the same is known.
		names.set(bundle, names.get(bundle) ?? bundle);
		bundles.set(group, names.get(bundle) ?? bundle);
	}
	return bundles.size <= MAX_CLUSTERS ? observations : observations.map((one) => ({ ...one, group: bundles.get(one.group) ?? one.group }));
}
