import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { leftInTens } from '../../domain/told-in-tens.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as assignedSlots from '../db/assigned-slots.ts';
import type { WaitingBatch } from '../db/assigned-slots.ts';
import * as delegations from '../db/delegations.ts';
import type { Delegation } from '../db/delegations.ts';
import * as members from '../db/members.ts';
import * as rounds from '../db/rounds.ts';
import { allow } from './access.ts';
import { toldInTens } from './counts-told.ts';

/** Assigned work that waits for a person (in tens where it is told so), what they handed over or do for others, and whom they could hand it to. */
export type OwnWorkView = { batches: WaitingBatch[]; waiting: number; inTens: boolean; late: boolean; nextDue: string | null; delegations: Delegation[]; colleagues: { userId: string; name: string }[] };

/** One’s own assigned work, the batch due first at the head. Who judges in the project is told by name: work is handed over to somebody. */
export async function readOwnWork(app: Pick<App, 'db'>, actor: Actor, slug: string): Promise<Result<OwnWorkView>> {
	const { db } = app;
	const access = await allow(db, actor, { slug }, 'assignment.own');
	if (!access.ok) return access;
	const { id: projectId } = access.value.project;
	const ofRound = async () => {
		const round = await rounds.newest(db, projectId);
		return { round, batches: await assignedSlots.waitingFor(db, { projectId, roundId: round.id, userId: actor.userId }) };
	};
	const [{ round, batches }, handed, judges] = await Promise.all([ofRound(), delegations.list(db, projectId, actor.userId), members.judgesByName(db, projectId)]);
	const inTens = toldInTens(actor, access.value);
	const told = (waiting: number): number => (inTens ? leftInTens(waiting, round.comparisons) : waiting);
	return ok({
		batches: batches.map((batch) => ({ ...batch, waiting: told(batch.waiting) })),
		waiting: told(batches.reduce((sum, { waiting }) => sum + waiting, 0)),
		inTens,
		late: batches.some(({ late }) => late),
		nextDue: batches.find(({ dueAt }) => dueAt !== null)?.dueAt ?? null,
		delegations: handed,
		colleagues: judges.filter(({ userId }) => userId !== actor.userId).toSorted((x, y) => x.name.localeCompare(y.name))
	});
}
