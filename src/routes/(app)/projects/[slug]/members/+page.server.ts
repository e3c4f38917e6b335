import { fail } from '@sveltejs/kit';
import { isRole } from '#lib/domain/permission.ts';
import type { Problem } from '#lib/domain/problem.ts';
import { PROBLEMS } from '#lib/domain/problem.ts';
import * as m from '#lib/paraglide/messages.js';
import { listCandidates, MOST_CANDIDATES } from '#lib/server/usecases/list-candidates.ts';
import { listMembers } from '#lib/server/usecases/list-members.ts';
import { putMember } from '#lib/server/usecases/put-member.ts';
import { removeMember } from '#lib/server/usecases/remove-member.ts';
import { inWords } from '../../../../(account)/in-words.ts';
import { signedIn, valueOf } from '../../../../page-result.ts';
import type { Actions, PageServerLoad } from './$types';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const LONGEST_SEARCH = 200;

export const load: PageServerLoad = async ({ locals, params, url, parent }) => {
	const actor = signedIn(locals, url);
	const search = (url.searchParams.get('search') ?? '').replaceAll('\0', '').trim().slice(0, LONGEST_SEARCH);
	const { can } = await parent();
	const [members, candidates] = await Promise.all([
		listMembers(locals.app, actor, params.slug),
		can['members.manage'] ? listCandidates(locals.app, actor, { slug: params.slug, search }) : null
	]);
	return {
		members: valueOf(members, locals.requestId),
		candidates: candidates ? valueOf(candidates, locals.requestId) : null,
		mostCandidates: MOST_CANDIDATES,
		search
	};
};

function refuse(problem: Problem, userId: string) {
	const { code, detail } = inWords(problem, { above: { conflict: m.members_last_owner, not_found: m.members_gone, invalid_input: m.members_gone } });
	return fail(PROBLEMS[code].status, { problem: { code, detail }, userId });
}

export const actions: Actions = {
	put: async ({ locals, params, request, url }) => {
		const actor = signedIn(locals, url);
		const fields = await request.formData();
		const [userId, role] = [String(fields.get('userId') ?? ''), String(fields.get('role') ?? '')];
		if (!UUID.test(userId) || !isRole(role)) return refuse({ code: 'invalid_input', detail: 'Choose a person and a role.' }, userId);
		const put = await putMember(locals.app, actor, { slug: params.slug, userId, role });
		return put.ok ? { put: { userId, role } } : refuse(put.problem, userId);
	},
	remove: async ({ locals, params, request, url }) => {
		const actor = signedIn(locals, url);
		const userId = String((await request.formData()).get('userId') ?? '');
		if (!UUID.test(userId)) return refuse({ code: 'invalid_input', detail: 'Choose a person.' }, userId);
		const removed = await removeMember(locals.app, actor, { slug: params.slug, userId });
		return removed.ok ? { removed: { userId } } : refuse(removed.problem, userId);
	}
};
