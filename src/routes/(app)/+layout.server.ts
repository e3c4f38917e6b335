import { getLocale } from '#lib/paraglide/runtime.js';
import { countUnread } from '#lib/server/usecases/list-notifications.ts';
import { rememberLocale } from '#lib/server/usecases/remember-locale.ts';
import { signedIn } from '../page-result.ts';
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = async ({ locals, url, depends }) => {
	depends('plumbline:notifications');
	const actor = signedIn(locals, url);
	const locale = getLocale();
	const [unread] = await Promise.all([countUnread(locals.app, actor), locals.person && locals.person.locale !== locale ? rememberLocale(locals.app, actor, locale) : null]);
	return { unread };
};
