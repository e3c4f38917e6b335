import { fail } from '@sveltejs/kit';
import * as v from 'valibot';
import { PROBLEMS } from '#lib/domain/problem.ts';
import type { Problem } from '#lib/domain/problem.ts';
import { DuplicateDecision } from '#lib/server/api/operations/duplicates.ts';
import { decideDuplicates } from '#lib/server/usecases/decide-duplicates.ts';
import { listDuplicates } from '#lib/server/usecases/list-duplicates.ts';
import { putGrouping, readGrouping } from '#lib/server/usecases/put-grouping.ts';
import { signedIn, valueOf } from '../../../../page-result.ts';
import { isRowId } from '../../../../row-id.ts';
import type { Actions, PageServerLoad } from './$types';

const CLUSTERS = 10;

export const load: PageServerLoad = async ({ locals, params, url, depends }) => {
	depends('plumbline:near-duplicates');
	const actor = signedIn(locals, url);
	const decided = url.searchParams.get('show') === 'decided';
	const after = url.searchParams.get('after');
	const from = isRowId(after) ? after : undefined;
	const page = valueOf(await listDuplicates(locals.app, actor, { slug: params.slug, decided, after: from, limit: CLUSTERS }), locals.requestId);
	return { ...page, decided, first: from === undefined, grouping: valueOf(await readGrouping(locals.app, actor, params.slug), locals.requestId) };
};

const refused = (problem: Problem) => fail(PROBLEMS[problem.code].status, { problem });

export const actions: Actions = {
	decide: async ({ locals, params, request, url }) => {
		const actor = signedIn(locals, url);
		const fields = await request.formData();
		const said = v.safeParse(DuplicateDecision, { pairs: fields.getAll('pair'), decision: fields.get('decision'), holdOut: fields.get('holdOut') === 'on' });
		if (!said.success) return refused({ code: 'invalid_input', detail: 'Say of at least one pair whether it is the same.' });
		const decided = await decideDuplicates(locals.app, actor, { slug: params.slug, ...said.output });
		return decided.ok ? { said: said.output.decision, moved: decided.value.moved, snapshots: decided.value.snapshots.length } : refused(decided.problem);
	},
	grouping: async ({ locals, params, request, url }) => {
		const actor = signedIn(locals, url);
		const wanted = String((await request.formData()).get('matterIsGroup'));
		if (wanted !== 'on' && wanted !== 'off') return refused({ code: 'invalid_input', detail: 'Say whether a matter is one group: on or off.' });
		const put = await putGrouping(locals.app, actor, { slug: params.slug, matterIsGroup: wanted === 'on' });
		return put.ok ? { grouping: put.value.matterIsGroup } : refused(put.problem);
	}
};
