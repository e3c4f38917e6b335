import { fail, redirect } from '@sveltejs/kit';
import { PROBLEMS } from '#lib/domain/problem.ts';
import type { Result } from '#lib/domain/problem.ts';
import { endModelServer, restartModelServer } from '#lib/server/usecases/end-model-server.ts';
import { readModelServer } from '#lib/server/usecases/read-model-server.ts';
import { signedIn, valueOf } from '../../../../../page-result.ts';
import { rowId } from '../../../../../row-id.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url, depends }) => {
	depends('plumbline:serving');
	const actor = signedIn(locals, url);
	const server = valueOf(await readModelServer(locals.app, actor, rowId(params.id, locals.requestId)), locals.requestId);
	if (server.project !== params.slug) redirect(307, `/projects/${server.project}/serving/${server.id}`);
	return { server };
};

const outcome = (result: Result<unknown>) => (result.ok ? { problem: undefined } : fail(PROBLEMS[result.problem.code].status, { problem: result.problem }));

export const actions: Actions = {
	restart: async ({ locals, params, url }) => {
		const actor = signedIn(locals, url);
		return outcome(await restartModelServer(locals.app, actor, rowId(params.id, locals.requestId)));
	},
	endServer: async ({ locals, params, url }) => {
		const actor = signedIn(locals, url);
		return outcome(await endModelServer(locals.app, actor, rowId(params.id, locals.requestId)));
	}
};
