import { listNotifications } from '#lib/server/usecases/list-notifications.ts';
import { readNotifications } from '#lib/server/usecases/read-notifications.ts';
import { signedIn } from '../../page-result.ts';
import type { Actions, PageServerLoad } from './$types';
import { isRowId } from '../../row-id.ts';

export const load: PageServerLoad = async ({ locals, url, depends }) => {
	depends('plumbline:notifications');
	const actor = signedIn(locals, url);
	const after = url.searchParams.get('after');
	const { notifications, unread, next } = await listNotifications(locals.app, actor, { cursor: isRowId(after) ? after : undefined });
	return { notifications, unread, next, first: after === null };
};

export const actions: Actions = {
	readAll: async ({ locals, url }) => {
		const actor = signedIn(locals, url);
		const result = await readNotifications(locals.app, actor, 'all');
		if (!result.ok) throw new Error(result.problem.detail);
		return result.value;
	}
};
