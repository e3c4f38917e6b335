import { listSweeps } from '#lib/server/usecases/read-sweep.ts';
import { signedIn, valueOf } from '../../../../page-result.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url, depends }) => {
	depends('plumbline:sweeps');
	return { sweeps: valueOf(await listSweeps(locals.app, signedIn(locals, url), params.slug), locals.requestId) };
};
