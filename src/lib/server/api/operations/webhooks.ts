import * as v from 'valibot';
import { WEBHOOK_EVENT_NAMES } from '../../../domain/webhook-event.ts';
import { idParams, slugParams, text, uuid } from '../fields.ts';
import { operation } from '../operation.ts';

const event = v.picklist(WEBHOOK_EVENT_NAMES, `one of ${WEBHOOK_EVENT_NAMES.join(', ')}`);
const webhookView = v.object({ id: v.string(), projectId: v.string(), url: v.string(), events: v.array(event), createdAt: v.string() });

export const NewWebhook = v.strictObject({ url: text(1000), events: v.pipe(v.array(event), v.minLength(1, 'name at least one event'), v.check((names) => new Set(names).size === names.length, 'an event is named twice')) });

export const createWebhook = operation({
	id: 'createWebhook',
	method: 'POST',
	path: '/projects/{slug}/webhooks',
	summary: 'Have an address told what happens in a project from now on, by signed requests (Standard Webhooks). The secret is given this once',
	access: 'webhook.manage',
	params: slugParams,
	body: NewWebhook,
	answers: { 201: v.object({ ...webhookView.entries, secret: v.string() }) },
	problems: ['conflict']
});

export const listWebhooks = operation({
	id: 'listWebhooks',
	method: 'GET',
	path: '/projects/{slug}/webhooks',
	summary: 'Addresses that are told what happens in a project, without their secrets',
	access: 'webhook.manage',
	params: slugParams,
	answers: { 200: v.object({ webhooks: v.array(webhookView) }) }
});

export const retireWebhook = operation({
	id: 'retireWebhook',
	method: 'DELETE',
	path: '/webhooks/{id}',
	summary: 'Tell an address nothing any more: its secret is forgotten, and what waited for it is not sent',
	access: 'webhook.manage',
	params: idParams,
	answers: { 200: v.object({ retired: v.literal(true) }) }
});

export const testWebhook = operation({
	id: 'testWebhook',
	method: 'POST',
	path: '/webhooks/{id}/test',
	summary: 'Send an event of the type webhook.test',
	access: 'webhook.manage',
	params: idParams,
	answers: { 201: v.object({ id: v.string() }) }
});

export const listDeliveries = operation({
	id: 'listDeliveries',
	method: 'GET',
	path: '/webhooks/{id}/deliveries',
	summary: 'What was sent to an address and how it answered, newest first, a page at a time; ended ones are kept for thirty days',
	access: 'webhook.manage',
	params: idParams,
	query: v.object({ cursor: v.optional(uuid), limit: v.optional(v.pipe(v.string(), v.regex(/^\d{1,3}$/, 'a whole number from 1 to 100'), v.toNumber(), v.minValue(1, 'at least 1'), v.maxValue(100, 'at most 100'))) }),
	answers: {
		200: v.object({
			deliveries: v.array(
				v.object({
					id: v.string(),
					event: v.string(),
					status: v.picklist(['waiting', 'delivered', 'failed']),
					tries: v.number(),
					nextAt: v.nullable(v.string()),
					answered: v.nullable(v.number()),
					trouble: v.nullable(v.string()),
					createdAt: v.string(),
					endedAt: v.nullable(v.string())
				})
			),
			next: v.nullable(v.string())
		})
	}
});

export const sendAgain = operation({
	id: 'sendAgain',
	method: 'POST',
	path: '/webhooks/{id}/deliveries',
	summary: 'Send once more what was delivered or given up: the same bytes under the same id',
	access: 'webhook.manage',
	params: idParams,
	body: v.strictObject({ deliveryId: uuid }),
	answers: { 200: v.object({ id: v.string() }) },
	problems: ['conflict']
});
