import { readOwnFigures } from '#lib/server/usecases/read-own-figures.ts';
import { signedIn, valueOf } from '../../../../page-result.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url }) => {
	const actor = signedIn(locals, url);
	return { own: valueOf(await readOwnFigures(locals.app, actor, params.slug), locals.requestId) };
};
