import { redirect } from '@sveltejs/kit';
import { noticeTarget } from '#lib/components/notifications/address.ts';
import { openNotification } from '#lib/server/usecases/read-notifications.ts';
import { signedIn } from '../../../page-result.ts';
import type { RequestHandler } from './$types';
import { isRowId } from '../../../row-id.ts';

/** Opens a notification: marks it as read and leads to what it is about. Mails link here: the address tells nothing. */
export const GET: RequestHandler = async ({ locals, params, url }) => {
	const actor = signedIn(locals, url);
	const opened = isRowId(params.id) ? await openNotification(locals.app, actor, params.id) : null;
	redirect(303, opened?.ok ? noticeTarget(opened.value) : '/notifications');
};
