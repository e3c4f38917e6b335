import { error } from '@sveltejs/kit';
import { getLocale } from '#lib/paraglide/runtime.js';
import { readReport } from '#lib/server/usecases/read-report.ts';
import { signedIn, valueOf } from '../../../../../../page-result.ts';
import { isRowId, rowId } from '../../../../../../row-id.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url, depends }) => {
	depends('plumbline:report');
	const actor = signedIn(locals, url);
	const decision = url.searchParams.get('decision');
	if (decision !== null && !isRowId(decision)) error(404, { message: 'There is no such decision.', code: 'not_found' });
	const locale = getLocale();
	return { report: valueOf(await readReport(locals.app, actor, { checkpointId: rowId(params.id, locals.requestId), decisionId: decision ?? undefined, locale }), locals.requestId), locale };
};
