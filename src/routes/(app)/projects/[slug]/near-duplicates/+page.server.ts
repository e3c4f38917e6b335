import { fail } from '@sveltejs/kit';
import { PROBLEMS } from '#lib/domain/problem.ts';
import type { Problem } from '#lib/domain/problem.ts';
import { decideDuplicates } from '#lib/server/usecases/decide-duplicates.ts';
import { listDuplicates } from '#lib/server/usecases/list-duplicates.ts';
import { putGrouping, readGrouping } from '#lib/server/usecases/put-grouping.ts';
import { signedIn, valueOf } from '../../../../page-result.ts';
import type { Actions, PageServerLoad } from './$types';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const CLUSTERS = 10;

export const load: PageServerLoad = async ({ locals, params, url, depends }) => {
	depends('plumbline:near-duplicates');
	const actor = signedIn(locals, url);
	const decided = url.searchParams.get('show') === 'decided';
	const after = url.searchParams.get('after');
	const from = after && UUID.test(after) ? after : undefined;
	const page = valueOf(await listDuplicates(locals.app, actor, { slug: params.slug, decided, after: from, limit: CLUSTERS }), locals.requestId);
	return { ...page, decided, first: from === undefined, grouping: valueOf(await readGrouping(locals.app, actor, params.slug), locals.requestId) };
};

const refused = (problem: Problem) => fail(PROBLEMS[problem.code].status, { problem });

export const actions: Actions = {
	decide: async ({ locals, params, request, url }) => {
		const actor = signedIn(locals, url);
		const fields = await request.formData();
		const pairs = fields.getAll('pair').map(String);
		const said = String(fields.get('decision'));
		const decision = said === 'same' || said === 'different' || said === 'open' ? said : null;
		if (!decision || pairs.length === 0 || pairs.length > 100 || !pairs.every((pair) => UUID.test(pair))) return refused({ code: 'invalid_input', detail: 'Say of at least one pair whether it is the same.' });
		const decided = await decideDuplicates(locals.app, actor, { slug: params.slug, pairs, decision, holdOut: fields.get('holdOut') === 'on' });
		return decided.ok ? { said: decision, moved: decided.value.moved, snapshots: decided.value.snapshots.length } : refused(decided.problem);
	},
	grouping: async ({ locals, params, request, url }) => {
		const actor = signedIn(locals, url);
		const wanted = String((await request.formData()).get('matterIsGroup'));
		if (wanted !== 'on' && wanted !== 'off') return refused({ code: 'invalid_input', detail: 'Say whether a matter is one group: on or off.' });
		const put = await putGrouping(locals.app, actor, { slug: params.slug, matterIsGroup: wanted === 'on' });
		return put.ok ? { grouping: put.value.matterIsGroup } : refused(put.problem);
	}
};
