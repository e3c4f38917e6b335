import { fail } from '@sveltejs/kit';
import { message, superValidate } from 'sveltekit-superforms';
import { valibot } from 'sveltekit-superforms/adapters';
import { JudgingPolicySchema } from '#lib/domain/judging-policy.ts';
import type { JudgingPolicy } from '#lib/domain/judging-policy.ts';
import { PROBLEMS } from '#lib/domain/problem.ts';
import { putGold } from '#lib/server/usecases/put-gold.ts';
import { putPolicy } from '#lib/server/usecases/put-policy.ts';
import { readChecks } from '#lib/server/usecases/read-checks.ts';
import { retireGold } from '#lib/server/usecases/retire-gold.ts';
import { refused } from '../../../../form-result.ts';
import type { FormMessage } from '../../../../form-result.ts';
import { signedIn, valueOf } from '../../../../page-result.ts';
import type { Actions, PageServerLoad } from './$types';
import { isRowId } from '../../../../row-id.ts';

type Said = FormMessage | { disputed: number };

export const load: PageServerLoad = async ({ locals, params, url }) => {
	const actor = signedIn(locals, url);
	const before = url.searchParams.get('before');
	const checks = valueOf(await readChecks(locals.app, actor, { slug: params.slug, before: isRowId(before) ? before : null }), locals.requestId);
	return { checks, form: await superValidate<JudgingPolicy, Said>(checks.policy, valibot(JudgingPolicySchema), { errors: false }) };
};

const wrong = (code: 'invalid_input', detail: string) => fail(400, { problem: { code, detail } });

export const actions: Actions = {
	policy: async ({ locals, params, request, url }) => {
		const actor = signedIn(locals, url);
		const form = await superValidate<JudgingPolicy, Said>(request, valibot(JudgingPolicySchema));
		if (!form.valid) return fail(400, { form });
		const put = await putPolicy(locals.app, actor, { slug: params.slug, policy: form.data });
		return put.ok ? message(form, { disputed: put.value.disputed }) : refused(form as never, put.problem);
	},
	gold: async ({ locals, params, request, url }) => {
		const actor = signedIn(locals, url);
		const fields = await request.formData();
		const importId = String(fields.get('importId') ?? '');
		if (!isRowId(importId)) return wrong('invalid_input', 'Choose an import.');
		const put = await putGold(locals.app, actor, { slug: params.slug, importId, warmUp: fields.get('warmUp') === 'on', tieIsRight: fields.get('tieIsRight') === 'on' });
		return put.ok ? { added: put.value } : fail(PROBLEMS[put.problem.code].status, { problem: put.problem });
	},
	retire: async ({ locals, params, request, url }) => {
		const actor = signedIn(locals, url);
		const id = String((await request.formData()).get('id') ?? '');
		if (!isRowId(id)) return wrong('invalid_input', 'Choose a gold item.');
		const retired = await retireGold(locals.app, actor, { slug: params.slug, id });
		return retired.ok ? { retired: id } : fail(PROBLEMS[retired.problem.code].status, { problem: retired.problem });
	}
};
