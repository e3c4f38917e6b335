import type { App } from '../app.ts';
import * as assignments from '../db/assignments.ts';
import { record } from '../db/audit.ts';
import * as members from '../db/members.ts';
import * as notifications from '../db/notifications.ts';

/** Tells of batches whose day has come with work still open: once, to who has work of it left, to who gave it, and to the project's owners. */
export async function tellOverdue(app: Pick<App, 'db'>): Promise<number> {
	return app.db.transaction(async (tx) => {
		const late = (await assignments.fallDue(tx)).filter(({ open }) => open);
		for (const { id, projectId, createdBy, people } of late) {
			const owners = (await members.list(tx, projectId)).filter((one) => one.deactivatedAt === null && (one.role === 'owner' || one.userId === createdBy));
			await notifications.notify(tx, { projectId, kind: 'overdue', subjectId: id, comparisonId: null, userIds: [...people, ...owners.map(({ userId }) => userId)] });
			await record(tx, null, { action: 'assignment.overdue', projectId, subject: ['assignment', id] });
		}
		return late.length;
	});
}
