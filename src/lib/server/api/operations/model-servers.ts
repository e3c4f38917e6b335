import * as v from 'valibot';
import { SERVER_STATUSES } from '../../../domain/model-server.ts';
import { idParams, slugParams } from '../fields.ts';
import { operation } from '../operation.ts';
import { deploymentView } from './serving.ts';

const serverView = v.object({
	id: v.string(),
	projectId: v.string(),
	name: v.string(),
	gpus: v.number(),
	status: v.picklist(SERVER_STATUSES),
	wish: v.picklist(['run', 'restart', 'end']),
	attempt: v.number(),
	hostname: v.nullable(v.string()),
	engine: v.nullable(v.picklist(['vllm', 'ms-swift'])),
	devices: v.nullable(v.array(v.number())),
	failures: v.number(),
	nextTryAt: v.nullable(v.string()),
	readyAt: v.nullable(v.string()),
	problem: v.nullable(v.object({ code: v.string(), message: v.string(), hint: v.optional(v.string()), times: v.optional(v.number()) })),
	createdAt: v.string(),
	endedAt: v.nullable(v.string()),
	deployments: v.array(deploymentView),
	waitingFor: v.nullable(v.object({ code: v.string(), most: v.optional(v.number()) }))
});

export const listModelServers = operation({
	id: 'listModelServers',
	method: 'GET',
	path: '/projects/{slug}/model-servers',
	summary: 'Servers of the project that workers run, newest first: their state, where they run, what they serve, and why one waits',
	access: 'deployment.read',
	params: slugParams,
	answers: { 200: v.object({ servers: v.array(serverView) }) }
});

export const readModelServer = operation({
	id: 'readModelServer',
	method: 'GET',
	path: '/model-servers/{id}',
	summary: 'A server that a worker runs, and for engineers and owners the end of its log',
	access: 'deployment.read',
	params: idParams,
	answers: { 200: v.object({ ...serverView.entries, project: v.string(), log: v.nullable(v.object({ lines: v.array(v.string()), cut: v.boolean() })) }) }
});

export const restartModelServer = operation({
	id: 'restartModelServer',
	method: 'POST',
	path: '/model-servers/{id}/restart',
	summary: 'Start a server anew: what is under way there ends first, and one that waits or was given up is tried at once',
	access: 'deployment.manage',
	params: idParams,
	answers: { 200: v.object({ restarting: v.literal(true) }) },
	problems: ['gone']
});

export const endModelServer = operation({
	id: 'endModelServer',
	method: 'DELETE',
	path: '/model-servers/{id}',
	summary: 'End a server with all that it serves, for good; what is under way there ends by itself',
	access: 'deployment.manage',
	params: idParams,
	answers: { 200: v.object({ ended: v.literal(true) }) },
	problems: ['gone']
});
