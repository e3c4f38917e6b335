import { fail } from '@sveltejs/kit';
import * as v from 'valibot';
import { AutomationSchema } from '#lib/domain/automation.ts';
import { PROBLEMS } from '#lib/domain/problem.ts';
import type { Problem } from '#lib/domain/problem.ts';
import { parseSettings, parseSweep } from '#lib/components/automation/settings-text.ts';
import { fieldErrors } from '#lib/server/api/serve.ts';
import { approveAutomation, declineAutomation } from '#lib/server/usecases/answer-automation.ts';
import { putAutomation, readAutomation } from '#lib/server/usecases/put-automation.ts';
import { signedIn, valueOf } from '../../../../page-result.ts';
import { typed as typedText } from '../../../../typed-text.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url, depends }) => {
	depends('plumbline:automation');
	return { view: valueOf(await readAutomation(locals.app, signedIn(locals, url), params.slug), locals.requestId) };
};

/** Why not: those who wait read it. */
const Reason = typedText(5_000, 1);

const refused = (problem: Problem) => fail(PROBLEMS[problem.code].status, { problem });
/** The same where a person answered what was asked: said beside the question. */
const unanswered = (problem: Problem) => fail(PROBLEMS[problem.code].status, { unanswered: problem });

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
		return approved.ok ? { answered: 'yes' as const } : unanswered(approved.problem);
	},
	decline: async ({ locals, params, url, request }) => {
		const actor = signedIn(locals, url);
		const reason = v.safeParse(Reason, (await request.formData()).get('reason') ?? '');
		if (!reason.success) return fail(400, { reasonErrors: reason.issues.map(({ message }) => message) });
		const declined = await declineAutomation(locals.app, actor, { slug: params.slug, reason: reason.output });
		return declined.ok ? { answered: 'no' as const } : unanswered(declined.problem);
	}
};
