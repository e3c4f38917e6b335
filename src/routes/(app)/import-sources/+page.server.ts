import { fail } from '@sveltejs/kit';
import * as v from 'valibot';
import { PROBLEMS } from '#lib/domain/problem.ts';
import type { Problem, Result } from '#lib/domain/problem.ts';
import { ImportSourceSettings, NewImportSource } from '#lib/server/api/operations/import-sources.ts';
import { fieldErrors } from '#lib/server/api/serve.ts';
import { listProjects } from '#lib/server/usecases/list-projects.ts';
import { createImportSource, listImportSources, putImportSource, retireImportSource } from '#lib/server/usecases/put-import-source.ts';
import { signedIn, valueOf } from '../../page-result.ts';
import { isRowId } from '../../row-id.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url }) => {
	const actor = signedIn(locals, url);
	const known = valueOf(await listImportSources(locals.app, actor), locals.requestId);
	const projects = (await listProjects(locals.app, actor)).map(({ slug, name }) => ({ slug, name }));
	return { ...known, projects };
};

const textOf = (data: FormData, name: string) => String(data.get(name) ?? '').trim();
/** What was typed of these, where anything was. */
const given = (data: FormData, names: readonly string[]) => Object.fromEntries(names.map((name) => [name, textOf(data, name)]).filter(([, text]) => text !== ''));
const offerOf = (data: FormData) => ({ name: textOf(data, 'name'), projects: data.get('offer') === 'all' ? 'all' : data.getAll('project').map(String) });

/** What says where a source lies, by its kind. */
const PLACE: Readonly<Record<string, readonly string[]>> = { folder: ['root', 'prefix'], s3: ['bucket', 'endpoint', 'region', 'prefix', 'accessKeyId', 'secretAccessKey'], hub: ['hub', 'repo', 'revision', 'prefix'] };

/** A refusal for the form it came from; of what was typed nothing goes back, a key least of all. */
const refused = (id: string | null, problem: Problem) => fail(PROBLEMS[problem.code].status, { id, problem });
const outcome = (id: string | null, result: Result<unknown>) => (result.ok ? { id, problem: undefined } : refused(id, result.problem));
const invalid = (id: string | null, issues: readonly v.BaseIssue<unknown>[]) => refused(id, { code: 'invalid_input', detail: '', errors: fieldErrors(issues) });
/** A form that names no source. */
const NO_SUCH = () => refused(null, { code: 'not_found', detail: 'There is no such source.' });

export const actions: Actions = {
	add: async ({ locals, url, request }) => {
		const actor = signedIn(locals, url);
		const data = await request.formData();
		const kind = textOf(data, 'kind');
		const parsed = v.safeParse(NewImportSource, { ...offerOf(data), kind, ...given(data, PLACE[kind] ?? PLACE['folder'] ?? []) });
		if (!parsed.success) return invalid(null, parsed.issues);
		return outcome(null, await createImportSource(locals.app, actor, parsed.output));
	},
	put: async ({ locals, url, request }) => {
		const actor = signedIn(locals, url);
		const data = await request.formData();
		const id = textOf(data, 'id');
		if (!isRowId(id)) return NO_SUCH();
		const parsed = v.safeParse(ImportSourceSettings, { ...offerOf(data), ...given(data, ['accessKeyId', 'secretAccessKey']) });
		if (!parsed.success) return invalid(id, parsed.issues);
		return outcome(id, await putImportSource(locals.app, actor, { id, ...parsed.output }));
	},
	retire: async ({ locals, url, request }) => {
		const actor = signedIn(locals, url);
		const id = textOf(await request.formData(), 'id');
		if (!isRowId(id)) return NO_SUCH();
		return outcome(id, await retireImportSource(locals.app, actor, id));
	}
};
