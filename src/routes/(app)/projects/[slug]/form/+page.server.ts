import { fail, message, superValidate } from 'sveltekit-superforms';
import { valibot } from 'sveltekit-superforms/adapters';
import { PLAIN_FORM } from '#lib/domain/judging-form.ts';
import { JudgingFormSchema } from '#lib/domain/judging-form-schema.ts';
import type { JudgingForm } from '#lib/domain/judging-form.ts';
import { putForm } from '#lib/server/usecases/put-form.ts';
import { readForm } from '#lib/server/usecases/read-form.ts';
import { refused } from '../../../../form-result.ts';
import type { FormMessage } from '../../../../form-result.ts';
import { signedIn, valueOf } from '../../../../page-result.ts';
import type { Actions, PageServerLoad } from './$types';

type Said = FormMessage | { version: number };

export const load: PageServerLoad = async ({ locals, params, url }) => {
	const actor = signedIn(locals, url);
	const current = valueOf(await readForm(locals.app, actor, params.slug), locals.requestId);
	return { version: current?.version ?? null, form: await superValidate<JudgingForm, Said>(current?.form ?? PLAIN_FORM, valibot(JudgingFormSchema), { errors: false }) };
};

export const actions: Actions = {
	compose: async ({ locals, params, request, url }) => {
		const actor = signedIn(locals, url);
		const form = await superValidate<JudgingForm, Said>(request, valibot(JudgingFormSchema));
		if (!form.valid) return fail(400, { form });
		const put = await putForm(locals.app, actor, { slug: params.slug, form: form.data });
		return put.ok ? message(form, { version: put.value.version }) : refused(form as never, put.problem);
	}
};
