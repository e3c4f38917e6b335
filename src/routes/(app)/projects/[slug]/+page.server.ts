import { readLoop } from '#lib/server/usecases/read-loop.ts';
import { readOwnWork } from '#lib/server/usecases/read-own-work.ts';
import { signedIn, valueOf } from '../../../page-result.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url, depends }) => {
	depends('plumbline:loop');
	const actor = signedIn(locals, url);
	const loop = valueOf(await readLoop(locals.app, actor, params.slug), locals.requestId);
	return { loop, assigned: loop.mine ? valueOf(await readOwnWork(locals.app, actor, params.slug), locals.requestId) : null };
};
