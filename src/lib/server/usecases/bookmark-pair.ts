import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import * as bookmarks from '../db/bookmarks.ts';
import type { Db } from '../db/client.ts';
import * as tasks from '../db/tasks.ts';
import { allowFound } from './access.ts';
import { inTransaction } from './transaction.ts';

/** Marks a pair that a person has or had on their desk, to discuss it or come back to it; `keep` false takes the mark away. It is theirs alone. */
export async function bookmarkPair(app: { db: Db }, actor: Actor, input: { taskId: string; keep: boolean; note?: string | undefined }): Promise<Result<null>> {
	return inTransaction(app.db, async (tx) => {
		const own = await tasks.ownWork(tx, input.taskId, actor.userId);
		if (!own) return fail('not_found', 'There is no such task of yours.');
		const access = allowFound(actor, own.access, 'task.judge');
		if (!access.ok) return access;
		if (own.walled) return fail('walled', 'You have been walled off from this matter since you were given it.');
		const { comparisonId, projectId } = own.task;
		if (input.keep) await bookmarks.put(tx, actor.userId, comparisonId, input.note === undefined ? undefined : input.note.trim() || null);
		else await bookmarks.remove(tx, actor.userId, comparisonId);
		await record(tx, actor, { action: input.keep ? 'bookmark.put' : 'bookmark.remove', projectId, subject: ['task', own.task.id], details: { comparison: comparisonId } });
		return ok(null);
	});
}
