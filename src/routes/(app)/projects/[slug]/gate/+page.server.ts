import { fail } from '@sveltejs/kit';
import * as v from 'valibot';
import { Gate } from '#lib/domain/gate.ts';
import { PROBLEMS } from '#lib/domain/problem.ts';
import type { Problem } from '#lib/domain/problem.ts';
import { text } from '#lib/server/api/fields.ts';
import { fieldErrors } from '#lib/server/api/serve.ts';
import { putGate } from '#lib/server/usecases/put-gate.ts';
import { readGate } from '#lib/server/usecases/read-gate.ts';
import { rollBack } from '#lib/server/usecases/roll-back.ts';
import { sentJson } from '../../../../form-json.ts';
import { signedIn, valueOf } from '../../../../page-result.ts';
import { isRowId } from '../../../../row-id.ts';
import type { Actions, PageServerLoad } from './$types';

const RollBackForm = v.object({ checkpointId: v.pipe(v.string(), v.check((id) => isRowId(id), 'choose a checkpoint')), reason: v.pipe(v.string(), v.trim(), text(5_000)), password: v.string() });

export const load: PageServerLoad = async ({ locals, params, url }) => {
	const actor = signedIn(locals, url);
	return { gate: valueOf(await readGate(locals.app, actor, params.slug), locals.requestId) };
};

const wrong = (issues: readonly v.BaseIssue<unknown>[]): Problem => ({ code: 'invalid_input', detail: '', errors: fieldErrors(issues) });

export const actions: Actions = {
	gate: async ({ locals, params, url, request }) => {
		const actor = signedIn(locals, url);
		const parsed = v.safeParse(Gate, sentJson((await request.formData()).get('gate')));
		if (!parsed.success) return fail(400, { problem: wrong(parsed.issues) });
		const put = await putGate(locals.app, actor, { slug: params.slug, gate: parsed.output });
		return put.ok ? { version: put.value.version ?? 0, added: put.value.added } : fail(PROBLEMS[put.problem.code].status, { problem: put.problem });
	},
	fourEyes: async ({ locals, params, url, request }) => {
		const actor = signedIn(locals, url);
		const put = await putGate(locals.app, actor, { slug: params.slug, fourEyes: (await request.formData()).get('fourEyes') === 'on' });
		return put.ok ? { fourEyes: put.value.fourEyes } : fail(PROBLEMS[put.problem.code].status, { problem: put.problem });
	},
	rollBack: async ({ locals, params, url, request }) => {
		const actor = signedIn(locals, url);
		const data = await request.formData();
		const parsed = v.safeParse(RollBackForm, Object.fromEntries(['checkpointId', 'reason', 'password'].map((name) => [name, String(data.get(name) ?? '')])));
		if (!parsed.success) return fail(400, { notBack: wrong(parsed.issues) });
		const back = await rollBack(locals.app, actor, { slug: params.slug, ...parsed.output });
		return back.ok ? { champion: back.value.champion } : fail(PROBLEMS[back.problem.code].status, { notBack: back.problem });
	}
};
