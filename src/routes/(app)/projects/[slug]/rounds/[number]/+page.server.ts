import { error, redirect } from '@sveltejs/kit';
import { fail, superValidate } from 'sveltekit-superforms';
import { valibot } from 'sveltekit-superforms/adapters';
import * as v from 'valibot';
import { DATASET_OBJECTIVES } from '#lib/domain/preference-dataset.ts';
import type { DatasetObjective } from '#lib/domain/preference-dataset.ts';
import * as m from '#lib/paraglide/messages.js';
import { countRewrites } from '#lib/server/usecases/count-rewrites.ts';
import { freezeSnapshot } from '#lib/server/usecases/freeze-snapshot.ts';
import { readRound } from '#lib/server/usecases/read-rounds.ts';
import { inWords } from '../../../../../(account)/in-words.ts';
import { refused } from '../../../../../form-result.ts';
import type { FormMessage } from '../../../../../form-result.ts';
import { signedIn, valueOf } from '../../../../../page-result.ts';
import type { Actions, PageServerLoad } from './$types';

const Freeze = v.object({ objective: v.picklist(DATASET_OBJECTIVES), includeImports: v.boolean(), includeRewrites: v.boolean(), then: v.optional(v.picklist(['train', 'look']), 'train') });

function numberOf(text: string): number {
	if (!/^[1-9]\d{0,8}$/.test(text)) error(404, { message: 'There is no such round.', code: 'not_found' });
	return Number(text);
}

export const load: PageServerLoad = async ({ locals, params, url, depends, parent }) => {
	depends('plumbline:loop');
	const actor = signedIn(locals, url);
	const number = numberOf(params.number);
	const frame = parent();
	const [round, { project, can }, rewrites] = await Promise.all([
		readRound(locals.app, actor, { slug: params.slug, number }),
		frame,
		frame.then(({ can }) => (can['snapshot.create'] ? countRewrites(locals.app, actor, { slug: params.slug, number }) : null))
	]);
	const objective = DATASET_OBJECTIVES.find((one) => one === project.objective) ?? ('dpo' satisfies DatasetObjective);
	return {
		round: valueOf(round, locals.requestId),
		rewrites: rewrites && valueOf(rewrites, locals.requestId),
		form: can['snapshot.create'] ? await superValidate<v.InferOutput<typeof Freeze>, FormMessage>({ objective, includeImports: false, includeRewrites: true, then: 'train' }, valibot(Freeze), { errors: false }) : null
	};
};

export const actions: Actions = {
	freeze: async ({ locals, params, request, url }) => {
		const actor = signedIn(locals, url);
		const number = numberOf(params.number);
		const form = await superValidate<v.InferOutput<typeof Freeze>, FormMessage>(request, valibot(Freeze));
		if (!form.valid) return fail(400, { form });
		const { objective, includeImports, includeRewrites, then } = form.data;
		const frozen = await freezeSnapshot(locals.app, actor, { slug: params.slug, objective, rounds: [number], rule: { includeImports, includeRewrites } });
		if (!frozen.ok) return refused(form, inWords(frozen.problem, { above: { empty_snapshot: m.round_freeze_empty } }));
		redirect(303, then === 'look' ? `/projects/${params.slug}/snapshots/${frozen.value.id}` : `/projects/${params.slug}/runs/new?snapshot=${frozen.value.id}`);
	}
};
