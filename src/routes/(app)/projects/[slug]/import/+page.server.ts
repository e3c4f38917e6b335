import { listOfferedSources } from '#lib/server/usecases/browse-source.ts';
import { waitingDuplicates } from '#lib/server/usecases/list-duplicates.ts';
import { listImports } from '#lib/server/usecases/read-import.ts';
import { listUploads } from '#lib/server/usecases/receive-upload.ts';
import { signedIn, valueOf } from '../../../../page-result.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url, depends }) => {
	depends('plumbline:imports');
	const actor = signedIn(locals, url);
	const { slug } = params;
	const [imports, sources, uploads, near] = await Promise.all([
		listImports(locals.app, actor, slug),
		listOfferedSources(locals.app, actor, slug),
		listUploads(locals.app, actor, { slug, file: null }),
		waitingDuplicates(locals.app, actor, slug)
	]);
	// Who may not bring files in is offered none, and has none under way.
	return { imports: valueOf(imports, locals.requestId), sources: sources.ok ? sources.value : [], uploads: uploads.ok ? uploads.value : [], near };
};
