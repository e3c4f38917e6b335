import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { StoredDraft } from '../../domain/draft.ts';
import type { Actor } from '../auth/actor.ts';
import { secretHash } from '../auth/secrets.ts';
import type { Db, Tx } from '../db/client.ts';
import * as drafts from '../db/drafts.ts';
import * as progress from '../db/progress.ts';
import * as tasks from '../db/tasks.ts';
import type { TaskForWork } from '../db/tasks.ts';
import { allowFound } from './access.ts';
import { inTransaction } from './transaction.ts';

async function ownTask(tx: Tx, actor: Actor, taskId: string): Promise<Result<TaskForWork>> {
	const own = await tasks.ownWork(tx, taskId, actor.userId);
	if (!own) return fail('not_found', 'There is no such task of yours.');
	const access = allowFound(actor, own.access, 'task.judge');
	if (!access.ok) return access;
	return own.walled ? fail('walled', 'You have been walled off from this matter since you were given it.') : ok(own.task);
}

/**
 * Keeps what a person has typed on a pair until they judge it. A newer one that
 * another device kept stays, and is given instead; null: it was kept. Not in the
 * audit: it comes every few seconds and says nothing yet.
 */
export async function keepDraft(app: { db: Db }, actor: Actor, input: { taskId: string; leaseToken: string } & StoredDraft): Promise<Result<StoredDraft | null>> {
	return inTransaction(app.db, async (tx) => {
		// Judging locks the same: a draft that was under way must not come back after its judgment.
		await progress.lockForTask(tx, input.taskId, actor.userId);
		const own = await ownTask(tx, actor, input.taskId);
		if (!own.ok) return own;
		const task = own.value;
		if (task.leaseTokenHash !== secretHash(input.leaseToken)) return fail('lease_lost', 'This lease token is not the task’s. Another window of yours has the pair now.');
		if (task.state !== 'live' && task.state !== 'lost') return fail('already_decided', 'This task is over.');
		return ok((await drafts.put(tx, task, input)) ? null : await drafts.standing(tx, task.id));
	});
}

/** What the person has typed on a pair and not yet judged; null: nothing. */
export async function readDraft(app: { db: Db }, actor: Actor, taskId: string): Promise<Result<StoredDraft | null>> {
	return inTransaction(app.db, async (tx) => {
		const own = await ownTask(tx, actor, taskId);
		return own.ok ? ok(await drafts.standing(tx, own.value.id)) : own;
	});
}
