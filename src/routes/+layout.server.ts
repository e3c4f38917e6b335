import { THEME_COOKIE, themeFrom } from '#lib/components/shell/appearance.ts';
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = ({ cookies, locals }) => ({
	person: locals.person ? { id: locals.person.id, name: locals.person.name, email: locals.person.email } : null,
	theme: themeFrom(cookies.get(THEME_COOKIE))
});
