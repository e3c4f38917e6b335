import { countUnread } from '#lib/server/usecases/list-notifications.ts';
import { signedIn } from '../page-result.ts';
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = async ({ locals, url, depends }) => {
	depends('plumbline:notifications');
	const actor = signedIn(locals, url);
	return { unread: await countUnread(locals.app, actor) };
};
