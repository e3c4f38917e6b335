import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { Actor } from '../auth/actor.ts';
import type { Db } from '../db/client.ts';
import * as notifications from '../db/notifications.ts';
import type { Notice } from '../db/notifications.ts';
import { allowAccount } from './access.ts';

/** Marks one's own notifications as read: these, or all. Whose they are not are left alone. What one has read is nobody's business: no audit entry. */
export async function readNotifications(app: { db: Db }, actor: Actor, ids: readonly string[] | 'all'): Promise<Result<{ read: number; unread: number }>> {
	const allowed = allowAccount(actor);
	if (!allowed.ok) return allowed;
	return app.db.transaction(async (tx) => {
		const read = await notifications.markRead(tx, actor.userId, ids);
		return ok({ read, unread: await notifications.unread(tx, actor.userId) });
	});
}

/** Opens one: it is read from now on. */
export async function openNotification(app: { db: Db }, actor: Actor, id: string): Promise<Result<Notice>> {
	return app.db.transaction(async (tx) => {
		const notice = await notifications.one(tx, actor.userId, id);
		if (!notice) return fail('not_found', 'There is no such notification of yours, or you may no longer see what it is about.');
		await notifications.markRead(tx, actor.userId, [id]);
		return ok(notice);
	});
}
