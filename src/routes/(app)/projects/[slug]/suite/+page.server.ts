import { fail } from '@sveltejs/kit';
import * as v from 'valibot';
import { PROBLEMS } from '#lib/domain/problem.ts';
import { SuiteDefinition } from '#lib/domain/suite/check.ts';
import { putSuite } from '#lib/server/usecases/put-suite.ts';
import { readSuite, readSuiteTable, suiteEndpoints, suiteRewardModels } from '#lib/server/usecases/read-suite.ts';
import { invalidForm, sentJson } from '../../../../form-json.ts';
import { signedIn, valueOf } from '../../../../page-result.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url, depends }) => {
	depends('plumbline:suite');
	const actor = signedIn(locals, url);
	const current = valueOf(await readSuite(locals.app, actor, params.slug), locals.requestId);
	return { current, rows: valueOf(await readSuiteTable(locals.app, actor, params.slug), locals.requestId), endpoints: valueOf(await suiteEndpoints(locals.app, actor, params.slug), locals.requestId), rewardModels: valueOf(await suiteRewardModels(locals.app, actor, params.slug), locals.requestId) };
};

export const actions: Actions = {
	put: async ({ locals, params, url, request }) => {
		const actor = signedIn(locals, url);
		const parsed = v.safeParse(SuiteDefinition, sentJson((await request.formData()).get('suite')));
		if (!parsed.success) return fail(400, { problem: invalidForm(parsed.issues) });
		const put = await putSuite(locals.app, actor, { slug: params.slug, suite: parsed.output });
		return put.ok ? { version: put.value.version } : fail(PROBLEMS[put.problem.code].status, { problem: put.problem });
	}
};
