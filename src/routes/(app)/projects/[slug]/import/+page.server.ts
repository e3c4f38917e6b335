import { listImports } from '#lib/server/usecases/read-import.ts';
import { signedIn, valueOf } from '../../../../page-result.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url, depends }) => {
	depends('plumbline:imports');
	const actor = signedIn(locals, url);
	return { imports: valueOf(await listImports(locals.app, actor, params.slug), locals.requestId) };
};
