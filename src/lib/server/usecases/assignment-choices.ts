import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { may } from '../../domain/permission.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as assignments from '../db/assignments.ts';
import * as delegations from '../db/delegations.ts';
import type { Delegation } from '../db/delegations.ts';
import * as groups from '../db/groups.ts';
import type { Group } from '../db/groups.ts';
import * as members from '../db/members.ts';
import * as rounds from '../db/rounds.ts';
import { allow } from './access.ts';

/** What who gives work chooses from. */
export type AssignmentChoices = { matters: string[]; tags: string[]; people: { userId: string; name: string }[]; groups: Group[]; delegations: Delegation[] };

/** Matters, tags, people and groups for giving a batch, and whose work is handed over. Nothing behind a wall for who asks. */
export async function assignmentChoices(app: Pick<App, 'db'>, actor: Actor, slug: string): Promise<Result<AssignmentChoices>> {
	const { db } = app;
	const access = await allow(db, actor, { slug }, 'assignment.manage');
	if (!access.ok) return access;
	const { id } = access.value.project;
	const ofRound = async () => assignments.choices(db, (await rounds.newest(db, id)).id, actor.userId);
	const [words, everybody, sets, handed] = await Promise.all([ofRound(), members.list(db, id), groups.list(db, id), delegations.list(db, id, null)]);
	const people = everybody.filter((one) => one.deactivatedAt === null && may({ role: one.role, isAdmin: false }, 'task.judge')).map(({ userId, name }) => ({ userId, name }));
	return ok({ ...words, people, groups: sets, delegations: handed });
}
