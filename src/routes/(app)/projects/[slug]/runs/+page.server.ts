import { listRuns } from '#lib/server/usecases/read-run.ts';
import { signedIn, valueOf } from '../../../../page-result.ts';
import type { PageServerLoad } from './$types';

const RUNS_A_PAGE = 50;

export const load: PageServerLoad = async ({ locals, params, url, depends }) => {
	depends('plumbline:runs');
	const actor = signedIn(locals, url);
	const all = valueOf(await listRuns(locals.app, actor, params.slug), locals.requestId);
	const after = url.searchParams.get('after');
	const begin = after ? all.findIndex((run) => run.id === after) + 1 : 0;
	const runs = all.slice(begin, begin + RUNS_A_PAGE);
	return { runs, total: all.length, first: begin === 0, next: begin + runs.length < all.length ? (runs.at(-1)?.id ?? null) : null };
};
