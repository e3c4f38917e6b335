import { redirect } from '@sveltejs/kit';
import { fail, superValidate } from 'sveltekit-superforms';
import { valibot } from 'sveltekit-superforms/adapters';
import * as v from 'valibot';
import * as m from '#lib/paraglide/messages.js';
import { PASSWORD_LENGTH } from '#lib/server/auth/password.ts';
import { firstAdmin, isSetupOpen } from '#lib/server/usecases/first-admin.ts';
import { refused } from '../../form-result.ts';
import type { FormMessage } from '../../form-result.ts';
import { inWords } from '../in-words.ts';
import { secret, without } from '../secret-text.ts';
import type { Actions, PageServerLoad } from './$types';

const FirstAdmin = v.object({
	code: v.pipe(v.string(), v.trim(), v.minLength(1, () => m.setup_code_missing()), v.maxLength(200, () => m.setup_code_wrong())),
	name: v.pipe(v.string(), v.trim(), v.minLength(1, () => m.setup_name_wrong())),
	email: v.pipe(v.string(), v.trim(), v.minLength(1, () => m.setup_email_wrong())),
	password: secret(() => m.password_rule_broken(PASSWORD_LENGTH))
});
const blank = { code: '', name: '', email: '', password: '' };

export const load: PageServerLoad = async ({ locals }) => {
	if (!(await isSetupOpen(locals.app))) redirect(303, locals.person ? '/' : '/sign-in?done=setup');
	return {
		passwordLength: PASSWORD_LENGTH,
		form: await superValidate<v.InferOutput<typeof FirstAdmin>, FormMessage>(blank, valibot(FirstAdmin), { errors: false })
	};
};

export const actions: Actions = {
	default: async ({ locals, request, cookies, getClientAddress }) => {
		const form = await superValidate<v.InferOutput<typeof FirstAdmin>, FormMessage>(request, valibot(FirstAdmin));
		const input = { ...form.data };
		without(form, 'password');
		if (!form.valid) return fail(400, { form });
		const made = await firstAdmin(locals.app, { ...input, address: getClientAddress() });
		if (!made.ok && made.problem.code === 'gone') redirect(303, '/sign-in?done=setup');
		if (!made.ok) {
			const fields = { code: m.setup_code_wrong, name: m.setup_name_wrong, email: m.setup_email_wrong, password: () => m.password_rule_broken(PASSWORD_LENGTH) };
			return refused(form, inWords(made.problem, { fields, wait: m.setup_wait }));
		}
		const { name, value, attributes } = made.value.cookie;
		cookies.set(name, value, attributes);
		redirect(303, '/');
	}
};
