import { MAX_CLUSTERS } from '../length-bias.ts';

/** Digits that make as many bundles as there may be. */
const DIGITS = 3;

/**
 * The same observations with their prompt groups in bundles, where there are
 * more groups than 4,096: by the last digits of the groups' ids, which are
 * random (UUID version 7), so that a bundle is as independent of the others as a
 * group. Bundles hold whole groups; an interval over them is as wide, and costs
 * no more with a million groups than with four thousand.
 */
export function bundled<T extends { group: string }>(observations: readonly T[]): readonly T[] {
	const groups = new Set<string>();
	for (const { group } of observations) groups.add(group);
	return groups.size <= MAX_CLUSTERS ? observations : observations.map((one) => ({ ...one, group: one.group.slice(-DIGITS) }));
}
