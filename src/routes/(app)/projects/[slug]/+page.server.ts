import { readLoop } from '#lib/server/usecases/read-loop.ts';
import { signedIn, valueOf } from '../../../page-result.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url, depends }) => {
	depends('plumbline:loop');
	const actor = signedIn(locals, url);
	return { loop: valueOf(await readLoop(locals.app, actor, params.slug), locals.requestId) };
};
