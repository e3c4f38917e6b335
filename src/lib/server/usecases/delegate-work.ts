import { LONGEST_DELEGATION_DAYS } from '../../domain/assignment.ts';
import { fail, ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import type { Db } from '../db/client.ts';
import * as delegations from '../db/delegations.ts';
import * as members from '../db/members.ts';
import * as notifications from '../db/notifications.ts';
import * as people from '../db/people.ts';
import { allow, allowFound } from './access.ts';
import { inTransaction } from './transaction.ts';

/** From when (now, if not said) to when somebody does another's assigned work. `from` is oneself unless said. */
export type NewDelegation = { slug: string; from?: string | undefined; to: string; startsAt?: string | undefined; endsAt: string };

/**
 * Hands a person's assigned work to another for a time: one's own, or for who
 * manages work anybody's. The other gets it under their own walls and skills,
 * and hands on nothing: what was delegated to them is not theirs to delegate.
 */
export async function delegateWork(app: { db: Db }, actor: Actor, input: NewDelegation): Promise<Result<{ id: string }>> {
	return inTransaction(app.db, async (tx) => {
		const from = input.from ?? actor.userId;
		const access = await allow(tx, actor, { slug: input.slug }, 'assignment.own');
		if (!access.ok) return access;
		const manages = from === actor.userId ? access : allowFound(actor, access.value, 'assignment.manage');
		if (!manages.ok) return fail(manages.problem.code, 'You may hand over your own work. A reviewer or owner may hand over anybody’s.');
		const { id: projectId } = access.value.project;
		await people.hold(tx, projectId);
		const judges = new Set(await members.judges(tx, projectId));
		if (!judges.has(from)) return wrongField('from', 'an active annotator or reviewer of this project');
		if (!judges.has(input.to)) return wrongField('to', 'an active annotator or reviewer of this project');
		if (from === input.to) return wrongField('to', 'somebody else');
		const id = await delegations.insert(tx, { projectId, from, to: input.to, startsAt: input.startsAt ?? null, endsAt: input.endsAt, days: LONGEST_DELEGATION_DAYS, by: actor.userId });
		if (id === null) return wrongField('endsAt', `a time to come, after the beginning, at most ${LONGEST_DELEGATION_DAYS} days later`);
		await notifications.notify(tx, { projectId, kind: 'assigned', subjectId: id, comparisonId: null, userIds: [input.to].filter((userId) => userId !== actor.userId) });
		await record(tx, actor, { action: 'delegation.create', projectId, subject: ['delegation', id], details: { from, to: input.to } });
		return ok({ id });
	});
}
