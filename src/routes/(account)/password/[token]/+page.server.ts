import { error, redirect } from '@sveltejs/kit';
import { fail, superValidate } from 'sveltekit-superforms';
import { valibot } from 'sveltekit-superforms/adapters';
import * as v from 'valibot';
import * as m from '#lib/paraglide/messages.js';
import { PASSWORD_LENGTH } from '#lib/server/auth/password.ts';
import { isPasswordLinkOpen, redeemPasswordLink } from '#lib/server/usecases/redeem-password-link.ts';
import { refused } from '../../../form-result.ts';
import type { FormMessage } from '../../../form-result.ts';
import { inWords } from '../../in-words.ts';
import { secret, without } from '../../secret-text.ts';
import type { Actions, PageServerLoad } from './$types';

const broken = (): string => m.password_rule_broken(PASSWORD_LENGTH);
const NewPassword = v.object({ password: secret(broken) });

export const load: PageServerLoad = async ({ locals, params, setHeaders }) => {
	// The address is a secret and the page is of use once: no copy of it stays anywhere.
	setHeaders({ 'cache-control': 'no-store' });
	if (!(await isPasswordLinkOpen(locals.app, params.token))) error(410, { message: m.password_closed_title(), code: 'gone' });
	return {
		passwordLength: PASSWORD_LENGTH,
		form: await superValidate<v.InferOutput<typeof NewPassword>, FormMessage>({ password: '' }, valibot(NewPassword), { errors: false })
	};
};

export const actions: Actions = {
	default: async ({ locals, params, request, cookies }) => {
		const form = await superValidate<v.InferOutput<typeof NewPassword>, FormMessage>(request, valibot(NewPassword));
		const { password } = form.data;
		without(form, 'password');
		if (!form.valid) return fail(400, { form });
		const set = await redeemPasswordLink(locals.app, { token: params.token, password });
		if (!set.ok && set.problem.code === 'gone') error(410, { message: m.password_closed_title(), code: 'gone' });
		if (!set.ok) return refused(form, inWords(set.problem, { fields: { password: broken } }));
		const { name, value, attributes } = set.value.cookie;
		cookies.set(name, value, attributes);
		redirect(303, '/');
	}
};
