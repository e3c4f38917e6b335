import { mergeGroups, splitChanges } from '../../domain/merged-groups.ts';
import type { GroupLink } from '../../domain/merged-groups.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import type { Tx } from '../db/client.ts';
import * as nearDuplicates from '../db/near-duplicates.ts';
import type { Decision, OpenPair } from '../db/near-duplicates.ts';
import * as projects from '../db/projects.ts';
import * as promptGroups from '../db/prompt-groups.ts';
import type { HeldGroup } from '../db/prompt-groups.ts';
import * as overlaps from '../db/snapshot-overlaps.ts';
import { allow } from './access.ts';
import { inTransaction } from './transaction.ts';

/** What came of it: pairs decided, questions that are held out further than before, and snapshots that had trained on them. */
export type Decided = { decided: number; moved: number; snapshots: string[] };

/** Pairs with the groups that their two questions came with. */
type Paired = OpenPair & { homes: GroupLink };

async function withHomes(tx: Tx, pairs: readonly OpenPair[]): Promise<Paired[]> {
	const homes = await promptGroups.homesOf(tx, [...new Set(pairs.flatMap(({ promptId, likeId }) => [promptId, likeId]))]);
	return pairs.map((pair) => ({ ...pair, homes: [homes.get(pair.promptId) ?? '', homes.get(pair.likeId) ?? ''] }));
}

/** Links what is called the same, and takes back the links of what is no longer called so. */
async function relink(tx: Tx, pairs: readonly Paired[], of: { projectId: string; decision: Decision; by: string }): Promise<void> {
	for (const { decision, homes } of pairs) {
		if (homes[0] === homes[1]) continue;
		if (of.decision === 'same') await promptGroups.link(tx, { projectId: of.projectId, between: homes, by: of.by });
		else if (decision === 'same') await promptGroups.unlink(tx, homes);
	}
}

/** How groups are held now, and how their links say that they should be. */
async function planOf(tx: Tx, groups: readonly HeldGroup[]): Promise<{ holders: Map<string, string>; further: HeldGroup[]; back: HeldGroup[] }> {
	const holders = mergeGroups(groups, await promptGroups.linksOf(tx, groups.map(({ id }) => id)));
	const changes = splitChanges(groups, new Map(groups.map(({ id, heldBy }) => [id, heldBy])), holders);
	const those = (ids: readonly string[]) => groups.filter(({ id }) => ids.includes(id));
	return { holders, further: those(changes.further), back: those(changes.back) };
}

/**
 * Keeps what a person says of pairs of nearly equal questions. `same` merges
 * their groups: all questions of both are held out as far as the further of the
 * two (semantics 10), which `holdOut` must allow where it moves any. `different`
 * and `open` part groups that were merged by it, unless that would bring back
 * what is held out. A pair that the person may not see is as if it were not
 * there.
 */
export async function decideDuplicates(app: Pick<App, 'db'>, actor: Actor, input: { slug: string; pairs: readonly string[]; decision: Decision; holdOut?: boolean | undefined }): Promise<Result<Decided>> {
	const { decision } = input;
	return inTransaction(app.db, async (tx) => {
		const access = await allow(tx, actor, { slug: input.slug }, 'import.create');
		if (!access.ok) return access;
		const projectId = access.value.project.id;
		await projects.serialise(tx, projectId);
		const ids = [...new Set(input.pairs)];
		const found = await nearDuplicates.lock(tx, { projectId, userId: actor.userId, ids });
		if (found.length < ids.length) return fail('not_found', 'One of these pairs is not there, or not for you to see.', { errors: [{ field: 'pairs', message: 'must be pairs as the list gives them' }] });
		const pairs = await withHomes(tx, found);
		await nearDuplicates.decide(tx, ids, { decision, by: actor.userId });
		const groups = await promptGroups.heldTogether(tx, [...new Set(pairs.flatMap(({ homes }) => homes))]);
		await relink(tx, pairs, { projectId, decision, by: actor.userId });
		const { holders, further, back } = await planOf(tx, groups);
		const moved = await promptGroups.promptsOf(tx, further);
		if (back.length > 0) {
			const n = await promptGroups.promptsOf(tx, back);
			return fail('conflict', `They stay together: apart, ${n} questions that are held out would go back to what is trained on, and nothing may.`, { facts: { back: n } });
		}
		await promptGroups.hold(tx, groups, holders);
		const snapshots = await overlaps.overlapping(tx, projectId, further.map(({ id }) => id));
		if (moved > 0 && !input.holdOut) {
			return fail('conflict', `As one group ${moved} questions are held out further than now, for good${snapshots.length > 0 ? `, and ${snapshots.length} snapshots trained on them` : ''}. Send holdOut=true to go on.`, { facts: { moved, snapshots: snapshots.length } });
		}
		for (const { id } of pairs) await record(tx, actor, { action: 'near_duplicate.decide', projectId, subject: ['near_duplicate', id], details: { decision, moved, snapshots } });
		return ok({ decided: pairs.length, moved, snapshots });
	});
}
