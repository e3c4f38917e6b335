import { readLoop } from '#lib/server/usecases/read-loop.ts';
import { readOwnWork } from '#lib/server/usecases/read-own-work.ts';
import { signedIn, valueOf } from '../../../page-result.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url, depends }) => {
	depends('plumbline:loop');
	const actor = signedIn(locals, url);
	// One's own work is asked for beside the rest: who judges nothing has none, and is shown none.
	const [read, own] = await Promise.all([readLoop(locals.app, actor, params.slug), readOwnWork(locals.app, actor, params.slug)]);
	const loop = valueOf(read, locals.requestId);
	return { loop, assigned: loop.mine ? valueOf(own, locals.requestId) : null };
};
