import { fail } from '@sveltejs/kit';
import * as v from 'valibot';
import { HubRequest, HUBS } from '#lib/domain/hub-model.ts';
import { PROBLEMS } from '#lib/domain/problem.ts';
import type { Problem, Result } from '#lib/domain/problem.ts';
import { text } from '#lib/server/api/fields.ts';
import { fieldErrors } from '#lib/server/api/serve.ts';
import { addBaseModel, fetchBaseModel, listBaseModels, putHubToken, retireBaseModel } from '#lib/server/usecases/put-base-model.ts';
import { signedIn, valueOf } from '../../page-result.ts';
import { isRowId } from '../../row-id.ts';
import type { Actions, PageServerLoad } from './$types';

const TokenForm = v.object({ hub: v.picklist(HUBS), token: v.nullable(text(500)) });

export const load: PageServerLoad = async ({ locals, url, depends }) => {
	depends('plumbline:base-models');
	return valueOf(await listBaseModels(locals.app, signedIn(locals, url)), locals.requestId);
};

const textOf = (data: FormData, name: string) => String(data.get(name) ?? '').trim();
/** A refusal for the form it came from: the new model's, a hub's token, or a model's by its id. */
const refused = (of: string, problem: Problem) => fail(PROBLEMS[problem.code].status, { of, problem });
const outcome = (of: string, result: Result<unknown>) => (result.ok ? { of, problem: undefined } : refused(of, result.problem));
const invalid = (of: string, issues: readonly v.BaseIssue<unknown>[]) => refused(of, { code: 'invalid_input', detail: '', errors: fieldErrors(issues) });
const NO_SUCH = () => refused('list', { code: 'not_found', detail: 'There is no such model on the list.' });

export const actions: Actions = {
	add: async ({ locals, url, request }) => {
		const actor = signedIn(locals, url);
		const data = await request.formData();
		const revision = textOf(data, 'revision');
		const parsed = v.safeParse(HubRequest, { hub: textOf(data, 'hub'), repo: textOf(data, 'repo'), ...(revision === '' ? {} : { revision }) });
		return parsed.success ? outcome('new', await addBaseModel(locals.app, actor, parsed.output)) : invalid('new', parsed.issues);
	},
	fetch: async ({ locals, url, request }) => {
		const actor = signedIn(locals, url);
		const id = textOf(await request.formData(), 'id');
		return isRowId(id) ? outcome(id, await fetchBaseModel(locals.app, actor, id)) : NO_SUCH();
	},
	retire: async ({ locals, url, request }) => {
		const actor = signedIn(locals, url);
		const id = textOf(await request.formData(), 'id');
		return isRowId(id) ? outcome('list', await retireBaseModel(locals.app, actor, id)) : NO_SUCH();
	},
	token: async ({ locals, url, request }) => {
		const actor = signedIn(locals, url);
		const data = await request.formData();
		const parsed = v.safeParse(TokenForm, { hub: textOf(data, 'hub'), token: data.get('drop') === null ? textOf(data, 'token') : null });
		return parsed.success ? outcome(parsed.output.hub, await putHubToken(locals.app, actor, parsed.output)) : invalid(textOf(data, 'hub'), parsed.issues);
	}
};
