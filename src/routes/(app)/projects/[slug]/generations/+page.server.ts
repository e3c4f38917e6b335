import { fail, redirect } from '@sveltejs/kit';
import * as v from 'valibot';
import { GenerationPlan } from '#lib/domain/generation-plan.ts';
import { PROBLEMS } from '#lib/domain/problem.ts';
import { generationChoices, listGenerations } from '#lib/server/usecases/read-generation.ts';
import { startGeneration } from '#lib/server/usecases/start-generation.ts';
import { invalidForm, sentJson } from '../../../../form-json.ts';
import { signedIn, valueOf } from '../../../../page-result.ts';
import { isRowId } from '../../../../row-id.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url, depends }) => {
	depends('plumbline:generations');
	const actor = signedIn(locals, url);
	const before = url.searchParams.get('before');
	const cursor = before !== null && isRowId(before) ? before : null;
	const { generations, next } = valueOf(await listGenerations(locals.app, actor, { slug: params.slug, cursor }), locals.requestId);
	return { generations, next, first: cursor === null, choices: valueOf(await generationChoices(locals.app, actor, params.slug), locals.requestId) };
};

export const actions: Actions = {
	start: async ({ locals, params, url, request }) => {
		const actor = signedIn(locals, url);
		const parsed = v.safeParse(GenerationPlan, sentJson((await request.formData()).get('plan')));
		if (!parsed.success) return fail(400, { problem: invalidForm(parsed.issues) });
		const started = await startGeneration(locals.app, actor, { slug: params.slug, plan: parsed.output });
		if (!started.ok) return fail(PROBLEMS[started.problem.code].status, { problem: started.problem });
		redirect(303, `/projects/${params.slug}/generations/${started.value.id}`);
	}
};
