import { redirect } from '@sveltejs/kit';
import { fail, superValidate } from 'sveltekit-superforms';
import { valibot } from 'sveltekit-superforms/adapters';
import * as v from 'valibot';
import { DATASET_OBJECTIVES } from '#lib/domain/preference-dataset.ts';
import type { Problem } from '#lib/domain/problem.ts';
import * as m from '#lib/paraglide/messages.js';
import { getLocale, locales } from '#lib/paraglide/runtime.js';
import { createProject } from '#lib/server/usecases/create-project.ts';
import { listProjects } from '#lib/server/usecases/list-projects.ts';
import { listBaseModels } from '#lib/server/usecases/put-base-model.ts';
import { inWords } from '../../(account)/in-words.ts';
import { refused } from '../../form-result.ts';
import type { FormMessage } from '../../form-result.ts';
import { signedIn, valueOf } from '../../page-result.ts';
import { isRowId } from '../../row-id.ts';
import { typed } from '../../typed-text.ts';
import type { Actions, PageServerLoad } from './$types';

const NewProject = v.object({
	name: typed(200, 1),
	slug: v.pipe(v.string(), v.trim(), v.regex(/^[a-z0-9][a-z0-9-]{0,62}$/, () => m.projects_slug_wrong())),
	locale: v.picklist(locales),
	overlap: v.pipe(v.number(), v.integer(() => m.projects_overlap_wrong()), v.minValue(1, () => m.projects_overlap_wrong()), v.maxValue(15, () => m.projects_overlap_wrong())),
	objective: v.picklist(DATASET_OBJECTIVES),
	systemPrompt: typed(20_000),
	/** Empty: the installation's. */
	baseModelId: v.string()
});

/** A form that names no model. */
const NO_SUCH_MODEL: Problem = { code: 'invalid_input', detail: '', errors: [{ field: 'baseModelId', message: 'a model of the list' }] };

const blank = () => ({ name: '', slug: '', locale: getLocale(), overlap: 1, objective: 'dpo' as const, systemPrompt: '', baseModelId: '' });

export const load: PageServerLoad = async ({ locals, url }) => {
	const actor = signedIn(locals, url);
	const { compare } = new Intl.Collator(getLocale(), { numeric: true });
	return {
		// One's own first; names as people count: “Matter 2” before “Matter 10”.
		projects: (await listProjects(locals.app, actor)).toSorted((x, y) => Number(x.role === null) - Number(y.role === null) || compare(x.name, y.name)),
		isAdmin: actor.isAdmin,
		baseModels: actor.isAdmin ? valueOf(await listBaseModels(locals.app, actor), locals.requestId) : null,
		form: actor.isAdmin ? await superValidate<v.InferOutput<typeof NewProject>, FormMessage>(blank(), valibot(NewProject), { errors: false }) : null
	};
};

export const actions: Actions = {
	create: async ({ locals, request, url }) => {
		const actor = signedIn(locals, url);
		const form = await superValidate<v.InferOutput<typeof NewProject>, FormMessage>(request, valibot(NewProject));
		if (!form.valid) return fail(400, { form });
		const { systemPrompt, baseModelId, ...project } = form.data;
		if (baseModelId !== '' && !isRowId(baseModelId)) return refused(form, inWords(NO_SUCH_MODEL, { fields: { baseModelId: m.projects_base_model_wrong } }));
		const made = await createProject(locals.app, actor, { ...project, ...(systemPrompt === '' ? {} : { systemPrompt }), ...(baseModelId === '' ? {} : { baseModelId }) });
		if (!made.ok) return refused(form, inWords(made.problem, { fields: { slug: m.projects_slug_taken, baseModelId: m.projects_base_model_wrong } }));
		redirect(303, `/projects/${made.value.slug}`);
	}
};
