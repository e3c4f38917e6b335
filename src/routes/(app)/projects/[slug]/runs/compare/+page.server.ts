import { AXES } from '#lib/domain/compare-runs.ts';
import { compareRuns } from '#lib/server/usecases/compare-runs.ts';
import { signedIn, valueOf } from '../../../../../page-result.ts';
import { isRowId } from '../../../../../row-id.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url }) => {
	const actor = signedIn(locals, url);
	const runIds = url.searchParams.getAll('run').filter(isRowId);
	const axis = AXES.find((one) => one === url.searchParams.get('axis')) ?? 'step';
	return { comparison: valueOf(await compareRuns(locals.app, actor, { slug: params.slug, runIds, metric: url.searchParams.get('metric') ?? 'loss', axis }), locals.requestId) };
};
