import { error, redirect } from '@sveltejs/kit';
import { BOX, drawingOf } from '#lib/server/lineage/layout.ts';
import { LINEAGE_OF, readLineage } from '#lib/server/usecases/read-lineage.ts';
import { signedIn, valueOf } from '../../../../../../page-result.ts';
import { rowId } from '../../../../../../row-id.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url }) => {
	const actor = signedIn(locals, url);
	const kind = LINEAGE_OF.find((one) => one === params.kind);
	if (!kind) error(404, { message: 'There is no such page.', code: 'not_found', requestId: locals.requestId });
	const id = rowId(params.id, locals.requestId);
	const lineage = valueOf(await readLineage(locals.app, actor, { kind, id }), locals.requestId);
	if (lineage.project !== params.slug) redirect(307, `/projects/${lineage.project}/lineage/${kind}/${id}`);
	// What is left out hangs beside the last thing that is drawn.
	const left = lineage.left.map((one, index) => ({ key: `left:${index}`, ...one }));
	const keys = [...lineage.before, lineage.focus, ...lineage.after].map(({ key }) => key);
	const arrows = [...lineage.arrows, ...left.map(({ key, beside, side }) => (side === 'before' ? { from: key, to: beside } : { from: beside, to: key }))];
	return { lineage, left, box: BOX, drawing: drawingOf([...keys, ...left.map(({ key }) => key)], arrows) };
};
