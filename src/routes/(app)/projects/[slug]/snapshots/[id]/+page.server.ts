import { error } from '@sveltejs/kit';
import { describeSnapshot } from '#lib/server/usecases/describe-snapshot.ts';
import { signedIn, valueOf } from '../../../../../page-result.ts';
import type { PageServerLoad } from './$types';
import { isRowId } from '../../../../../row-id.ts';

export const load: PageServerLoad = async ({ locals, params, url }) => {
	const actor = signedIn(locals, url);
	const missing = () => error(404, { message: 'There is no such snapshot.', code: 'not_found' });
	if (!isRowId(params.id)) missing();
	const snapshot = valueOf(await describeSnapshot(locals.app, actor, params.id), locals.requestId);
	// A snapshot stands under its own project only: the frame around it must not name another one.
	if (snapshot.project !== params.slug) missing();
	return { snapshot };
};
