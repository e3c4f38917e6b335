import { readAgreement } from '#lib/server/usecases/read-agreement.ts';
import { signedIn, valueOf } from '../../../../page-result.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url }) => {
	const actor = signedIn(locals, url);
	const round = Number(url.searchParams.get('round') ?? '') || undefined;
	const criterion = url.searchParams.get('criterion') || undefined;
	return { agreement: valueOf(await readAgreement(locals.app, actor, { slug: params.slug, round, criterion }), locals.requestId) };
};
