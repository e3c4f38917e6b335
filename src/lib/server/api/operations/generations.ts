import * as v from 'valibot';
import { GenerationPlan } from '../../../domain/generation-plan.ts';
import { idParams, slugParams, text, uuid } from '../fields.ts';
import { operation } from '../operation.ts';

const price = v.optional(v.nullable(v.pipe(v.number(), v.finite('a number'), v.minValue(0, 'at least 0'), v.maxValue(1e6, 'at most 1000000'))), null);
const settings = {
	name: text(100),
	priceIn: price,
	priceOut: price,
	currency: v.optional(v.pipe(v.string(), v.regex(/^[A-Z]{3}$/, 'three capital letters, such as USD or CNY')), 'USD'),
	concurrency: v.optional(v.pipe(v.number(), v.integer('a whole number'), v.minValue(1, 'from 1 to 64'), v.maxValue(64, 'from 1 to 64')), 4),
	apiKey: v.optional(v.nullable(v.pipe(text(4000), v.regex(/^[\x21-\x7e]*$/, 'a key without spaces'))))
};

/** A key is never among the answers. */
const endpointView = v.object({
	id: v.string(),
	projectId: v.string(),
	name: v.string(),
	baseUrl: v.string(),
	model: v.string(),
	hasKey: v.boolean(),
	priceIn: v.nullable(v.number()),
	priceOut: v.nullable(v.number()),
	currency: v.string(),
	concurrency: v.number(),
	createdAt: v.string(),
	retiredAt: v.nullable(v.string())
});

export const NewEndpoint = v.strictObject({ ...settings, baseUrl: text(500), model: text(300) });
export const EndpointSettings = v.strictObject(settings);

export const createEndpoint = operation({
	id: 'createEndpoint',
	method: 'POST',
	path: '/projects/{slug}/endpoints',
	summary: 'Add a model elsewhere that the project may ask: any server of OpenAI’s chat completions. The key is stored encrypted and never given out',
	access: 'endpoint.manage',
	params: slugParams,
	body: NewEndpoint,
	answers: { 201: endpointView }
});

export const listEndpoints = operation({
	id: 'listEndpoints',
	method: 'GET',
	path: '/projects/{slug}/endpoints',
	summary: 'Models elsewhere that the project may ask, by name, without their keys',
	access: 'endpoint.read',
	params: slugParams,
	answers: { 200: v.object({ endpoints: v.array(endpointView) }) }
});

export const putEndpoint = operation({
	id: 'putEndpoint',
	method: 'PUT',
	path: '/endpoints/{id}',
	summary: 'Set an endpoint’s name, prices, number of questions at a time and, where given, its key (null takes it away). Address and model stay',
	access: 'endpoint.manage',
	params: idParams,
	body: EndpointSettings,
	answers: { 200: endpointView },
	problems: ['gone']
});

export const retireEndpoint = operation({
	id: 'retireEndpoint',
	method: 'DELETE',
	path: '/endpoints/{id}',
	summary: 'Ask an endpoint no more and forget its key; its answers stay',
	access: 'endpoint.manage',
	params: idParams,
	answers: { 200: v.object({ retired: v.literal(true) }) },
	problems: ['gone']
});

const preview = {
	prompts: v.number(),
	answers: v.number(),
	comparisons: v.number(),
	sources: v.array(v.object({ name: v.string(), costAtMost: v.nullable(v.number()), currency: v.nullable(v.string()) }))
};

export const previewGeneration = operation({
	id: 'previewGeneration',
	method: 'POST',
	path: '/projects/{slug}/generations/preview',
	summary: 'What a plan would come to: prompts, answers, comparisons and, where prices are told, the cost at the most; changes nothing',
	access: 'generation.start',
	params: slugParams,
	body: GenerationPlan,
	answers: { 200: v.object(preview) },
	problems: ['walled']
});

export const startGeneration = operation({
	id: 'startGeneration',
	method: 'POST',
	path: '/projects/{slug}/generations',
	summary: 'Have endpoints and checkpoints answer prompts; what they say becomes blind comparisons of the open round by the policy; 403 walled for who is walled off from anything that a checkpoint among them learned from',
	access: 'generation.start',
	params: slugParams,
	body: GenerationPlan,
	answers: { 202: v.object({ id: v.string(), status: v.literal('queued'), ...preview }) },
	problems: ['walled']
});

const generationView = v.looseObject({
	id: v.string(),
	status: v.picklist(['queued', 'running', 'succeeded', 'failed', 'cancelled']),
	policy: v.string(),
	prompts: v.number(),
	done: v.number(),
	total: v.number(),
	comparisons: v.number(),
	intoRound: v.nullable(v.number()),
	sources: v.array(
		v.looseObject({ name: v.string(), answered: v.number(), missed: v.number(), leaked: v.number(), promptTokens: v.number(), completionTokens: v.number(), cost: v.nullable(v.number()), currency: v.nullable(v.string()) })
	),
	missed: v.array(v.object({ code: v.string(), n: v.number() }))
});

export const listGenerations = operation({
	id: 'listGenerations',
	method: 'GET',
	path: '/projects/{slug}/generations',
	summary: 'Generations that people asked for, newest first; next is the cursor of the following page',
	access: 'generation.read',
	params: slugParams,
	query: v.object({
		cursor: v.optional(uuid),
		limit: v.optional(v.pipe(v.string(), v.toNumber(), v.integer('a whole number'), v.minValue(1, 'from 1 to 200'), v.maxValue(200, 'from 1 to 200')), '50')
	}),
	answers: { 200: v.object({ generations: v.array(generationView), next: v.nullable(v.string()) }) }
});

export const readGeneration = operation({
	id: 'readGeneration',
	method: 'GET',
	path: '/generations/{id}',
	summary: 'How a generation is, or how it ended: answers, tokens and cost of each source',
	access: 'generation.read',
	params: idParams,
	answers: { 200: generationView }
});

export const cancelGeneration = operation({
	id: 'cancelGeneration',
	method: 'POST',
	path: '/generations/{id}/cancel',
	summary: 'Stop a generation; its answers stay and it can go on',
	access: 'generation.start',
	params: idParams,
	answers: { 200: v.object({ status: v.literal('cancelled') }) },
	problems: ['already_decided']
});

export const resumeGeneration = operation({
	id: 'resumeGeneration',
	method: 'POST',
	path: '/generations/{id}/resume',
	summary: 'Let a generation that failed or was stopped go on; nothing that was answered is asked again',
	access: 'generation.start',
	params: idParams,
	answers: { 202: v.object({ id: v.string(), status: v.literal('queued') }) },
	problems: ['conflict', 'walled']
});
