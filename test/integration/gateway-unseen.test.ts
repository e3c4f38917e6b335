import OpenAI from 'openai';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { OFF } from '#lib/domain/desensitisation/settings.ts';
import { championOf } from '#lib/server/db/champions.ts';
import { deployCheckpoint } from '#lib/server/usecases/deploy-checkpoint.ts';
import { issueGatewayKey } from '#lib/server/usecases/issue-gateway-key.ts';
import { putDesensitisation } from '#lib/server/usecases/put-desensitisation.ts';
import { createEndpoint } from '#lib/server/usecases/put-endpoint.ts';
import { putGateway } from '#lib/server/usecases/put-gateway.ts';
import { startGateway } from '../support/gateway.ts';
import type { GatewayProcess } from '../support/gateway.ts';
import { paperWorker, trainedCheckpoint } from '../support/loop.ts';
import { startModelServer } from '../support/model-server.ts';
import type { ModelServer } from '../support/model-server.ts';
import { until } from '../support/worker.ts';
import { createWorld, pairRows, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
let gateway: GatewayProcess;
let project: { slug: string; id: string };
let openai: OpenAI;
const servers: ModelServer[] = [];

/** A server of the firm's that answers for a checkpoint. */
async function serving(checkpointId: string, answer: string): Promise<ModelServer> {
	const server = await startModelServer(() => ({ words: [answer] }));
	servers.push(server);
	const endpoint = valueOf(await createEndpoint(world.app, world.admin, { slug: project.slug, name: server.baseUrl, baseUrl: server.baseUrl, model: 'm', priceIn: null, priceOut: null, currency: 'USD', concurrency: 4, apiKey: null }));
	valueOf(await deployCheckpoint(world.app, world.admin, { checkpointId, endpointId: endpoint.id, concurrency: 64 }));
	return server;
}

let candidate: ModelServer;
beforeAll(async () => {
	world = await createWorld({ PLUMBLINE_INHOUSE_HOSTS: '127.0.0.1' });
	project = await world.project({ overlap: 1 });
	valueOf(await world.importRows(project.slug, pairRows(40)));
	const candidateId = (await trainedCheckpoint(world, project.slug, await paperWorker(world))).checkpointId;
	await serving((await championOf(world.app.db, project.id)).id, 'What they saw.');
	candidate = await serving(candidateId, 'What they did not see.');
	valueOf(await putDesensitisation(world.app, world.admin, { slug: project.slug, settings: { ...OFF, actions: { phone: 'placeholder' } } }));
	valueOf(await putGateway(world.app, world.admin, { slug: project.slug, candidateId, canaryPercent: 0, shadowPercent: 100, keepPayloads: true, payloadDays: 7, measureConfidence: false }));
	const { key } = valueOf(await issueGatewayKey(world.app, world.admin, { slug: project.slug, name: 'app', requestsPerMinute: 10_000, tokensPerDay: null }));
	gateway = await startGateway(world);
	openai = new OpenAI({ baseURL: gateway.baseUrl, apiKey: key, maxRetries: 0 });
}, 120_000);
afterAll(async () => {
	await gateway?.stop();
	for (const server of servers) await server.kill();
	await world?.close();
});

it('asks a candidate at an endpoint nothing unseen while the project hides something', async () => {
	const say = (content: string) => openai.chat.completions.create({ model: `${project.slug}/champion`, messages: [{ role: 'user', content }] });
	expect((await say('Is 13987654321 my number?')).choices[0]?.message.content).toBe('What they saw.');
	valueOf(await putDesensitisation(world.app, world.admin, { slug: project.slug, settings: OFF }));
	await until('the candidate is asked again', async () => {
		await say('May I sublet?');
		return candidate.asked.length > 0;
	}, 15, gateway.output);
	expect(candidate.asked.map(({ body }) => JSON.stringify(body)).join()).not.toContain('13987654321');
});
