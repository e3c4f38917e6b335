import { fail as failed } from '@sveltejs/kit';
import { fail, message, superValidate } from 'sveltekit-superforms';
import { valibot } from 'sveltekit-superforms/adapters';
import * as v from 'valibot';
import { PROBLEMS } from '#lib/domain/problem.ts';
import type { Problem } from '#lib/domain/problem.ts';
import * as m from '#lib/paraglide/messages.js';
import { createUser } from '#lib/server/usecases/create-user.ts';
import { deactivateUser } from '#lib/server/usecases/deactivate-user.ts';
import { issuePasswordLink } from '#lib/server/usecases/issue-password-link.ts';
import { listUsers } from '#lib/server/usecases/list-users.ts';
import { reactivateUser } from '#lib/server/usecases/reactivate-user.ts';
import { inWords } from '../../(account)/in-words.ts';
import { refused } from '../../form-result.ts';
import type { FormMessage } from '../../form-result.ts';
import { signedIn, valueOf } from '../../page-result.ts';
import { typed } from '../../typed-text.ts';
import type { Actions, PageServerLoad } from './$types';
import { isRowId } from '../../row-id.ts';

const NewUser = v.object({ name: typed(200, 1), email: typed(254, 3), isAdmin: v.boolean() });
type Said = FormMessage | { made: IssuedLink };
/** A one-time link as it is shown once; nobody can read it again. */
export type IssuedLink = { name: string; link: string; expiresAt: string };

const blank = { name: '', email: '', isAdmin: false };

export const load: PageServerLoad = async ({ locals, url }) => {
	const actor = signedIn(locals, url);
	const after = url.searchParams.get('after');
	const page = valueOf(await listUsers(locals.app, actor, { after: isRowId(after) ? after : undefined }), locals.requestId);
	return { ...page, first: after === null, form: await superValidate<v.InferOutput<typeof NewUser>, Said>(blank, valibot(NewUser), { errors: false }) };
};

function refuse(problem: Problem, conflict = m.users_last_admin) {
	const { code, detail } = inWords(problem, { above: { conflict, not_found: m.users_gone } });
	return failed(PROBLEMS[code].status, { problem: { code, detail } });
}

async function chosen(request: Request): Promise<{ userId: string; name: string } | null> {
	const fields = await request.formData();
	const userId = String(fields.get('userId') ?? '');
	return isRowId(userId) ? { userId, name: String(fields.get('name') ?? '') } : null;
}

const nobody: Problem = { code: 'not_found', detail: 'There is no such user.' };
const linkTo = (url: URL, token: string): string => new URL(`/password/${token}`, url.origin).href;

export const actions: Actions = {
	create: async ({ locals, request, url }) => {
		const actor = signedIn(locals, url);
		const form = await superValidate<v.InferOutput<typeof NewUser>, Said>(request, valibot(NewUser));
		if (!form.valid) return fail(400, { form });
		const made = await createUser(locals.app, actor, form.data);
		if (!made.ok) return refused(form as never, inWords(made.problem, { fields: { email: made.problem.code === 'conflict' ? m.users_email_taken : m.users_email_wrong, name: m.form_text_missing } }));
		const issued = await issuePasswordLink(locals.app, actor, made.value.id);
		if (!issued.ok) return refused(form as never, issued.problem);
		return message(form, { made: { name: form.data.name, link: linkTo(url, issued.value.token), expiresAt: issued.value.expiresAt } });
	},
	link: async ({ locals, request, url }) => {
		const actor = signedIn(locals, url);
		const user = await chosen(request);
		if (!user) return refuse(nobody);
		const issued = await issuePasswordLink(locals.app, actor, user.userId);
		return issued.ok ? { made: { name: user.name, link: linkTo(url, issued.value.token), expiresAt: issued.value.expiresAt } satisfies IssuedLink } : refuse(issued.problem, m.users_link_inactive);
	},
	deactivate: async ({ locals, request, url }) => {
		const actor = signedIn(locals, url);
		const user = await chosen(request);
		if (!user) return refuse(nobody);
		const done = await deactivateUser(locals.app, actor, user.userId);
		return done.ok ? { deactivated: user.userId } : refuse(done.problem);
	},
	reactivate: async ({ locals, request, url }) => {
		const actor = signedIn(locals, url);
		const user = await chosen(request);
		if (!user) return refuse(nobody);
		const done = await reactivateUser(locals.app, actor, user.userId);
		return done.ok ? { reactivated: user.userId } : refuse(done.problem);
	}
};
