import { heldOutRank } from '#lib/domain/merged-groups.ts';
import type { Cluster, NearDuplicate, PairedPrompt } from '#lib/server/db/near-duplicates.ts';
import type { Split } from '#lib/domain/holdout.ts';

/** Where questions would go if these were called the same: the split that is held out furthest, and whether any is not there yet. */
export function mergeEffect(cluster: Pick<Cluster, 'prompt'>, like: readonly Pick<NearDuplicate, 'prompt'>[]): { to: Split; moves: boolean } {
	const prompts: PairedPrompt[] = [cluster.prompt, ...like.map(({ prompt }) => prompt)];
	const to = prompts.reduce<Split>((furthest, { split }) => (heldOutRank(split) > heldOutRank(furthest) ? split : furthest), 'train');
	return { to, moves: prompts.some(({ split }) => split !== to) };
}
