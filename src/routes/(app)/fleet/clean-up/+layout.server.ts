import { earlierCleanUps } from '#lib/server/usecases/clean-up.ts';
import { signedIn, valueOf } from '../../../page-result.ts';
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = async ({ locals, url, depends }) => {
	depends('plumbline:clean-ups');
	return { earlier: valueOf(await earlierCleanUps(locals.app, signedIn(locals, url)), locals.requestId) };
};
