import { fail } from '@sveltejs/kit';
import * as v from 'valibot';
import { PROBLEMS } from '#lib/domain/problem.ts';
import type { Problem } from '#lib/domain/problem.ts';
import { AskPlayground, PlaygroundPreference } from '#lib/server/api/operations/playground.ts';
import { fieldErrors } from '#lib/server/api/serve.ts';
import { askPlayground, playgroundChoices } from '#lib/server/usecases/playground.ts';
import { preferInPlayground } from '#lib/server/usecases/prefer-in-playground.ts';
import { signedIn, valueOf } from '../../../../page-result.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url }) => {
	const actor = signedIn(locals, url);
	return { choices: valueOf(await playgroundChoices(locals.app, actor, params.slug), locals.requestId) };
};

const refused = (problem: Problem) => fail(PROBLEMS[problem.code].status, { problem, turn: undefined, preferred: undefined });
const invalid = (issues: readonly v.BaseIssue<unknown>[]) => {
	const errors = fieldErrors(issues);
	return refused({ code: 'invalid_input', detail: errors.map(({ message }) => message).join(' '), errors });
};

export const actions: Actions = {
	ask: async ({ locals, params, url, request }) => {
		const actor = signedIn(locals, url);
		const data = await request.formData();
		const text = (name: string) => String(data.get(name) ?? '').trim();
		const parsed = v.safeParse(AskPlayground, { left: text('left'), right: text('right'), prompt: text('prompt'), blind: data.get('blind') === 'on', maxTokens: Number(text('maxTokens') || 256), temperature: Number(text('temperature') || 0) });
		if (!parsed.success) return invalid(parsed.issues);
		const asked = await askPlayground(locals.app, actor, { slug: params.slug, ...parsed.output });
		return asked.ok ? { problem: undefined, turn: asked.value, preferred: undefined } : refused(asked.problem);
	},
	prefer: async ({ locals, params, url, request }) => {
		const actor = signedIn(locals, url);
		const data = await request.formData();
		const parsed = v.safeParse(PlaygroundPreference, { turn: String(data.get('turn') ?? ''), better: String(data.get('better') ?? '') });
		if (!parsed.success) return invalid(parsed.issues);
		const preferred = await preferInPlayground(locals.app, actor, { slug: params.slug, ...parsed.output });
		return preferred.ok ? { problem: undefined, turn: undefined, preferred: preferred.value } : refused(preferred.problem);
	}
};
