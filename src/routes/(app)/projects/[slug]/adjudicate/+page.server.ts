import { adjudicationQueue } from '#lib/server/usecases/adjudication-queue.ts';
import { signedIn, valueOf } from '../../../../page-result.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url, depends }) => {
	depends('plumbline:adjudications');
	const actor = signedIn(locals, url);
	return { queue: valueOf(await adjudicationQueue(locals.app, actor, { slug: params.slug }), locals.requestId) };
};
