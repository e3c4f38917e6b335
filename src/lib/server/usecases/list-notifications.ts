import type { NotificationKind } from '../../domain/notification-kind.ts';
import type { Action } from '../../domain/permission.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as notifications from '../db/notifications.ts';
import type { Notice } from '../db/notifications.ts';

const PAGE = 30;

/** What a token must be allowed for the words of a notification; without it, it learns only that there is one. */
const WORDS: Partial<Record<NotificationKind, Action>> = { overturned: 'judgment.own', sent_back: 'comment.read', declined: 'automation.read', unsigned: 'checkpoint.read' };

function forToken(actor: Actor, notice: Notice): Notice {
	const needed = WORDS[notice.kind];
	return needed && actor.scopes && !actor.scopes.includes(needed) ? { ...notice, text: null } : notice;
}

/** One's own notifications, newest first, a page at a time, and how many are unread (100 means more). */
export async function listNotifications(app: Pick<App, 'db'>, actor: Actor, query: { cursor?: string | undefined; limit?: number | undefined }): Promise<{ notifications: Notice[]; unread: number; next: string | null }> {
	const limit = query.limit ?? PAGE;
	const [rows, unread] = await Promise.all([
		notifications.list(app.db, { userId: actor.userId, before: query.cursor ?? null, limit: limit + 1 }),
		notifications.unread(app.db, actor.userId)
	]);
	const shown = rows.slice(0, limit);
	return { notifications: shown.map((notice) => forToken(actor, notice)), unread, next: rows.length > limit ? (shown.at(-1)?.id ?? null) : null };
}

/** How many notifications somebody has not read, at most 100: one look into an index, for every page. */
export async function countUnread(app: Pick<App, 'db'>, actor: Actor): Promise<number> {
	return notifications.unread(app.db, actor.userId);
}
