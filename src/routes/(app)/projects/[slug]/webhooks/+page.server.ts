import { fail } from '@sveltejs/kit';
import * as v from 'valibot';
import { PROBLEMS } from '#lib/domain/problem.ts';
import type { Problem, Result } from '#lib/domain/problem.ts';
import { NewWebhook } from '#lib/server/api/operations/webhooks.ts';
import { fieldErrors } from '#lib/server/api/serve.ts';
import { createWebhook, listDeliveries, listWebhooks, retireWebhook, sendAgain, testWebhook } from '#lib/server/usecases/put-webhook.ts';
import { signedIn, valueOf } from '../../../../page-result.ts';
import { isRowId } from '../../../../row-id.ts';
import type { Actions, PageServerLoad } from './$types';

/** Deliveries that are shown of each; all are to be had over the API. */
const SHOWN = 10;

export const load: PageServerLoad = async ({ locals, params, url, depends }) => {
	depends('plumbline:webhooks');
	const actor = signedIn(locals, url);
	const webhooks = valueOf(await listWebhooks(locals.app, actor, params.slug), locals.requestId);
	return { webhooks: await Promise.all(webhooks.map(async (webhook) => ({ ...webhook, ...valueOf(await listDeliveries(locals.app, actor, { id: webhook.id, limit: SHOWN }), locals.requestId) }))) };
};

const refused = (id: string | null, problem: Problem) => fail(PROBLEMS[problem.code].status, { id, problem });
const outcome = (id: string, result: Result<unknown>) => (result.ok ? { id } : refused(id, result.problem));
const NO_SUCH = () => refused(null, { code: 'not_found', detail: 'There is no such webhook.' });

export const actions: Actions = {
	add: async ({ locals, params, url, request }) => {
		const actor = signedIn(locals, url);
		const data = await request.formData();
		const parsed = v.safeParse(NewWebhook, { url: String(data.get('url') ?? '').trim(), events: data.getAll('events') });
		if (!parsed.success) return refused(null, { code: 'invalid_input', detail: '', errors: fieldErrors(parsed.issues as never) });
		const made = await createWebhook(locals.app, actor, { slug: params.slug, ...parsed.output });
		return made.ok ? { id: null, made: { url: made.value.url, secret: made.value.secret } } : refused(null, made.problem);
	},
	retire: async ({ locals, url, request }) => {
		const actor = signedIn(locals, url);
		const id = String((await request.formData()).get('id') ?? '');
		return isRowId(id) ? outcome(id, await retireWebhook(locals.app, actor, id)) : NO_SUCH();
	},
	test: async ({ locals, url, request }) => {
		const actor = signedIn(locals, url);
		const id = String((await request.formData()).get('id') ?? '');
		return isRowId(id) ? outcome(id, await testWebhook(locals.app, actor, id)) : NO_SUCH();
	},
	again: async ({ locals, url, request }) => {
		const actor = signedIn(locals, url);
		const data = await request.formData();
		const [id, deliveryId] = [String(data.get('id') ?? ''), String(data.get('delivery') ?? '')];
		return isRowId(id) && isRowId(deliveryId) ? outcome(id, await sendAgain(locals.app, actor, { id, deliveryId })) : NO_SUCH();
	}
};
