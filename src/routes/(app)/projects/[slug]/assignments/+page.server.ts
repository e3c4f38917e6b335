import { error, fail } from '@sveltejs/kit';
import * as v from 'valibot';
import { GroupSchema, NewAssignmentSchema } from '#lib/domain/assignment.ts';
import { PROBLEMS } from '#lib/domain/problem.ts';
import type { Problem } from '#lib/domain/problem.ts';
import * as m from '#lib/paraglide/messages.js';
import { assignmentChoices } from '#lib/server/usecases/assignment-choices.ts';
import { createAssignment } from '#lib/server/usecases/create-assignment.ts';
import { delegateWork } from '#lib/server/usecases/delegate-work.ts';
import { endAssignment } from '#lib/server/usecases/end-assignment.ts';
import { endDelegation } from '#lib/server/usecases/end-delegation.ts';
import { listAssignments } from '#lib/server/usecases/list-assignments.ts';
import { putGroup } from '#lib/server/usecases/put-group.ts';
import { readOwnWork } from '#lib/server/usecases/read-own-work.ts';
import { removeGroup } from '#lib/server/usecases/remove-group.ts';
import { inWords } from '../../../../(account)/in-words.ts';
import { sentJson } from '../../../../form-json.ts';
import { signedIn, valueOf } from '../../../../page-result.ts';
import type { Actions, PageServerLoad } from './$types';
import { isRowId } from '../../../../row-id.ts';

export const load: PageServerLoad = async ({ locals, params, url, parent }) => {
	const actor = signedIn(locals, url);
	const ended = url.searchParams.has('ended');
	const after = url.searchParams.get('after');
	// All asked at once: each says for itself who may not, and then is not shown.
	const [{ can, role }, own, listed, choices] = await Promise.all([
		parent(),
		readOwnWork(locals.app, actor, params.slug),
		listAssignments(locals.app, actor, { slug: params.slug, ended, cursor: isRowId(after) ? after : undefined }),
		assignmentChoices(locals.app, actor, params.slug)
	]);
	if (!can['assignment.manage'] && !can['assignment.own']) error(403, { message: 'Work is assigned to annotators and reviewers, by reviewers and owners.', code: 'forbidden' });
	return {
		own: can['task.judge'] && role !== null ? valueOf(own, locals.requestId) : null,
		listed: can['assignment.manage'] ? valueOf(listed, locals.requestId) : null,
		choices: can['assignment.manage'] ? valueOf(choices, locals.requestId) : null,
		ended,
		first: after === null
	};
};

/** What is wrong, by field; under no name what stands above all of them. */
function refuse(problem: Problem, fields: Record<string, () => string>, above: Parameters<typeof inWords>[1]['above'] = {}) {
	const said = inWords(problem, { fields, above });
	const wrong = Object.fromEntries((said.errors ?? []).map(({ field, message }) => [field, message]));
	return fail(PROBLEMS[problem.code].status, { wrong: problem.errors ? wrong : { '': said.detail || said.code } });
}

const broken: Problem = { code: 'invalid_input', detail: 'The form was not complete.' };

export const actions: Actions = {
	create: async ({ locals, params, request, url }) => {
		const actor = signedIn(locals, url);
		const batch = v.safeParse(NewAssignmentSchema, sentJson((await request.formData()).get('batch')));
		if (!batch.success) return fail(400, { wrong: Object.fromEntries(batch.issues.map((issue) => [v.getDotPath(issue)?.split('.')[0] ?? '', m.form_text_missing()])) });
		const { people, groups } = batch.output;
		if (people.length + groups.length === 0) return fail(400, { wrong: { people: m.assign_nobody() } });
		const created = await createAssignment(locals.app, actor, { slug: params.slug, ...batch.output });
		if (created.ok) return { created: { items: created.value.items } };
		return refuse(created.problem, { people: m.assign_none_able, groups: m.assign_nobody, dueAt: m.assign_wrong_date, name: m.form_text_missing }, { conflict: m.assign_no_match });
	},
	end: async ({ locals, request, url }) => {
		const actor = signedIn(locals, url);
		const id = String((await request.formData()).get('id') ?? '');
		const ended = isRowId(id) ? await endAssignment(locals.app, actor, id) : ({ ok: false, problem: broken } as const);
		return ended.ok ? { ended: id } : refuse(ended.problem, {}, { conflict: m.assign_gone, not_found: m.assign_gone, invalid_input: m.assign_gone });
	},
	putGroup: async ({ locals, params, request, url }) => {
		const actor = signedIn(locals, url);
		const fields = await request.formData();
		const id = String(fields.get('id') ?? '');
		const group = v.safeParse(GroupSchema, { name: String(fields.get('name') ?? ''), members: sentJson(fields.get('members')) ?? undefined });
		if (!group.success || (id !== '' && !isRowId(id))) return fail(400, { wrong: { groupName: m.form_text_missing() } });
		const put = await putGroup(locals.app, actor, { ...(id === '' ? { slug: params.slug } : { id }), ...group.output });
		if (put.ok) return { group: put.value.id };
		const named = { ...put.problem, ...(put.problem.errors ? { errors: put.problem.errors.map((one) => ({ ...one, field: one.field === 'name' ? 'groupName' : one.field })) } : {}) };
		return refuse(named, { groupName: m.groups_taken, members: m.members_gone }, { not_found: m.assign_gone });
	},
	removeGroup: async ({ locals, request, url }) => {
		const actor = signedIn(locals, url);
		const id = String((await request.formData()).get('id') ?? '');
		const removed = isRowId(id) ? await removeGroup(locals.app, actor, id) : ({ ok: false, problem: broken } as const);
		return removed.ok ? { removed: id } : refuse(removed.problem, {}, { not_found: m.assign_gone, invalid_input: m.assign_gone });
	},
	delegate: async ({ locals, params, request, url }) => {
		const actor = signedIn(locals, url);
		const fields = await request.formData();
		const [from, to, startsAt, endsAt] = ['from', 'to', 'startsAt', 'endsAt'].map((name) => String(fields.get(name) ?? '')) as [string, string, string, string];
		if (!isRowId(to) || (from !== '' && !isRowId(from))) return fail(400, { wrong: { to: m.delegate_choose() } });
		if (Number.isNaN(Date.parse(endsAt)) || (startsAt !== '' && Number.isNaN(Date.parse(startsAt)))) return fail(400, { wrong: { endsAt: m.delegate_wrong_time() } });
		const handed = await delegateWork(locals.app, actor, { slug: params.slug, to, endsAt, ...(from === '' ? {} : { from }), ...(startsAt === '' ? {} : { startsAt }) });
		return handed.ok ? { handed: handed.value.id } : refuse(handed.problem, { from: m.delegate_choose, to: m.delegate_choose, endsAt: m.delegate_wrong_time });
	},
	endDelegation: async ({ locals, request, url }) => {
		const actor = signedIn(locals, url);
		const id = String((await request.formData()).get('id') ?? '');
		const ended = isRowId(id) ? await endDelegation(locals.app, actor, id) : ({ ok: false, problem: broken } as const);
		return ended.ok ? { takenBack: id } : refuse(ended.problem, {}, { conflict: m.assign_gone, not_found: m.assign_gone, invalid_input: m.assign_gone });
	}
};
