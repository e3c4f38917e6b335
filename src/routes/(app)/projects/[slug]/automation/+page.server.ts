import { fail } from '@sveltejs/kit';
import * as v from 'valibot';
import { AutomationSchema } from '#lib/domain/automation.ts';
import { PROBLEMS } from '#lib/domain/problem.ts';
import type { Problem } from '#lib/domain/problem.ts';
import { parseSettings, parseSweep } from '#lib/components/automation/settings-text.ts';
import { fieldErrors } from '#lib/server/api/serve.ts';
import { approveAutomation, putAutomation, readAutomation } from '#lib/server/usecases/put-automation.ts';
import { signedIn, valueOf } from '../../../../page-result.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url, depends }) => {
	depends('plumbline:automation');
	return { view: valueOf(await readAutomation(locals.app, signedIn(locals, url), params.slug), locals.requestId) };
};

const refused = (problem: Problem) => fail(PROBLEMS[problem.code].status, { problem });

/** What was typed, as the API takes it. An empty number is none, one that is no number is for the schema to refuse. */
function typed(data: FormData): Record<string, unknown> {
	const text = (name: string) => String(data.get(name) ?? '').trim();
	const number = (name: string) => (text(name) === '' ? null : Number(text(name)));
	const schedule = text('hour') === '' ? null : { weekday: number('weekday'), hour: number('hour') };
	const quiet = text('quietFrom') === '' && text('quietTo') === '' ? null : { from: number('quietFrom'), to: number('quietTo') };
	return { enabled: data.has('enabled'), minComplete: number('minComplete'), minAgreement: number('minAgreement'), schedule, quiet, timeZone: text('timeZone'), maxRunsPerWeek: number('maxRunsPerWeek'), approval: data.has('approval'), rule: text('rule'), recipe: parseSettings(text('recipe')), sweep: parseSweep(text('sweep')) };
}

export const actions: Actions = {
	put: async ({ locals, params, url, request }) => {
		const actor = signedIn(locals, url);
		const parsed = v.safeParse(AutomationSchema, typed(await request.formData()));
		if (!parsed.success) return refused({ code: 'invalid_input', detail: '', errors: fieldErrors(parsed.issues as never) });
		const put = await putAutomation(locals.app, actor, { slug: params.slug, settings: parsed.output });
		return put.ok ? { saved: true } : refused(put.problem);
	},
	approve: async ({ locals, params, url }) => {
		const approved = await approveAutomation(locals.app, signedIn(locals, url), params.slug);
		return approved.ok ? { approved: true } : refused(approved.problem);
	}
};
