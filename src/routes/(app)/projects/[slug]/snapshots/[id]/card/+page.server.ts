import { error } from '@sveltejs/kit';
import { getLocale } from '#lib/paraglide/runtime.js';
import { readCard } from '#lib/server/usecases/read-card.ts';
import { signedIn, valueOf } from '../../../../../../page-result.ts';
import { isRowId } from '../../../../../../row-id.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url }) => {
	const actor = signedIn(locals, url);
	const missing = () => error(404, { message: 'There is no such snapshot.', code: 'not_found' });
	if (!isRowId(params.id)) missing();
	const locale = getLocale();
	const found = valueOf(await readCard(locals.app, actor, { id: params.id, locale }), locals.requestId);
	if (found.project !== params.slug) missing();
	return { snapshot: found, locale };
};
