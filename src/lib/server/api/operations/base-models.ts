import * as v from 'valibot';
import { HubRequest, HUBS, MODEL_STATUSES } from '../../../domain/hub-model.ts';
import { idParams, text } from '../fields.ts';
import { operation } from '../operation.ts';

const hub = v.picklist(HUBS, HUBS.join(' or '));

export const listBaseModels = operation({
	id: 'listBaseModels',
	method: 'GET',
	path: '/base-models',
	summary: 'Models of Hugging Face and ModelScope that new projects may begin with, each pinned to its commit, with licence, size and how far it has come; of which hubs there is a token; and what a project begins with that names none',
	access: 'model.manage',
	answers: {
		200: v.object({
			models: v.array(
				v.object({
					id: v.string(),
					hub,
					repo: v.string(),
					revision: v.string(),
					commit: v.nullable(v.string()),
					facts: v.nullable(v.object({ licence: v.nullable(v.string()), template: v.boolean(), gated: v.boolean() })),
					bytes: v.nullable(v.number()),
					status: v.picklist(MODEL_STATUSES),
					attempt: v.number(),
					doneBytes: v.number(),
					hostname: v.nullable(v.string()),
					problem: v.nullable(v.looseObject({ code: v.string(), message: v.string() })),
					createdAt: v.string(),
					retiredAt: v.nullable(v.string())
				})
			),
			tokens: v.array(hub),
			usual: v.string()
		})
	}
});

export const addBaseModel = operation({
	id: 'addBaseModel',
	method: 'POST',
	path: '/base-models',
	summary: 'Put a model on the list; a worker asks the hub what it has and pins a branch or tag to its commit. Nothing is fetched yet',
	access: 'model.manage',
	body: HubRequest,
	answers: { 202: v.object({ id: v.string(), status: v.literal('asked') }) }
});

export const fetchBaseModel = operation({
	id: 'fetchBaseModel',
	method: 'POST',
	path: '/base-models/{id}/fetch',
	summary: 'Have a model fetched to a worker’s host now, before a run needs it; or what failed done again, from where it broke off',
	access: 'model.manage',
	params: idParams,
	answers: { 202: v.object({ id: v.string(), status: v.picklist(MODEL_STATUSES) }) },
	problems: ['conflict']
});

export const retireBaseModel = operation({
	id: 'retireBaseModel',
	method: 'DELETE',
	path: '/base-models/{id}',
	summary: 'Take a model off the list; projects that began with it keep it',
	access: 'model.manage',
	params: idParams,
	answers: { 200: v.object({ retired: v.literal(true) }) }
});

export const putHubToken = operation({
	id: 'putHubToken',
	method: 'PUT',
	path: '/hubs/{hub}/token',
	summary: 'Set the token with which workers ask a hub, or take it away with null. It is encrypted and never shown again',
	access: 'model.manage',
	params: v.object({ hub }),
	body: v.object({ token: v.nullable(text(500)) }),
	answers: { 200: v.object({ hub, hasToken: v.boolean() }) }
});
