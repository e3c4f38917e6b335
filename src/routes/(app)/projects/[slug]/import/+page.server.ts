import { listOfferedSources } from '#lib/server/usecases/browse-source.ts';
import { waitingDuplicates } from '#lib/server/usecases/list-duplicates.ts';
import { listImports } from '#lib/server/usecases/read-import.ts';
import { signedIn, valueOf } from '../../../../page-result.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url, depends }) => {
	depends('plumbline:imports');
	const actor = signedIn(locals, url);
	const sources = await listOfferedSources(locals.app, actor, params.slug);
	// Who may not bring files in is offered none.
	return { imports: valueOf(await listImports(locals.app, actor, params.slug), locals.requestId), sources: sources.ok ? sources.value : [], near: await waitingDuplicates(locals.app, actor, params.slug) };
};
