import * as v from 'valibot';
import { NOTIFICATION_KINDS } from '../../db/notifications.ts';
import { uuid } from '../fields.ts';
import { operation } from '../operation.ts';

const text = v.nullable(v.string());

export const listNotifications = operation({
	id: 'listNotifications',
	method: 'GET',
	path: '/notifications',
	summary: 'One’s own notifications, newest first, a page at a time; unread is counted up to 100',
	access: 'signed-in',
	query: v.object({ cursor: v.optional(uuid), limit: v.optional(v.pipe(v.string(), v.regex(/^\d{1,3}$/, 'a whole number from 1 to 100'), v.toNumber(), v.minValue(1, 'at least 1'), v.maxValue(100, 'at most 100'))) }),
	answers: {
		200: v.object({
			notifications: v.array(
				v.object({
					id: v.string(),
					kind: v.picklist(NOTIFICATION_KINDS),
					project: v.object({ slug: v.string(), name: v.string(), locale: v.string() }),
					createdAt: v.string(),
					read: v.boolean(),
					by: text,
					judgmentId: text,
					commentId: text,
					text,
					batch: v.nullable(v.object({ name: v.string(), dueAt: text })),
					delegation: v.nullable(v.object({ from: v.string(), startsAt: v.string(), endsAt: v.string() }))
				})
			),
			unread: v.number(),
			next: text
		})
	}
});

export const readNotifications = operation({
	id: 'readNotifications',
	method: 'POST',
	path: '/notifications/read',
	summary: 'Mark one’s own notifications as read: those of ids, or all',
	access: 'signed-in',
	body: v.union([v.strictObject({ ids: v.pipe(v.array(uuid), v.minLength(1, 'at least one'), v.maxLength(1000, 'at most 1000')) }), v.strictObject({ all: v.literal(true) })], '{ids: […]} or {all: true}'),
	answers: { 200: v.object({ read: v.number(), unread: v.number() }) }
});
