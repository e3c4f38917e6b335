import { fail, redirect } from '@sveltejs/kit';
import { PROBLEMS } from '#lib/domain/problem.ts';
import { cancelSweep } from '#lib/server/usecases/cancel-sweep.ts';
import { readSweep } from '#lib/server/usecases/read-sweep.ts';
import { signedIn, valueOf } from '../../../../../page-result.ts';
import { rowId } from '../../../../../row-id.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url, depends }) => {
	depends('plumbline:sweep');
	const actor = signedIn(locals, url);
	const sweep = valueOf(await readSweep(locals.app, actor, rowId(params.id, locals.requestId)), locals.requestId);
	if (sweep.project !== params.slug) redirect(307, `/projects/${sweep.project}/sweeps/${sweep.id}`);
	return { sweep };
};

export const actions: Actions = {
	cancel: async ({ locals, params, url }) => {
		const actor = signedIn(locals, url);
		const cancelled = await cancelSweep(locals.app, actor, rowId(params.id, locals.requestId));
		if (!cancelled.ok) return fail(PROBLEMS[cancelled.problem.code].status, { problem: cancelled.problem });
		redirect(303, url.pathname);
	}
};
