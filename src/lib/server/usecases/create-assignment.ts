import type { AssignmentFilter } from '../../domain/assignment.ts';
import { MOST_ASSIGNED } from '../../domain/assignment.ts';
import { fail, ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { Actor } from '../auth/actor.ts';
import * as assignments from '../db/assignments.ts';
import type { Suitability } from '../db/assignments.ts';
import { record } from '../db/audit.ts';
import type { Db } from '../db/client.ts';
import * as notifications from '../db/notifications.ts';
import * as people from '../db/people.ts';
import * as projects from '../db/projects.ts';
import * as rounds from '../db/rounds.ts';
import { allow } from './access.ts';
import { everybodyMeant } from './preview-assignment.ts';
import type { Assignees } from './preview-assignment.ts';
import { inTransaction } from './transaction.ts';

/** A batch as it was given: how many comparisons, and what of it each person can be given. */
export type GivenAssignment = { id: string; items: number; people: Suitability[] };

/**
 * Gives a batch of the open round's comparisons to people. They get it before
 * anything else, under every rule of the queue; nothing is kept from others.
 */
export async function createAssignment(app: { db: Db }, actor: Actor, input: { slug: string; name: string; filter: AssignmentFilter; dueAt?: string | undefined } & Assignees): Promise<Result<GivenAssignment>> {
	return inTransaction(app.db, async (tx) => {
		const access = await allow(tx, actor, { slug: input.slug }, 'assignment.manage');
		if (!access.ok) return access;
		const { id: projectId } = access.value.project;
		await projects.serialise(tx, projectId);
		await people.hold(tx, projectId);
		const meant = await everybodyMeant(tx, projectId, input);
		if (!meant) return wrongField('groups', 'groups of this project');
		if (meant.length === 0) return wrongField('people', 'choose at least one person or group');
		if (meant.length > MOST_ASSIGNED) return wrongField('people', `at most ${MOST_ASSIGNED}, groups included`);
		if (input.dueAt !== undefined && !(await assignments.isAhead(tx, input.dueAt))) return wrongField('dueAt', 'a time to come');
		const of = { roundId: (await rounds.newest(tx, projectId)).id, viewer: actor.userId, filter: input.filter };
		const suitable = await assignments.suitability(tx, { ...of, projectId, people: meant });
		if (suitable.length < meant.length) return wrongField('people', 'active members who judge: annotators and reviewers');
		if ((await assignments.countMatching(tx, of)).matches === 0) return fail('conflict', 'No open comparison of this round matches.');
		const able = suitable.filter(({ fit }) => fit > 0).map(({ userId }) => userId);
		if (able.length === 0) return wrongField('people', 'none of them can be given any of these comparisons');
		const { id, items } = await assignments.insert(tx, { ...of, projectId, name: input.name.trim(), dueAt: input.dueAt ?? null, createdBy: actor.userId, people: meant });
		await notifications.notify(tx, { projectId, kind: 'assigned', subjectId: id, comparisonId: null, userIds: able.filter((userId) => userId !== actor.userId) });
		await record(tx, actor, { action: 'assignment.create', projectId, subject: ['assignment', id], details: { items, people: meant } });
		return ok({ id, items, people: suitable });
	});
}
