import { redirect } from '@sveltejs/kit';
import { readCheckAnswers } from '#lib/server/usecases/read-check-answers.ts';
import { signedIn, valueOf } from '../../../../../../page-result.ts';
import { rowId } from '../../../../../../row-id.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url }) => {
	const actor = signedIn(locals, url);
	const exportId = url.searchParams.get('export');
	const told = valueOf(await readCheckAnswers(locals.app, actor, { checkpointId: rowId(params.id, locals.requestId), check: url.searchParams.get('check') ?? undefined, exportId: exportId === null ? null : rowId(exportId, locals.requestId) }), locals.requestId);
	if (told.project !== params.slug) redirect(307, `/projects/${told.project}/checkpoints/${told.checkpoint.id}/checks${url.search}`);
	return { told };
};
