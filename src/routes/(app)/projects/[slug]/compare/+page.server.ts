import { compareDesk } from '#lib/server/usecases/compare-desk.ts';
import { signedIn, valueOf } from '../../../../page-result.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url, depends }) => {
	depends('plumbline:desk');
	const actor = signedIn(locals, url);
	return valueOf(await compareDesk(locals.app, actor, params.slug), locals.requestId);
};
