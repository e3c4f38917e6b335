import { error } from '@sveltejs/kit';
import { SNAPSHOT_CHANGES } from '#lib/domain/snapshot-change.ts';
import { compareSnapshots } from '#lib/server/usecases/compare-snapshots.ts';
import { signedIn, valueOf } from '../../../../../../../page-result.ts';
import { isRowId } from '../../../../../../../row-id.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url }) => {
	const actor = signedIn(locals, url);
	const missing = () => error(404, { message: 'There are no such two snapshots.', code: 'not_found' });
	if (!isRowId(params.id) || !isRowId(params.other)) missing();
	const cursor = url.searchParams.get('after');
	const asked = url.searchParams.get('change');
	const result = await compareSnapshots(locals.app, actor, { id: params.id, other: params.other, change: SNAPSHOT_CHANGES.find((change) => change === asked), cursor: isRowId(cursor) ? cursor : undefined });
	// Another project's snapshot is none to compare with.
	if (!result.ok && result.problem.code === 'invalid_input') missing();
	const difference = valueOf(result, locals.requestId);
	if (difference.project !== params.slug) missing();
	return { difference, first: cursor === null };
};
