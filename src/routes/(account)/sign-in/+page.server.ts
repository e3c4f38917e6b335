import { redirect } from '@sveltejs/kit';
import { fail, superValidate } from 'sveltekit-superforms';
import { valibot } from 'sveltekit-superforms/adapters';
import * as v from 'valibot';
import * as m from '#lib/paraglide/messages.js';
import { isSetupOpen } from '#lib/server/usecases/first-admin.ts';
import { signIn } from '#lib/server/usecases/sign-in.ts';
import { refused } from '../../form-result.ts';
import type { FormMessage } from '../../form-result.ts';
import { inWords } from '../in-words.ts';
import { nextPath } from '../next-path.ts';
import { secret, without } from '../secret-text.ts';
import type { Actions, PageServerLoad } from './$types';

const Credentials = v.object({
	email: v.pipe(v.string(), v.trim(), v.minLength(1, () => m.signin_email_missing()), v.maxLength(254, () => m.form_text_long({ max: 254 }))),
	password: secret(() => m.signin_password_missing())
});

/** What just happened elsewhere and ended here. */
const DONE = ['out', 'everywhere', 'setup'] as const;

export const load: PageServerLoad = async ({ locals, url }) => {
	const next = nextPath(url.searchParams.get('next'), url.origin);
	if (locals.person) redirect(303, next);
	if (await isSetupOpen(locals.app)) redirect(303, '/set-up');
	return {
		awaited: next !== '/',
		done: DONE.find((done) => done === url.searchParams.get('done')) ?? null,
		form: await superValidate<v.InferOutput<typeof Credentials>, FormMessage>({ email: '', password: '' }, valibot(Credentials), { errors: false })
	};
};

export const actions: Actions = {
	default: async ({ locals, request, url, cookies, getClientAddress }) => {
		const form = await superValidate<v.InferOutput<typeof Credentials>, FormMessage>(request, valibot(Credentials));
		const { email, password } = form.data;
		without(form, 'password');
		if (!form.valid) return fail(400, { form });
		const signed = await signIn(locals.app, { email, password, address: getClientAddress() });
		if (!signed.ok) return refused(form, inWords(signed.problem, { above: { wrong_credentials: m.signin_wrong }, wait: m.signin_wait }));
		const { name, value, attributes } = signed.value.cookie;
		cookies.set(name, value, attributes);
		redirect(303, nextPath(url.searchParams.get('next'), url.origin));
	}
};
