import { fail } from '@sveltejs/kit';
import * as v from 'valibot';
import { isRole } from '#lib/domain/permission.ts';
import type { Problem } from '#lib/domain/problem.ts';
import { PROBLEMS } from '#lib/domain/problem.ts';
import { LanguageSchema, SkillSchema } from '#lib/domain/skills.ts';
import * as m from '#lib/paraglide/messages.js';
import { listCandidates, MOST_CANDIDATES } from '#lib/server/usecases/list-candidates.ts';
import { listMembers } from '#lib/server/usecases/list-members.ts';
import { liftWall } from '#lib/server/usecases/lift-wall.ts';
import { listWalls } from '#lib/server/usecases/list-walls.ts';
import { putMember } from '#lib/server/usecases/put-member.ts';
import { putSkills } from '#lib/server/usecases/put-skills.ts';
import { raiseWall } from '#lib/server/usecases/raise-wall.ts';
import { removeMember } from '#lib/server/usecases/remove-member.ts';
import { inWords } from '../../../../(account)/in-words.ts';
import { signedIn, valueOf } from '../../../../page-result.ts';
import type { Actions, PageServerLoad } from './$types';
import { isRowId } from '../../../../row-id.ts';

const LONGEST_SEARCH = 200;

export const load: PageServerLoad = async ({ locals, params, url, parent }) => {
	const actor = signedIn(locals, url);
	const search = (url.searchParams.get('search') ?? '').replaceAll('\0', '').trim().slice(0, LONGEST_SEARCH);
	const { can } = await parent();
	const [members, walls, candidates] = await Promise.all([
		listMembers(locals.app, actor, params.slug),
		can['walls.manage'] ? listWalls(locals.app, actor, { slug: params.slug }) : null,
		can['members.manage'] ? listCandidates(locals.app, actor, { slug: params.slug, search }) : null
	]);
	return {
		members: valueOf(members, locals.requestId),
		walls: walls ? valueOf(walls, locals.requestId) : null,
		candidates: candidates ? valueOf(candidates, locals.requestId) : null,
		mostCandidates: MOST_CANDIDATES,
		search
	};
};

/** Words as people type them: apart by commas or spaces, also Chinese ones. */
const words = (typed: FormDataEntryValue | null): string[] => String(typed ?? '').split(/[\s,，、;；]+/u).filter(Boolean).slice(0, 50);

function refuse(problem: Problem, userId: string) {
	const { code, detail } = inWords(problem, { above: { conflict: m.members_last_owner, not_found: m.members_gone, invalid_input: m.members_gone } });
	return fail(PROBLEMS[code].status, { problem: { code, detail }, userId });
}

export const actions: Actions = {
	put: async ({ locals, params, request, url }) => {
		const actor = signedIn(locals, url);
		const fields = await request.formData();
		const [userId, role] = [String(fields.get('userId') ?? ''), String(fields.get('role') ?? '')];
		if (!isRowId(userId) || !isRole(role)) return refuse({ code: 'invalid_input', detail: 'Choose a person and a role.' }, userId);
		const put = await putMember(locals.app, actor, { slug: params.slug, userId, role });
		return put.ok ? { put: { userId, role } } : refuse(put.problem, userId);
	},
	skills: async ({ locals, params, request, url }) => {
		const actor = signedIn(locals, url);
		const fields = await request.formData();
		const userId = String(fields.get('userId') ?? '');
		const given = { skills: words(fields.get('skills')), languages: words(fields.get('languages')) };
		if (!isRowId(userId)) return refuse({ code: 'invalid_input', detail: 'Choose a person.' }, userId);
		const wrong = given.skills.find((skill) => !v.is(SkillSchema, skill)) ?? given.languages.find((language) => !v.is(LanguageSchema, language));
		if (wrong !== undefined) return fail(400, { problem: { code: 'invalid_input' as const, detail: m.skills_wrong({ word: wrong }) }, userId });
		const put = await putSkills(locals.app, actor, { slug: params.slug, userId, ...given });
		return put.ok ? { skills: put.value } : refuse(put.problem, userId);
	},
	wall: async ({ locals, params, request, url }) => {
		const actor = signedIn(locals, url);
		const fields = await request.formData();
		const [userId, matter] = [String(fields.get('userId') ?? ''), String(fields.get('matter') ?? '').replaceAll('\0', '').trim().slice(0, 500)];
		if (!isRowId(userId) || matter === '') return refuse({ code: 'invalid_input', detail: 'Choose a person and a matter.' }, userId);
		const raised = await raiseWall(locals.app, actor, { slug: params.slug, userId, matter });
		return raised.ok ? { raised: raised.value } : fail(PROBLEMS[raised.problem.code].status, { problem: { code: raised.problem.code, detail: raised.problem.code === 'conflict' ? m.walls_stands() : raised.problem.detail }, userId });
	},
	lift: async ({ locals, request, url }) => {
		const actor = signedIn(locals, url);
		const id = String((await request.formData()).get('id') ?? '');
		if (!isRowId(id)) return refuse({ code: 'invalid_input', detail: 'Choose a wall.' }, '');
		const lifted = await liftWall(locals.app, actor, { id });
		return lifted.ok ? { lifted: id } : fail(PROBLEMS[lifted.problem.code].status, { problem: { code: lifted.problem.code, detail: lifted.problem.detail }, userId: '' });
	},
	remove: async ({ locals, params, request, url }) => {
		const actor = signedIn(locals, url);
		const userId = String((await request.formData()).get('userId') ?? '');
		if (!isRowId(userId)) return refuse({ code: 'invalid_input', detail: 'Choose a person.' }, userId);
		const removed = await removeMember(locals.app, actor, { slug: params.slug, userId });
		return removed.ok ? { removed: { userId } } : refuse(removed.problem, userId);
	}
};
