import { redirect } from '@sveltejs/kit';
import { listRankedJudgments } from '#lib/server/usecases/list-ranked-judgments.ts';
import { signedIn, valueOf } from '../../../../../page-result.ts';
import { isRowId } from '../../../../../row-id.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url }) => {
	const actor = signedIn(locals, url);
	const [checkpoint, against, cursor] = ['checkpoint', 'against', 'after'].map((name) => url.searchParams.get(name)) as [string | null, string | null, string | null];
	if (!isRowId(checkpoint)) redirect(307, `/projects/${params.slug}/ranking`);
	const page = valueOf(await listRankedJudgments(locals.app, actor, { slug: params.slug, checkpoint, against: isRowId(against) ? against : undefined, cursor: isRowId(cursor) ? cursor : undefined }), locals.requestId);
	return { ...page, first: cursor === null };
};
