import { completePolicy, mixesIn } from '../../domain/judging-policy.ts';
import { may } from '../../domain/permission.ts';
import { leftInTens } from '../../domain/told-in-tens.ts';
import { MOST_TOLD } from '../../domain/told-up-to.ts';
import type { Actor } from '../auth/actor.ts';
import type { Executor } from '../db/client.ts';
import * as openPlaces from '../db/open-places.ts';
import type { Round } from '../db/rounds.ts';
import type { Access } from './access.ts';

/**
 * Whether a person is told counts of real work in tens: who is given gold and
 * repeats unseen would know them by a count that stands still. Who may read
 * which items are gold is given none (decisions/gold-told-in-tens.md).
 */
export function toldInTens(actor: Actor, { project, role }: Access): boolean {
	const who = { role, isAdmin: actor.isAdmin };
	return mixesIn(completePolicy(project.judgingPolicy)) && may(who, 'task.judge') && !may(who, 'gold.manage');
}

/** What is left for a person in a round, in tens where it is told so; null: 500 or more. */
export async function ownLeft(db: Executor, of: { round: Pick<Round, 'id' | 'comparisons'>; userId: string; inTens: boolean }): Promise<number | null> {
	const left = await openPlaces.leftFor(db, of.round.id, of.userId, MOST_TOLD);
	if (left >= MOST_TOLD) return null;
	return of.inTens ? leftInTens(left, of.round.comparisons) : left;
}
