import { prepareRun, trainableSnapshots } from '#lib/server/usecases/prepare-run.ts';
import { signedIn, valueOf } from '../../../page-result.ts';
import { isRowId } from '../../../row-id.ts';

/** What a form that starts trainings begins with: `?snapshot=` names the snapshot, `?from=` a run to copy. Without a snapshot, those to choose from. */
export async function loadPreparation({ locals, params, url }: { locals: App.Locals; params: { slug: string }; url: URL }) {
	const actor = signedIn(locals, url);
	const snapshotId = url.searchParams.get('snapshot');
	if (!isRowId(snapshotId)) return { preparation: null, snapshots: valueOf(await trainableSnapshots(locals.app, actor, params.slug), locals.requestId) };
	const from = url.searchParams.get('from');
	return { preparation: valueOf(await prepareRun(locals.app, actor, { slug: params.slug, snapshotId, ...(isRowId(from) ? { fromRunId: from } : {}) }), locals.requestId), snapshots: [] };
}
