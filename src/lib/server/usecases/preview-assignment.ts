import type { AssignmentFilter } from '../../domain/assignment.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as assignments from '../db/assignments.ts';
import type { Suitability } from '../db/assignments.ts';
import type { Executor } from '../db/client.ts';
import * as groups from '../db/groups.ts';
import * as rounds from '../db/rounds.ts';
import { allow } from './access.ts';

/** To whom a batch is to go. */
export type Assignees = { people?: readonly string[] | undefined; groups?: readonly string[] | undefined };

/** Everybody meant, once; null: a group is not the project's. */
export async function everybodyMeant(db: Executor, projectId: string, of: Assignees): Promise<string[] | null> {
	const wanted = new Set(of.groups ?? []);
	const known = wanted.size === 0 ? [] : (await groups.list(db, projectId)).filter(({ id }) => wanted.has(id));
	if (known.length !== wanted.size) return null;
	return [...new Set([...(of.people ?? []), ...known.flatMap(({ members }) => members.map(({ userId }) => userId))])];
}

/** What a batch would hold, and what of it each person could be given. */
export type AssignmentPreview = { matches: number; given: number; people: Suitability[] };

/** How many open comparisons a filter means now, how many of them are in another running batch, and who could not be given what. */
export async function previewAssignment(app: Pick<App, 'db'>, actor: Actor, input: { slug: string; filter: AssignmentFilter } & Assignees): Promise<Result<AssignmentPreview>> {
	const access = await allow(app.db, actor, { slug: input.slug }, 'assignment.manage');
	if (!access.ok) return access;
	const { id: projectId } = access.value.project;
	const people = await everybodyMeant(app.db, projectId, input);
	if (!people) return fail('not_found', 'There is no such group in this project.');
	const of = { roundId: (await rounds.newest(app.db, projectId)).id, viewer: actor.userId, filter: input.filter };
	const [counted, suitable] = await Promise.all([assignments.countMatching(app.db, of), assignments.suitability(app.db, { ...of, projectId, people })]);
	return ok({ ...counted, people: suitable });
}
