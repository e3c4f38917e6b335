import { assignmentState } from '../../domain/assignment.ts';
import type { AssignmentState } from '../../domain/assignment.ts';
import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as assignments from '../db/assignments.ts';
import type { AssigneeLine, AssignmentLine } from '../db/assignments.ts';
import { allow } from './access.ts';

const PAGE = 20;

/** A batch with how it stands and how each of its people does. */
export type AssignmentView = Omit<AssignmentLine, 'due'> & { state: AssignmentState; open: number; people: Omit<AssigneeLine, 'assignmentId'>[] };

/** Batches of a project, those that run or those that ended, newest first, a page at a time. Only what this person may see is counted. */
export async function listAssignments(app: Pick<App, 'db'>, actor: Actor, query: { slug: string; ended?: boolean | undefined; cursor?: string | undefined }): Promise<Result<{ assignments: AssignmentView[]; next: string | null }>> {
	const access = await allow(app.db, actor, { slug: query.slug }, 'assignment.manage');
	if (!access.ok) return access;
	const rows = await assignments.list(app.db, access.value.project.id, { viewer: actor.userId, ended: query.ended === true, before: query.cursor ?? null, limit: PAGE + 1 });
	const shown = rows.slice(0, PAGE);
	const people = await assignments.peopleOf(app.db, shown.map(({ id }) => id), actor.userId);
	return ok({
		assignments: shown.map(({ due, ...row }) => {
			const open = row.items - row.done;
			return { ...row, open, state: assignmentState({ ended: row.endedAt !== null, due, open }), people: people.filter(({ assignmentId }) => assignmentId === row.id).map(({ assignmentId: _, ...one }) => one) };
		}),
		next: rows.length > PAGE ? (shown.at(-1)?.id ?? null) : null
	});
}
