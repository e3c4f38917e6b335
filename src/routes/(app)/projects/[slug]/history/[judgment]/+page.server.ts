import { randomUUID } from 'node:crypto';
import { error, fail, redirect } from '@sveltejs/kit';
import { superValidate } from 'sveltekit-superforms';
import { valibot } from 'sveltekit-superforms/adapters';
import { CorrectedSchema } from '#lib/components/history/correction.ts';
import type { Corrected } from '#lib/components/history/correction.ts';
import { correctJudgment } from '#lib/server/usecases/correct-judgment.ts';
import { listComments } from '#lib/server/usecases/list-comments.ts';
import { readJudgment } from '#lib/server/usecases/read-judgment.ts';
import type { JudgmentView } from '#lib/server/usecases/read-judgment.ts';
import { refused } from '../../../../../form-result.ts';
import type { FormMessage } from '../../../../../form-result.ts';
import { signedIn, valueOf } from '../../../../../page-result.ts';
import type { Actions, PageServerLoad } from './$types';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const missing = () => error(404, { message: 'There is no such judgment.', code: 'not_found' });

/** The judgment as it stands, to begin its correction with. */
function begun({ shown, strength, reasons, rationale }: JudgmentView) {
	return { verdict: shown.verdict, strength, criteria: shown.criteria ?? {}, reasons: reasons ?? [], rationale: rationale ?? '', reason: '', keep: true, key: randomUUID() } as Corrected;
}

export const load: PageServerLoad = async ({ locals, params, url }) => {
	const actor = signedIn(locals, url);
	if (!UUID.test(params.judgment)) missing();
	const judgment = valueOf(await readJudgment(locals.app, actor, params.judgment), locals.requestId);
	// A judgment stands under its own project only: the frame around it must not name another one.
	if (judgment.project !== params.slug) missing();
	// A judgment that is void lets its judge see no more of the pair than it was.
	const thread = await listComments(locals.app, actor, judgment.comparisonId);
	return { judgment, thread: thread.ok ? thread.value : null, form: judgment.correctable ? await superValidate<Corrected, FormMessage>(begun(judgment), valibot(CorrectedSchema), { errors: false }) : null };
};

export const actions: Actions = {
	correct: async ({ locals, params, request, url }) => {
		const actor = signedIn(locals, url);
		const form = await superValidate<Corrected, FormMessage>(request, valibot(CorrectedSchema));
		if (!form.valid) return fail(400, { form });
		if (!UUID.test(params.judgment)) missing();
		const { key, strength, keep, ...given } = form.data;
		const before = keep ? await readJudgment(locals.app, actor, params.judgment) : null;
		const kept = before?.ok ? before.value.shown : null;
		const corrected = await correctJudgment(locals.app, actor, {
			judgmentId: params.judgment,
			...given,
			...(strength ? { strength } : {}),
			...(kept?.spans ? { spans: kept.spans } : {}),
			// Who cannot judge cannot say how it should have been.
			...(kept?.rewrite && given.verdict !== 'cannot_judge' ? { rewrite: kept.rewrite } : {}),
			idempotencyKey: key
		});
		if (!corrected.ok) return refused(form, corrected.problem);
		redirect(303, `/projects/${params.slug}/history/${corrected.value.judgmentId}?corrected`);
	}
};
