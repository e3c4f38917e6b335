import * as v from 'valibot';
import { EXPORT_FORMATS } from '../../../domain/checkpoint-export.ts';
import { MOST_SERVER_GPUS, MOST_TOGETHER } from '../../../domain/model-server.ts';
import { idParams, instant, slugParams, text, uuid } from '../fields.ts';
import { operation } from '../operation.ts';

const whole = (least: number, most: number) => v.pipe(v.number(), v.integer('a whole number'), v.minValue(least, `from ${least} to ${most}`), v.maxValue(most, `from ${least} to ${most}`));
const percent = v.pipe(v.number(), v.minValue(0, 'from 0 to 100'), v.maxValue(100, 'from 0 to 100'));

/** A form of a checkpoint, as it was asked for; null: as it was trained. */
const form = v.nullable(v.looseObject({ format: v.picklist(EXPORT_FORMATS) }));

export const deploymentView = v.object({
	id: v.string(),
	projectId: v.string(),
	checkpointId: v.string(),
	checkpoint: v.string(),
	exportId: v.nullable(v.string()),
	form,
	endpointId: v.nullable(v.string()),
	serverId: v.nullable(v.string()),
	server: v.string(),
	baseUrl: v.nullable(v.string()),
	model: v.string(),
	retired: v.boolean(),
	concurrency: v.number(),
	state: v.picklist(['serving', 'draining', 'ended']),
	health: v.picklist(['unknown', 'up', 'down']),
	healthProblem: v.nullable(v.string()),
	checkedAt: v.nullable(v.string()),
	load: v.number(),
	createdAt: v.string()
});

const concurrency = v.optional(whole(1, 1000));
/** By a server of the firm, or by one that a worker starts. */
export const NewDeployment = v.pipe(
	v.strictObject({
		checkpointId: uuid,
		exportId: v.optional(uuid),
		endpointId: v.optional(uuid),
		beside: v.optional(v.pipe(v.array(uuid), v.maxLength(MOST_TOGETHER - 1, `at most ${MOST_TOGETHER - 1}`))),
		gpus: v.optional(whole(0, MOST_SERVER_GPUS)),
		name: v.optional(text(100)),
		concurrency
	}),
	v.check(({ endpointId, beside, gpus, name }) => endpointId === undefined || (beside === undefined && gpus === undefined && name === undefined), 'an endpoint has its name and its devices already: leave beside, gpus and name out')
);

export const deployCheckpoint = operation({
	id: 'deployCheckpoint',
	method: 'POST',
	path: '/deployments',
	summary: 'Have a server serve a checkpoint: the gateway sends requests for it there, at most `concurrency` at a time from each process. With `endpointId` a server that the firm runs and that has the checkpoint loaded; without, one that a worker starts, on so many `gpus`, with the checkpoints `beside` it. With `exportId` in the form of that export',
	access: 'deployment.manage',
	body: NewDeployment,
	answers: { 201: deploymentView },
	problems: ['not_found']
});

export const listDeployments = operation({
	id: 'listDeployments',
	method: 'GET',
	path: '/projects/{slug}/deployments',
	summary: 'Servers that serve checkpoints of the project, newest first: whether they take requests, as they were found last, and what is under way there',
	access: 'deployment.read',
	params: slugParams,
	answers: { 200: v.object({ deployments: v.array(deploymentView) }) }
});

export const drainDeployment = operation({
	id: 'drainDeployment',
	method: 'POST',
	path: '/deployments/{id}/drain',
	summary: 'Send nothing new to a server; what is under way there ends by itself',
	access: 'deployment.manage',
	params: idParams,
	answers: { 200: deploymentView },
	problems: ['gone']
});

export const resumeDeployment = operation({
	id: 'resumeDeployment',
	method: 'POST',
	path: '/deployments/{id}/resume',
	summary: 'Send requests to a drained server again',
	access: 'deployment.manage',
	params: idParams,
	answers: { 200: deploymentView },
	problems: ['gone']
});

export const endDeployment = operation({
	id: 'endDeployment',
	method: 'DELETE',
	path: '/deployments/{id}',
	summary: 'End a deployment for good; what is under way there ends by itself',
	access: 'deployment.manage',
	params: idParams,
	answers: { 200: v.object({ ended: v.literal(true) }) },
	problems: ['gone']
});

const settings = {
	candidateId: v.optional(v.nullable(uuid), null),
	canaryPercent: v.optional(percent, 0),
	shadowPercent: v.optional(percent, 0),
	keepPayloads: v.optional(v.boolean(), false),
	payloadDays: v.optional(whole(1, 365), 30),
	measureConfidence: v.optional(v.boolean(), false)
};
export const GatewaySettings = v.strictObject(settings);
const settingsView = v.object({ candidateId: v.nullable(v.string()), canaryPercent: v.number(), shadowPercent: v.number(), keepPayloads: v.boolean(), payloadDays: v.number(), measureConfidence: v.boolean() });

export const readGateway = operation({
	id: 'readGateway',
	method: 'GET',
	path: '/projects/{slug}/gateway',
	summary: 'How the gateway serves the project: its settings, living gateway processes, names of models and what stands behind them, pairs that wait for judging',
	access: 'deployment.read',
	params: slugParams,
	answers: {
		200: v.object({
			settings: settingsView,
			gateways: v.array(v.object({ id: v.string(), hostname: v.string(), port: v.number(), startedAt: v.string() })),
			baseUrl: v.nullable(v.string()),
			models: v.array(v.object({ name: v.string(), checkpointId: v.string(), checkpoint: v.string(), form, served: v.picklist(['yes', 'as_trained', 'unwell', 'no']) })),
			shadowPairs: v.number(),
			feedback: v.object({ up: v.number(), down: v.number(), edits: v.number(), comments: v.number(), waiting: v.number() })
		})
	}
});

export const putGateway = operation({
	id: 'putGateway',
	method: 'PUT',
	path: '/projects/{slug}/gateway',
	summary: 'Set the candidate, the share of people whom it answers (canary), the share of requests that it answers unseen (shadow), whether questions and answers are kept, for how many days, and whether servers are asked how sure they are (log-probabilities)',
	access: 'gateway.manage',
	params: slugParams,
	body: GatewaySettings,
	answers: { 200: settingsView }
});

export const judgeShadows = operation({
	id: 'judgeShadows',
	method: 'POST',
	path: '/projects/{slug}/gateway/pairs',
	summary: 'Bring questions that were answered by champion and, unseen, by the candidate to judging, by an import: at most 1,000 at a time',
	access: 'import.create',
	params: slugParams,
	answers: { 200: v.object({ importId: v.nullable(v.string()), pairs: v.number(), passedOver: v.number() }) },
	problems: ['import_refused', 'conflict', 'not_ready']
});

export const bringFeedback = operation({
	id: 'bringFeedback',
	method: 'POST',
	path: '/projects/{slug}/gateway/feedback',
	summary: 'Make what people said of answers part of the record, by an import: thumbs as judgments of single answers, edits as preferred answers, of origin feedback; passedOver is null where that takes longer than ten seconds, and the import says how it went',
	access: 'import.create',
	params: slugParams,
	answers: { 200: v.object({ importId: v.nullable(v.string()), answers: v.number(), passedOver: v.nullable(v.number()) }) },
	problems: ['import_refused', 'conflict', 'not_ready']
});

export const DrawRules = v.pipe(
	v.strictObject({ thumbsDown: v.optional(v.boolean(), false), randomPercent: v.optional(percent, 0), novel: v.optional(whole(0, 1000), 0), unsure: v.optional(whole(0, 1000), 0) }),
	v.check(({ thumbsDown, randomPercent, novel, unsure }) => thumbsDown || randomPercent > 0 || novel > 0 || unsure > 0, 'name at least one rule: thumbsDown, randomPercent, novel or unsure')
);

export const drawTraffic = operation({
	id: 'drawTraffic',
	method: 'POST',
	path: '/projects/{slug}/gateway/prompts',
	summary: 'Draw questions of the traffic, where words are kept, as prompts of the next round: answers with thumbs down, a share by lot with its propensity, the so many least like the project’s prompts (TF-IDF), the so many of whose answers the model was least sure; by an import',
	access: 'import.create',
	params: slugParams,
	body: DrawRules,
	answers: { 200: v.object({ importId: v.nullable(v.string()), drawn: v.object({ thumbs_down: v.number(), random: v.number(), novel: v.number(), unsure: v.number() }), passedOver: v.number() }) },
	problems: ['import_refused', 'conflict', 'not_ready']
});

const usage = v.object({ requests: v.number(), failed: v.number(), promptTokens: v.number(), completionTokens: v.number() });

export const listGatewayKeys = operation({
	id: 'listGatewayKeys',
	method: 'GET',
	path: '/projects/{slug}/gateway/keys',
	summary: 'Keys of applications, without the keys themselves, and what they used today (UTC) and in the last 30 days',
	access: 'gateway.manage',
	params: slugParams,
	answers: {
		200: v.object({
			keys: v.array(
				v.object({ id: v.string(), name: v.string(), requestsPerMinute: v.number(), tokensPerDay: v.nullable(v.number()), expiresAt: v.nullable(v.string()), expired: v.boolean(), lastUsedAt: v.nullable(v.string()), createdAt: v.string(), today: usage, month: usage })
			)
		})
	}
});

export const NewGatewayKey = v.strictObject({
	name: text(100),
	requestsPerMinute: v.optional(whole(1, 100_000), 600),
	tokensPerDay: v.optional(v.nullable(whole(1, 1_000_000_000_000)), null),
	expiresAt: v.optional(v.nullable(instant))
});

export const issueGatewayKey = operation({
	id: 'issueGatewayKey',
	method: 'POST',
	path: '/projects/{slug}/gateway/keys',
	summary: 'Make a key with which an application asks the gateway for the project’s models; shown this once; 403 walled for who is walled off from a matter of the project',
	access: 'gateway.manage',
	params: slugParams,
	body: NewGatewayKey,
	answers: { 201: v.object({ id: v.string(), key: v.string(), expiresAt: v.nullable(v.string()) }) },
	problems: ['walled']
});

export const revokeGatewayKey = operation({
	id: 'revokeGatewayKey',
	method: 'DELETE',
	path: '/gateway-keys/{id}',
	summary: 'End a key for good: gateways refuse it within seconds',
	access: 'gateway.manage',
	params: idParams,
	answers: { 200: v.object({ revoked: v.literal(true) }) }
});

export const listTraffic = operation({
	id: 'listTraffic',
	method: 'GET',
	path: '/projects/{slug}/gateway/requests',
	summary: 'What the gateway was asked, newest first, without a word of it: who answered, by which way, how fast, how many tokens; next is the cursor of the following page',
	access: 'deployment.read',
	params: slugParams,
	query: v.object({ cursor: v.optional(uuid), limit: v.optional(v.pipe(v.string(), v.toNumber(), v.integer('a whole number'), v.minValue(1, 'from 1 to 200'), v.maxValue(200, 'from 1 to 200')), '50') }),
	answers: {
		200: v.object({
			requests: v.array(
				v.object({
					id: v.string(),
					key: v.string(),
					asked: v.picklist(['champion', 'candidate', 'checkpoint']),
					checkpointId: v.nullable(v.string()),
					checkpoint: v.nullable(v.string()),
					form,
					endpoint: v.nullable(v.string()),
					way: v.picklist(['asked', 'canary', 'fallback', 'shadow']),
					status: v.number(),
					problem: v.nullable(v.string()),
					streamed: v.boolean(),
					tries: v.number(),
					promptTokens: v.nullable(v.number()),
					completionTokens: v.nullable(v.number()),
					confidence: v.nullable(v.number()),
					firstMs: v.nullable(v.number()),
					totalMs: v.number(),
					createdAt: v.string()
				})
			),
			next: v.nullable(v.string())
		})
	}
});
