import { redirect } from '@sveltejs/kit';
import { listSnapshotJudgments } from '#lib/server/usecases/list-snapshot-judgments.ts';
import { signedIn, valueOf } from '../../../../../../page-result.ts';
import { isRowId, rowId } from '../../../../../../row-id.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url }) => {
	const actor = signedIn(locals, url);
	const cursor = url.searchParams.get('after');
	const { project, ...page } = valueOf(await listSnapshotJudgments(locals.app, actor, { id: rowId(params.id, locals.requestId), cursor: isRowId(cursor) ? cursor : undefined }), locals.requestId);
	if (project !== params.slug) redirect(307, `/projects/${project}/snapshots/${page.snapshot.id}/judgments`);
	return { ...page, first: cursor === null };
};
