import { filterOf } from '#lib/components/history/filter.ts';
import { listJudgments } from '#lib/server/usecases/list-judgments.ts';
import { signedIn, valueOf } from '../../../../page-result.ts';
import type { PageServerLoad } from './$types';
import { isRowId } from '../../../../row-id.ts';

export const load: PageServerLoad = async ({ locals, params, url }) => {
	const actor = signedIn(locals, url);
	const filter = filterOf(url.searchParams);
	const cursor = url.searchParams.get('after');
	const page = valueOf(
		await listJudgments(locals.app, actor, {
			slug: params.slug,
			mine: true,
			current: true,
			cursor: isRowId(cursor) ? cursor : undefined,
			search: filter.search,
			verdict: filter.verdict || undefined,
			round: filter.round ?? undefined,
			rationale: filter.rationale,
			bookmarked: filter.bookmarked
		}),
		locals.requestId
	);
	return { ...page, filter, first: cursor === null };
};
