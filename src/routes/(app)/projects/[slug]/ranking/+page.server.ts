import { STYLES } from '#lib/domain/bradley-terry/style.ts';
import { readRanking } from '#lib/server/usecases/read-ranking.ts';
import { signedIn, valueOf } from '../../../../page-result.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url }) => {
	const actor = signedIn(locals, url);
	const style = STYLES.find((one) => one === url.searchParams.get('style'));
	return { ranking: valueOf(await readRanking(locals.app, actor, { slug: params.slug, style }), locals.requestId) };
};
