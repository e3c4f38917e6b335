import OpenAI from 'openai';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { championOf } from '#lib/server/db/champions.ts';
import type { GatewaySettings } from '#lib/server/db/gateway.ts';
import { deployCheckpoint } from '#lib/server/usecases/deploy-checkpoint.ts';
import { drawTraffic } from '#lib/server/usecases/draw-traffic.ts';
import { issueGatewayKey } from '#lib/server/usecases/issue-gateway-key.ts';
import { createEndpoint } from '#lib/server/usecases/put-endpoint.ts';
import { putGateway } from '#lib/server/usecases/put-gateway.ts';
import { listTraffic } from '#lib/server/usecases/read-traffic.ts';
import { startGateway } from '../support/gateway.ts';
import type { GatewayProcess } from '../support/gateway.ts';
import { startModelServer } from '../support/model-server.ts';
import type { ModelServer } from '../support/model-server.ts';
import { until } from '../support/worker.ts';
import { createWorld, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
let gateway: GatewayProcess;
let server: ModelServer;
let project: { slug: string; id: string };
let openai: OpenAI;
/** A server that does not know the field, as some are. */
let refuses = false;

const SETTINGS: GatewaySettings = { candidateId: null, canaryPercent: 0, shadowPercent: 0, keepPayloads: true, payloadDays: 7, measureConfidence: true };
const tokens = (...probabilities: number[]) => ({ content: probabilities.map((p) => ({ token: 'x', logprob: Math.log(p), bytes: null, top_logprobs: [] })) });

beforeAll(async () => {
	world = await createWorld({ PLUMBLINE_INHOUSE_HOSTS: '127.0.0.1' });
	project = await world.project();
	server = await startModelServer(({ body }) => {
		if (refuses && body['logprobs'] === true) return { status: 400, body: '{"error":{"message":"no logprobs here"}}' };
		return { words: ['Well.'], logprobs: JSON.stringify(body['messages']).includes('sublet') ? tokens(0.25, 1) : tokens(0.9) };
	});
	const endpoint = valueOf(await createEndpoint(world.app, world.admin, { slug: project.slug, name: 'ours', baseUrl: server.baseUrl, model: 'm', priceIn: null, priceOut: null, currency: 'USD', concurrency: 4, apiKey: null }));
	valueOf(await deployCheckpoint(world.app, world.admin, { checkpointId: (await championOf(world.app.db, project.id)).id, endpointId: endpoint.id, concurrency: 4 }));
	valueOf(await putGateway(world.app, world.admin, { slug: project.slug, ...SETTINGS }));
	const { key } = valueOf(await issueGatewayKey(world.app, world.admin, { slug: project.slug, name: 'app', requestsPerMinute: 10_000, tokensPerDay: null }));
	gateway = await startGateway(world);
	openai = new OpenAI({ baseURL: gateway.baseUrl, apiKey: key, maxRetries: 0 });
}, 120_000);
afterAll(async () => {
	await gateway?.stop();
	await server?.kill();
	await world?.close();
});

const question = (content: string) => ({ model: `${project.slug}/champion`, messages: [{ role: 'user' as const, content }] });

it('knows how sure a model was, tells only who asked, and draws the questions that it was least sure of', async () => {
	const whole = await openai.chat.completions.create(question('May I sublet?'));
	const pieces = await Array.fromAsync(await openai.chat.completions.create({ ...question('May I build?'), stream: true }));
	const told = await openai.chat.completions.create({ ...question('May I sing?'), logprobs: true });
	expect(server.asked.map(({ body }) => body['logprobs'])).toEqual([true, true, true]);
	expect([whole.choices[0]?.logprobs, told.choices[0]?.logprobs?.content?.length, pieces.every(({ choices }) => choices.every(({ logprobs }) => !logprobs))]).toEqual([null, 1, true]);

	// One that cannot say is asked without, and answers.
	refuses = true;
	expect((await openai.chat.completions.create(question('May I ask?'))).choices[0]?.message.content).toBe('Well.');
	expect(server.asked.slice(3).map(({ body }) => body['logprobs'])).toEqual([true, undefined]);

	const { requests } = await until('written down', async () => {
		const read = valueOf(await listTraffic(world.app, world.admin, { slug: project.slug, limit: 10 }));
		return read.requests.length === 4 ? read : null;
	}, 10);
	expect(requests.map(({ confidence }) => confidence && Number(confidence.toFixed(6)))).toEqual([null, 0.9, 0.9, 0.5]);
	const drawn = valueOf(await drawTraffic(world.app, world.admin, { slug: project.slug, rules: { thumbsDown: false, randomPercent: 0, novel: 0, unsure: 1 } }));
	expect(drawn.drawn).toEqual({ thumbs_down: 0, random: 0, novel: 0, unsure: 1 });
	// The next draw does not come to the same question again.
	expect(valueOf(await drawTraffic(world.app, world.admin, { slug: project.slug, rules: { thumbsDown: false, randomPercent: 0, novel: 0, unsure: 9 } })).drawn.unsure).toBe(2);
	expect(await world.query(`select t.messages->-1->>'content' as asked, p.tags from prompts p join prompt_texts t on t.prompt_id = p.id where p.import_id = '${drawn.importId}'`)).toEqual([{ asked: 'May I sublet?', tags: ['traffic', 'traffic: low confidence'] }]);
});

it('is measured only where words are kept', async () => {
	expect(problemOf(await putGateway(world.app, world.admin, { slug: project.slug, ...SETTINGS, keepPayloads: false }))).toBe('invalid_input');
});
