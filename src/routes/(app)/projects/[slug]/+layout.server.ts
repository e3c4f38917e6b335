import { readProject } from '#lib/server/usecases/read-project.ts';
import { signedIn, valueOf } from '../../../page-result.ts';
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = async ({ locals, params, url, depends }) => {
	depends('plumbline:project');
	const actor = signedIn(locals, url);
	return valueOf(await readProject(locals.app, actor, params.slug), locals.requestId);
};
