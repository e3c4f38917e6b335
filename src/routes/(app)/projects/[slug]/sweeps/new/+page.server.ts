import { fail, redirect } from '@sveltejs/kit';
import * as v from 'valibot';
import { planOf, readSweepForm } from '#lib/components/run/sweep-form.ts';
import { PROBLEMS } from '#lib/domain/problem.ts';
import type { Problem } from '#lib/domain/problem.ts';
import { SweepPlanSchema } from '#lib/domain/sweep-plan.ts';
import { OBJECTIVES } from '#lib/domain/training-recipe.ts';
import { fieldErrors } from '#lib/server/api/serve.ts';
import { prepareRun } from '#lib/server/usecases/prepare-run.ts';
import { startSweep } from '#lib/server/usecases/start-sweep.ts';
import { signedIn } from '../../../../../page-result.ts';
import { isRowId } from '../../../../../row-id.ts';
import { loadPreparation } from '../../run-preparation.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = (event) => loadPreparation(event);

export const actions: Actions = {
	default: async ({ locals, params, url, request }) => {
		const actor = signedIn(locals, url);
		const data = await request.formData();
		const values = readSweepForm(data, OBJECTIVES.find((one) => one === data.get('objective')) ?? 'dpo');
		const parentId = String(data.get('parentCheckpointId') ?? '');
		const snapshotId = url.searchParams.get('snapshot');
		if (!isRowId(snapshotId)) redirect(303, url.pathname);
		const refused = (problem: Problem) => fail(PROBLEMS[problem.code].status, { values, parentId, problem });
		const plan = v.safeParse(SweepPlanSchema, planOf(values));
		if (!plan.success) return refused({ code: 'invalid_input', detail: '', errors: fieldErrors(plan.issues) });
		// What all points share is the run's that they were tried around, else what is proposed.
		const from = url.searchParams.get('from');
		const around = isRowId(from) ? await prepareRun(locals.app, actor, { slug: params.slug, snapshotId, fromRunId: from }) : null;
		if (around && !around.ok) return refused(around.problem);
		const started = await startSweep(locals.app, actor, { slug: params.slug, snapshotId, ...(isRowId(parentId) ? { parentCheckpointId: parentId } : {}), ...(around ? { recipe: around.value.recipe } : {}), plan: plan.output });
		if (!started.ok) return refused(started.problem);
		redirect(303, `/projects/${params.slug}/sweeps/${started.value.id}`);
	}
};
