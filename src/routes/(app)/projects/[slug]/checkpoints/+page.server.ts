import { listCheckpoints } from '#lib/server/usecases/list-checkpoints.ts';
import { signedIn, valueOf } from '../../../../page-result.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url, depends }) => {
	depends('plumbline:checkpoints');
	const actor = signedIn(locals, url);
	const after = url.searchParams.get('after');
	return { first: after === null, ...valueOf(await listCheckpoints(locals.app, actor, { slug: params.slug, after }), locals.requestId) };
};
