import { fail, message, superValidate } from 'sveltekit-superforms';
import { valibot } from 'sveltekit-superforms/adapters';
import * as v from 'valibot';
import { putGuideline } from '#lib/server/usecases/put-guideline.ts';
import { readGuideline } from '#lib/server/usecases/read-guideline.ts';
import { refused } from '../../../../form-result.ts';
import type { FormMessage } from '../../../../form-result.ts';
import { signedIn, valueOf } from '../../../../page-result.ts';
import { typed } from '../../../../typed-text.ts';
import type { Actions, PageServerLoad } from './$types';

const NewVersion = v.object({ body: typed(100_000, 1) });
type Said = FormMessage | { version: number };

export const load: PageServerLoad = async ({ locals, params, url, parent }) => {
	const actor = signedIn(locals, url);
	const [guideline, { can }] = await Promise.all([readGuideline(locals.app, actor, params.slug), parent()]);
	const current = valueOf(guideline, locals.requestId);
	return { guideline: current, form: can['project.configure'] ? await superValidate<v.InferOutput<typeof NewVersion>, Said>({ body: current?.body ?? '' }, valibot(NewVersion), { errors: false }) : null };
};

export const actions: Actions = {
	write: async ({ locals, params, request, url }) => {
		const actor = signedIn(locals, url);
		const form = await superValidate<v.InferOutput<typeof NewVersion>, Said>(request, valibot(NewVersion));
		if (!form.valid) return fail(400, { form });
		const put = await putGuideline(locals.app, actor, { slug: params.slug, body: form.data.body });
		return put.ok ? message(form, { version: put.value.version }) : refused(form as never, put.problem);
	}
};
