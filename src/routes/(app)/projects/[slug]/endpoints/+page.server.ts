import { fail } from '@sveltejs/kit';
import * as v from 'valibot';
import { PROBLEMS } from '#lib/domain/problem.ts';
import type { Problem, Result } from '#lib/domain/problem.ts';
import { EndpointSettings, NewEndpoint } from '#lib/server/api/operations/generations.ts';
import { fieldErrors } from '#lib/server/api/serve.ts';
import { createEndpoint, listEndpoints, putEndpoint, retireEndpoint } from '#lib/server/usecases/put-endpoint.ts';
import { signedIn, valueOf } from '../../../../page-result.ts';
import { isRowId } from '../../../../row-id.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url }) => {
	const actor = signedIn(locals, url);
	return { endpoints: valueOf(await listEndpoints(locals.app, actor, params.slug), locals.requestId) };
};

/** What was typed, as the API takes it. A key that was left empty is kept. */
function typed(data: FormData): Record<string, unknown> {
	const text = (name: string) => String(data.get(name) ?? '').trim();
	const number = (name: string) => (text(name) === '' ? null : Number(text(name)));
	return { name: text('name'), priceIn: number('priceIn'), priceOut: number('priceOut'), currency: text('currency') || 'USD', concurrency: number('concurrency') ?? 4, ...(text('apiKey') === '' ? {} : { apiKey: text('apiKey') }) };
}

/** A refusal for the form it came from; of what was typed nothing goes back, a key least of all. */
const refused = (id: string | null, problem: Problem) => fail(PROBLEMS[problem.code].status, { id, problem });
const outcome = (id: string | null, result: Result<unknown>) => (result.ok ? { id, problem: undefined } : refused(id, result.problem));
const invalid = (id: string | null, issues: readonly v.BaseIssue<unknown>[]) => refused(id, { code: 'invalid_input', detail: '', errors: fieldErrors(issues as never) });
/** A form that names no endpoint. */
const NO_SUCH = () => refused(null, { code: 'not_found', detail: 'There is no such endpoint.' });

export const actions: Actions = {
	add: async ({ locals, params, url, request }) => {
		const actor = signedIn(locals, url);
		const data = await request.formData();
		const parsed = v.safeParse(NewEndpoint, { ...typed(data), baseUrl: String(data.get('baseUrl') ?? '').trim(), model: String(data.get('model') ?? '').trim() });
		if (!parsed.success) return invalid(null, parsed.issues);
		return outcome(null, await createEndpoint(locals.app, actor, { slug: params.slug, ...parsed.output }));
	},
	put: async ({ locals, url, request }) => {
		const actor = signedIn(locals, url);
		const data = await request.formData();
		const id = String(data.get('id') ?? '');
		if (!isRowId(id)) return NO_SUCH();
		const parsed = v.safeParse(EndpointSettings, typed(data));
		if (!parsed.success) return invalid(id, parsed.issues);
		return outcome(id, await putEndpoint(locals.app, actor, { id, ...parsed.output }));
	},
	retire: async ({ locals, url, request }) => {
		const actor = signedIn(locals, url);
		const id = String((await request.formData()).get('id') ?? '');
		if (!isRowId(id)) return NO_SUCH();
		return outcome(id, await retireEndpoint(locals.app, actor, id));
	}
};
