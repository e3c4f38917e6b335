import { fail, redirect } from '@sveltejs/kit';
import { PROBLEMS } from '#lib/domain/problem.ts';
import { cancelGeneration, resumeGeneration } from '#lib/server/usecases/cancel-generation.ts';
import { readGeneration } from '#lib/server/usecases/read-generation.ts';
import { signedIn, valueOf } from '../../../../../page-result.ts';
import { rowId } from '../../../../../row-id.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url, depends }) => {
	depends('plumbline:generation');
	const actor = signedIn(locals, url);
	const generation = valueOf(await readGeneration(locals.app, actor, rowId(params.id, locals.requestId)), locals.requestId);
	if (generation.slug !== params.slug) redirect(307, `/projects/${generation.slug}/generations/${generation.id}`);
	return { generation };
};

export const actions: Actions = {
	cancel: async ({ locals, params, url }) => {
		const actor = signedIn(locals, url);
		const stopped = await cancelGeneration(locals.app, actor, rowId(params.id, locals.requestId));
		if (!stopped.ok) return fail(PROBLEMS[stopped.problem.code].status, { problem: stopped.problem });
		redirect(303, url.pathname);
	},
	resume: async ({ locals, params, url }) => {
		const actor = signedIn(locals, url);
		const resumed = await resumeGeneration(locals.app, actor, rowId(params.id, locals.requestId));
		if (!resumed.ok) return fail(PROBLEMS[resumed.problem.code].status, { problem: resumed.problem });
		redirect(303, url.pathname);
	}
};
