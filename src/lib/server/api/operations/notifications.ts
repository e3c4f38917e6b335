import * as v from 'valibot';
import { NOTIFICATION_KINDS } from '../../../domain/notification-kind.ts';
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

const kinds = v.array(v.picklist(NOTIFICATION_KINDS));
const mailChoice = v.object({ sends: v.boolean(), kinds, off: kinds, always: kinds });

export const readMailChoice = operation({
	id: 'readMailChoice',
	method: 'GET',
	path: '/notifications/mail',
	summary: 'Of which kinds of notifications one is mailed: off are those one does without, always those that are mailed whatever one chooses; sends: this installation has a mail server',
	access: 'signed-in',
	answers: { 200: mailChoice }
});

export const chooseMail = operation({
	id: 'chooseMail',
	method: 'PUT',
	path: '/notifications/mail',
	summary: 'Say which kinds of notifications one does without in mails; in Plumbline one is told of all. What waits for a signature is always mailed',
	access: 'signed-in',
	body: v.strictObject({ off: v.pipe(v.array(v.picklist(NOTIFICATION_KINDS, `one of ${NOTIFICATION_KINDS.join(', ')}`)), v.maxLength(NOTIFICATION_KINDS.length, 'each kind once')) }),
	answers: { 200: mailChoice },
	problems: ['scope_missing']
});

export const readNotifications = operation({
	id: 'readNotifications',
	method: 'POST',
	path: '/notifications/read',
	summary: 'Mark one’s own notifications as read: those of ids, or all',
	access: 'signed-in',
	body: v.union([v.strictObject({ ids: v.pipe(v.array(uuid), v.minLength(1, 'at least one'), v.maxLength(1000, 'at most 1000')) }), v.strictObject({ all: v.literal(true) })], '{ids: […]} or {all: true}'),
	answers: { 200: v.object({ read: v.number(), unread: v.number() }) },
	problems: ['scope_missing']
});
