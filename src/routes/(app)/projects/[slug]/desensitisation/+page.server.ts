import { fail } from '@sveltejs/kit';
import * as v from 'valibot';
import { KINDS } from '#lib/domain/desensitisation/kind.ts';
import { SettingsSchema } from '#lib/domain/desensitisation/settings.ts';
import type { Settings } from '#lib/domain/desensitisation/settings.ts';
import { PROBLEMS } from '#lib/domain/problem.ts';
import type { Problem } from '#lib/domain/problem.ts';
import { fieldErrors } from '#lib/server/api/serve.ts';
import { putDesensitisation } from '#lib/server/usecases/put-desensitisation.ts';
import { readDesensitisation } from '#lib/server/usecases/read-desensitisation.ts';
import { signedIn, valueOf } from '../../../../page-result.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url }) => ({ desensitisation: valueOf(await readDesensitisation(locals.app, signedIn(locals, url), { slug: params.slug }), locals.requestId) });

const refused = (problem: Problem) => fail(PROBLEMS[problem.code].status, { problem });
const lines = (fields: FormData, name: string): string[] => [...new Set(String(fields.get(name) ?? '').split('\n').map((line) => line.trim()).filter((line) => line !== ''))];

export const actions: Actions = {
	save: async ({ locals, params, request, url }) => {
		const actor = signedIn(locals, url);
		const now = await readDesensitisation(locals.app, actor, { slug: params.slug });
		if (!now.ok) return refused(now.problem);
		const fields = await request.formData();
		const given = {
			actions: Object.fromEntries(KINDS.map((kind) => [kind, String(fields.get(`action.${kind}`) ?? 'off')])),
			originals: String(fields.get('originals')),
			attachments: String(fields.get('attachments')),
			onExport: String(fields.get('onExport')),
			words: (['word', 'person', 'organisation'] as const).flatMap((kind) => lines(fields, `${kind}s`).map((text) => ({ text, kind }))),
			patterns: lines(fields, 'patterns'),
			exceptions: fields.get('forgetExceptions') === 'on' ? [] : now.value.settings.exceptions
		};
		const parsed = v.safeParse(SettingsSchema, given);
		if (!parsed.success) return refused({ code: 'invalid_input', detail: parsed.issues[0].message, errors: fieldErrors(parsed.issues) });
		const put = await putDesensitisation(locals.app, actor, { slug: params.slug, settings: parsed.output satisfies Settings, basedOn: Number(fields.get('basedOn')) });
		return put.ok ? { saved: put.value.version } : refused(put.problem);
	}
};
