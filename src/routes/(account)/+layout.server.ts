import { countUnread } from '#lib/server/usecases/list-notifications.ts';
import type { LayoutServerLoad } from './$types';

/** Who is signed in sees here too what waits for them; who is not, no bell. */
export const load: LayoutServerLoad = async ({ locals, depends }) => {
	depends('plumbline:notifications');
	return { unread: locals.actor ? await countUnread(locals.app, locals.actor) : null };
};
