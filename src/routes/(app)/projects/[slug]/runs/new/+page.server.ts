import { fail, redirect } from '@sveltejs/kit';
import * as v from 'valibot';
import { OBJECTIVES } from '#lib/domain/training-recipe.ts';
import { LAUNCHERS } from '#lib/domain/launcher.ts';
import { HEALTH_RULES } from '#lib/domain/run-health.ts';
import { PROBLEMS } from '#lib/domain/problem.ts';
import { WorkerLabelsSchema } from '#lib/domain/worker-label.ts';
import { readForm, recipeOf } from '#lib/components/run/recipe-form.ts';
import { startRun } from '#lib/server/usecases/start-run.ts';
import { signedIn } from '../../../../../page-result.ts';
import { isRowId } from '../../../../../row-id.ts';
import { loadPreparation } from '../../run-preparation.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = (event) => loadPreparation(event);

export const actions: Actions = {
	default: async ({ locals, params, url, request }) => {
		const actor = signedIn(locals, url);
		const data = await request.formData();
		const objective = OBJECTIVES.find((one) => one === data.get('objective')) ?? 'dpo';
		const values = readForm(data, objective);
		const parentId = String(data.get('parentCheckpointId') ?? '');
		const snapshotId = url.searchParams.get('snapshot');
		if (!isRowId(snapshotId)) redirect(303, url.pathname);
		const place = { launcher: String(data.get('launcher') ?? 'local'), priority: String(data.get('priority') ?? '0'), labels: data.getAll('labels').map(String), stopOn: HEALTH_RULES.filter((rule) => data.getAll('stopOn').includes(rule)) };
		const stage = { first: isRowId(String(data.get('stageSnapshot') ?? '')), steps: String(data.get('stageSteps') ?? '').trim(), rate: String(data.get('stageRate') ?? '').trim() };
		const clonedFrom = url.searchParams.get('from');
		const launcher = LAUNCHERS.find((one) => one === place.launcher);
		// A form of ours names no other: taken for “local” it would run where nobody wanted it.
		if (!launcher) return fail(400, { values, parentId, place, stage, problem: { code: 'invalid_input' as const, detail: `launcher: one of ${LAUNCHERS.join(', ')}`, errors: [{ field: 'launcher', message: `one of ${LAUNCHERS.join(', ')}` }] } });
		const labels = v.safeParse(WorkerLabelsSchema, place.labels);
		if (!labels.success) return fail(400, { values, parentId, place, stage, problem: { code: 'invalid_input' as const, detail: `labels: ${labels.issues[0].message}`, errors: [{ field: 'labels', message: labels.issues[0].message }] } });
		const started = await startRun(locals.app, actor, {
			slug: params.slug,
			snapshotId,
			...(isRowId(parentId) ? { parentCheckpointId: parentId } : {}),
			recipe: recipeOf(values, objective),
			launcher,
			labels: labels.output,
			priority: Number(place.priority),
			stopOn: place.stopOn,
			...(stage.first ? { stages: [{ snapshotId: String(data.get('stageSnapshot')), recipe: { ...(stage.steps ? { maxSteps: Number(stage.steps) } : {}), ...(stage.rate ? { learningRate: Number(stage.rate) } : {}) } }] } : {}),
			...(isRowId(clonedFrom) ? { clonedFrom } : {})
		});
		if (!started.ok) return fail(PROBLEMS[started.problem.code].status, { values, parentId, place, stage, problem: started.problem });
		redirect(303, `/projects/${params.slug}/runs/${started.value.id}`);
	}
};
