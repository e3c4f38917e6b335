import { fail } from '@sveltejs/kit';
import * as v from 'valibot';
import { PROBLEMS } from '#lib/domain/problem.ts';
import type { Problem } from '#lib/domain/problem.ts';
import { SuiteDefinition } from '#lib/domain/suite/check.ts';
import { fieldErrors } from '#lib/server/api/serve.ts';
import { putSuite } from '#lib/server/usecases/put-suite.ts';
import { readSuite, readSuiteTable, suiteEndpoints } from '#lib/server/usecases/read-suite.ts';
import { signedIn, valueOf } from '../../../../page-result.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url, depends }) => {
	depends('plumbline:suite');
	const actor = signedIn(locals, url);
	const current = valueOf(await readSuite(locals.app, actor, params.slug), locals.requestId);
	return { current, rows: valueOf(await readSuiteTable(locals.app, actor, params.slug), locals.requestId), endpoints: valueOf(await suiteEndpoints(locals.app, actor, params.slug), locals.requestId) };
};

/** The suite that the page put together; null when it is no JSON. */
function suiteOf(text: FormDataEntryValue | null): unknown {
	try {
		return typeof text === 'string' ? JSON.parse(text) : null;
	} catch {
		return null;
	}
}

export const actions: Actions = {
	put: async ({ locals, params, url, request }) => {
		const actor = signedIn(locals, url);
		const parsed = v.safeParse(SuiteDefinition, suiteOf((await request.formData()).get('suite')));
		if (!parsed.success) {
			const errors = fieldErrors(parsed.issues);
			const problem: Problem = { code: 'invalid_input', detail: errors.length === 1 ? `${errors[0]?.field}: ${errors[0]?.message}` : '', errors };
			return fail(400, { problem });
		}
		const put = await putSuite(locals.app, actor, { slug: params.slug, suite: parsed.output });
		return put.ok ? { version: put.value.version } : fail(PROBLEMS[put.problem.code].status, { problem: put.problem });
	}
};
