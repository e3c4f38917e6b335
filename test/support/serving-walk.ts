import { randomUUID } from 'node:crypto';
import { deployCheckpoint } from '#lib/server/usecases/deploy-checkpoint.ts';
import { issueGatewayKey } from '#lib/server/usecases/issue-gateway-key.ts';
import { createEndpoint } from '#lib/server/usecases/put-endpoint.ts';
import type { Ground, WalkRequest } from './api-walk.ts';
import { valueOf } from './world.ts';

/** A model elsewhere, of the ground's project. */
export const newEndpoint = async ({ world, slug }: Pick<Ground, 'world' | 'slug'>) => valueOf(await createEndpoint(world.app, world.admin, { slug, name: randomUUID(), baseUrl: 'https://1.1.1.1/v1', model: 'm', priceIn: null, priceOut: null, currency: 'USD', concurrency: 1 })).id;
const newDeployment = async ({ world, slug, checkpointId }: Ground) => valueOf(await deployCheckpoint(world.app, world.admin, { checkpointId, endpointId: await newEndpoint({ world, slug }), concurrency: 4 })).id;
/** A server that waits for a worker. */
export const newServer = async ({ world, checkpointId }: Pick<Ground, 'world' | 'checkpointId'>) => valueOf(await deployCheckpoint(world.app, world.admin, { checkpointId, gpus: 0 })).serverId ?? '';

/** Requests about servers, the gateway and its keys, right in all but who sends them. */
export const SERVING_REQUESTS: Record<string, (ground: Ground) => Promise<WalkRequest> | WalkRequest> = {
	deployCheckpoint: async (ground) => ({ path: '/deployments', options: { body: { checkpointId: ground.checkpointId, endpointId: await newEndpoint(ground) } } }),
	listDeployments: ({ slug }) => ({ path: `/projects/${slug}/deployments` }),
	drainDeployment: async (ground) => ({ path: `/deployments/${await newDeployment(ground)}/drain` }),
	resumeDeployment: async (ground) => ({ path: `/deployments/${await newDeployment(ground)}/resume` }),
	endDeployment: async (ground) => ({ path: `/deployments/${await newDeployment(ground)}` }),
	listModelServers: ({ slug }) => ({ path: `/projects/${slug}/model-servers` }),
	readModelServer: async (ground) => ({ path: `/model-servers/${await newServer(ground)}` }),
	restartModelServer: async (ground) => ({ path: `/model-servers/${await newServer(ground)}/restart` }),
	endModelServer: async (ground) => ({ path: `/model-servers/${await newServer(ground)}` }),
	readGateway: ({ slug }) => ({ path: `/projects/${slug}/gateway` }),
	putGateway: ({ slug }) => ({ path: `/projects/${slug}/gateway`, options: { body: { keepPayloads: true, payloadDays: 7 } } }),
	bringFeedback: ({ slug }) => ({ path: `/projects/${slug}/gateway/feedback` }),
	drawTraffic: ({ slug }) => ({ path: `/projects/${slug}/gateway/prompts`, options: { body: { thumbsDown: true } } }),
	judgeShadows: ({ slug }) => ({ path: `/projects/${slug}/gateway/pairs` }),
	listGatewayKeys: ({ slug }) => ({ path: `/projects/${slug}/gateway/keys` }),
	issueGatewayKey: ({ slug }) => ({ path: `/projects/${slug}/gateway/keys`, options: { body: { name: randomUUID() } } }),
	revokeGatewayKey: async ({ world, slug }) => ({ path: `/gateway-keys/${valueOf(await issueGatewayKey(world.app, world.admin, { slug, name: randomUUID(), requestsPerMinute: 1, tokensPerDay: null })).id}` }),
	listTraffic: ({ slug }) => ({ path: `/projects/${slug}/gateway/requests?limit=5` })
};
