import { readFleet } from '#lib/server/usecases/read-fleet.ts';
import { signedIn, valueOf } from '../../page-result.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url, depends }) => {
	depends('plumbline:fleet');
	return valueOf(await readFleet(locals.app, signedIn(locals, url)), locals.requestId);
};
