import { request as httpRequest } from 'node:http';
import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { GatewaySettings } from '#lib/server/db/gateway.ts';
import { championOf } from '#lib/server/db/champions.ts';
import { deployCheckpoint } from '#lib/server/usecases/deploy-checkpoint.ts';
import { drainDeployment, endDeployment } from '#lib/server/usecases/drain-deployment.ts';
import { drawTraffic } from '#lib/server/usecases/draw-traffic.ts';
import { issueGatewayKey, listGatewayKeys, revokeGatewayKey } from '#lib/server/usecases/issue-gateway-key.ts';
import { judgeShadows } from '#lib/server/usecases/judge-shadows.ts';
import { bringFeedback } from '#lib/server/usecases/bring-feedback.ts';
import { previewSnapshot } from '#lib/server/usecases/preview-snapshot.ts';
import { createEndpoint } from '#lib/server/usecases/put-endpoint.ts';
import { putGateway, readGateway } from '#lib/server/usecases/put-gateway.ts';
import { listTraffic } from '#lib/server/usecases/read-traffic.ts';
import { sweep } from '#lib/server/usecases/sweep.ts';
import { undoImport } from '#lib/server/usecases/undo-import.ts';
import { startGateway } from '../support/gateway.ts';
import type { GatewayProcess } from '../support/gateway.ts';
import { paperWorker, trainedCheckpoint } from '../support/loop.ts';
import { startModelServer } from '../support/model-server.ts';
import type { Behaviour, ModelServer } from '../support/model-server.ts';
import { until } from '../support/worker.ts';
import { createWorld, pairRows, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
let gateway: GatewayProcess;
let project: { slug: string; id: string };
let candidateId: string;
let championId: string;
const opened: { servers: ModelServer[]; deployments: string[] } = { servers: [], deployments: [] };

beforeAll(async () => {
	world = await createWorld({ PLUMBLINE_INHOUSE_HOSTS: '127.0.0.1' });
	project = await world.project({ overlap: 1 });
	valueOf(await world.importRows(project.slug, pairRows(40)));
	candidateId = (await trainedCheckpoint(world, project.slug, await paperWorker(world))).checkpointId;
	championId = (await championOf(world.app.db, project.id)).id;
	gateway = await startGateway(world, { PLUMBLINE_GATEWAY_PATIENCE_S: '3', PLUMBLINE_GATEWAY_MAX_MB: '2' });
}, 120_000);
afterEach(async () => {
	for (const id of opened.deployments.splice(0)) await endDeployment(world.app, world.admin, id);
	for (const server of opened.servers.splice(0)) await server.kill();
	await settings({});
});
afterAll(async () => {
	await gateway?.stop();
	await world?.close();
});

const OFF: GatewaySettings = { candidateId: null, canaryPercent: 0, shadowPercent: 0, keepPayloads: false, payloadDays: 30, measureConfidence: false };
const settings = async (of: Partial<GatewaySettings>) => valueOf(await putGateway(world.app, world.admin, { slug: project.slug, ...OFF, ...of }));
const champion = () => `${project.slug}/champion`;
const ask = (content: string) => [{ role: 'user' as const, content }];

/** A server that does as told, deployed for a checkpoint, and known to the gateway. */
async function serving(checkpointId: string, script: Behaviour | (() => Behaviour), concurrency = 64): Promise<ModelServer & { deploymentId: string }> {
	const server = await startModelServer(() => (typeof script === 'function' ? script() : script));
	opened.servers.push(server);
	const endpoint = valueOf(await createEndpoint(world.app, world.admin, { slug: project.slug, name: server.baseUrl, baseUrl: server.baseUrl, model: 'm', priceIn: null, priceOut: null, currency: 'USD', concurrency: 4, apiKey: 'sk-of-the-server' }));
	const made = valueOf(await deployCheckpoint(world.app, world.admin, { checkpointId, endpointId: endpoint.id, concurrency }));
	opened.deployments.push(made.id);
	return { ...server, deploymentId: made.id };
}

let keys = 0;
async function newKey(limits: { requestsPerMinute?: number; tokensPerDay?: number } = {}): Promise<{ id: string; key: string }> {
	return valueOf(await issueGatewayKey(world.app, world.admin, { slug: project.slug, name: `app ${++keys}`, requestsPerMinute: 10_000, tokensPerDay: null, ...limits }));
}
async function client(key?: string): Promise<OpenAI> {
	return new OpenAI({ baseURL: gateway.baseUrl, apiKey: key ?? (await newKey()).key, maxRetries: 0 });
}
/** The gateway knows what was just said in the record: it reads it every second. */
const known = (openai: OpenAI, model: string) => until(`${model} is served`, async () => (await openai.models.list()).data.some(({ id }) => id === model), 15, gateway.output);
async function failure(asking: Promise<unknown>): Promise<{ status: unknown; code: unknown; type: unknown; message: string }> {
	const error: unknown = await asking.then(() => null, (caught: unknown) => caught);
	if (!(error instanceof OpenAI.APIError)) throw new Error(`no error of the API: ${String(error)}`);
	return { status: error.status, code: error.code, type: error.type, message: error.message };
}
const traffic = async () => valueOf(await listTraffic(world.app, world.admin, { slug: project.slug, limit: 50 }));

it('answers the openai client: whole, streamed, with tools, logprobs and images, under the name that was asked for', async () => {
	let does: Behaviour = { words: ['A ', 'careful ', 'answer.'], logprobs: { content: [{ token: 'A', logprob: -0.1, bytes: null, top_logprobs: [] }] } };
	const server = await serving(championId, () => does);
	const openai = await client();
	await known(openai, champion());
	const image = { type: 'image_url' as const, image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } };
	const tools = [{ type: 'function' as const, function: { name: 'look_up', parameters: { type: 'object', properties: {} } } }];
	const whole = await openai.chat.completions.create({ model: champion(), messages: [{ role: 'user', content: [{ type: 'text', text: 'What is this?' }, image] }], tools, logprobs: true, user: 'somebody', temperature: 0.3 });
	expect([whole.model, whole.choices[0]?.message.content, whole.choices[0]?.logprobs?.content?.[0]?.token, whole.usage?.completion_tokens]).toEqual([champion(), 'A careful answer.', 'A', 3]);
	expect(whole.id).toBe(`chatcmpl-${whole._request_id}`);
	expect(server.asked[0]).toMatchObject({ path: '/v1/chat/completions', authorization: 'Bearer sk-of-the-server', body: { model: 'm', tools, logprobs: true, temperature: 0.3, messages: [{ content: [{ text: 'What is this?' }, image] }] } });
	expect(server.asked[0]?.body).not.toHaveProperty('user');

	const pieces: string[] = [];
	for await (const event of await openai.chat.completions.create({ model: champion(), messages: ask('And streamed?'), stream: true })) {
		expect([event.model, event.choices.length, event.usage]).toEqual([champion(), 1, undefined]);
		pieces.push(event.choices[0]?.delta.content ?? '');
	}
	expect(pieces.join('')).toBe('A careful answer.');
	const counted = await Array.fromAsync(await openai.chat.completions.create({ model: champion(), messages: ask('Counted?'), stream: true, stream_options: { include_usage: true } }));
	expect(counted.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 7, completion_tokens: 3 } });

	expect((await openai.completions.create({ model: champion(), prompt: 'Once' })).choices[0]?.text).toBe('A careful answer.');
	does = { words: [], message: { role: 'assistant', content: null, tool_calls: [{ id: 't', type: 'function', function: { name: 'look_up', arguments: '{}' } }] } };
	expect((await openai.chat.completions.create({ model: champion(), messages: ask('Look it up'), tools })).choices[0]?.message.tool_calls?.[0]?.id).toBe('t');
	expect((await openai.models.retrieve(champion())).owned_by).toBe(project.slug);

	const { requests } = await until('written down', async () => ((await traffic()).requests.length >= 5 ? traffic() : null), 10);
	expect(requests.map(({ status, streamed, promptTokens, completionTokens }) => [status, streamed, promptTokens, completionTokens])).toEqual([[200, false, 7, 0], [200, false, 7, 3], [200, true, 7, 3], [200, true, 7, 3], [200, false, 7, 3]]);
	expect(await world.query('select 1 from gateway_payloads')).toEqual([]);
});

it('goes on with another server when one is killed, and uses it again when it is back', async () => {
	const [a, b] = [await serving(championId, { words: ['a'] }), await serving(championId, { words: ['b'] })];
	const openai = await client();
	await known(openai, champion());
	const say = async () => (await openai.chat.completions.create({ model: champion(), messages: ask('Who is there?') })).choices[0]?.message.content;
	await until('both are known', async () => (await Promise.all([say(), say(), say(), say()])) && a.asked.length > 0 && b.asked.length > 0, 15);
	await a.kill();
	for (let i = 0; i < 6; i++) expect(await say()).toBe('b');
	await b.kill();
	expect(await failure(say())).toMatchObject({ status: 503, code: 'server_unreachable', type: 'server_error' });
	await a.comeBack();
	expect(await say()).toBe('a');
	// The client itself tries again, as applications let it.
	await a.kill();
	const patient = new OpenAI({ baseURL: gateway.baseUrl, apiKey: openai.apiKey, maxRetries: 5 });
	const asking = patient.chat.completions.create({ model: champion(), messages: ask('Who is there now?') });
	await b.comeBack();
	expect((await asking).choices[0]?.message.content).toBe('b');
});

it.each([{ status: 500, body: '{}' }, { status: 401, body: '' }, { status: 429, headers: { 'retry-after': '1' } }])('goes on with another server where one answers %j, and lives', async (does) => {
	const [failing] = [await serving(championId, does), await serving(championId, { words: ['b'], everyMs: 30 })];
	const openai = await client();
	await known(openai, champion());
	// The one that failed last is asked last: it has its turn again when it looks well.
	const say = async () => (await openai.chat.completions.create({ model: champion(), messages: ask('Who is there?') })).choices[0]?.message.content;
	await until('both were asked', async () => (await Promise.all([say(), say(), say()])) && failing.asked.length > 0, 15);
	for (let i = 0; i < 5; i++) expect(await say()).toBe('b');
});

it('tells a client in the stream that the server was lost, and stops a server whose client is gone', async () => {
	const words = Array.from({ length: 200 }, (_, i) => `${i} `);
	const server = await serving(championId, { words, everyMs: 20 });
	const openai = await client();
	await known(openai, champion());
	const stream = await openai.chat.completions.create({ model: champion(), messages: ask('Count'), stream: true });
	for await (const _ of stream) break;
	await until('the server is left', () => Promise.resolve(server.left() === 1 && server.underWay() === 0), 5);
	const got: string[] = [];
	const lost = failure(
		(async () => {
			for await (const event of await openai.chat.completions.create({ model: champion(), messages: ask('Count again'), stream: true })) {
				got.push(event.choices[0]?.delta.content ?? '');
				if (got.length === 3) await server.kill();
			}
		})()
	);
	expect(await lost).toMatchObject({ code: 'server_lost', type: 'server_error' });
	expect(got.slice(0, 3)).toEqual(['0 ', '1 ', '2 ']);
	const { requests } = await until('both are written down', async () => ((await traffic()).requests.some(({ problem }) => problem === 'server_lost') ? traffic() : null), 10);
	const [cut, hungUp] = requests;
	expect([cut, hungUp].map((one) => [one?.status, one?.problem])).toEqual([[502, 'server_lost'], [499, 'hung_up']]);
	// No server said what it used: what was asked and said is counted, so that nobody gets round a limit by hanging up.
	expect([cut?.promptTokens, hungUp?.promptTokens]).toEqual([4, 3]);
	expect([(cut?.completionTokens ?? 0) >= 3, (hungUp?.completionTokens ?? 0) >= 1]).toEqual([true, true]);
});

it('gives the place of a client that reads nothing to others', async () => {
	let words = Array.from({ length: 40 }, () => 'x'.repeat(900_000));
	const server = await serving(championId, () => ({ words }), 1);
	const { key } = await newKey();
	const openai = await client(key);
	await known(openai, champion());
	const body = JSON.stringify({ model: champion(), messages: ask('At length'), stream: true });
	// An answer that nobody listens to stays unread: Node takes what its buffer holds and waits.
	const idle = httpRequest(`${gateway.baseUrl}/chat/completions`, { method: 'POST', headers: { authorization: `Bearer ${key}` } }, () => undefined).on('error', () => undefined);
	idle.end(body);
	await until('the answer has begun', () => Promise.resolve(server.underWay() === 1), 5);
	expect(await failure(openai.chat.completions.create({ model: champion(), messages: ask('Me too') }))).toMatchObject({ status: 429, code: 'servers_busy' });
	await until('the server is left', () => Promise.resolve(server.left() === 1 && server.underWay() === 0), 15);
	const line = await until('it is written down', async () => (await traffic()).requests.find(({ problem }) => problem === 'not_read') ?? null, 10);
	expect([line.status, line.promptTokens]).toEqual([499, 4]);
	words = ['Here.'];
	expect((await openai.chat.completions.create({ model: champion(), messages: ask('And now?') })).choices[0]?.message.content).toBe('Here.');
	idle.destroy();
});

it.each<[string, Behaviour, { stream: boolean; status?: number; code: string }]>([
	['says nothing', 'HANG', { stream: false, status: 504, code: 'server_timeout' }],
	['says nothing more', 'HANG_LATER', { stream: true, code: 'server_timeout' }],
	['answers with a page', 'GARBAGE', { stream: false, status: 502, code: 'bad_answer' }],
	['streams a page', 'GARBAGE', { stream: true, status: 502, code: 'bad_answer' }],
	['streams garbage after a while', 'GARBAGE_LATER', { stream: true, code: 'bad_answer' }],
	['answers with 11 MB', 'HUGE', { stream: false, status: 502, code: 'answer_too_large' }],
	['streams a piece of 2 MB', 'HUGE', { stream: true, status: 502, code: 'answer_too_large' }],
	['breaks off', 'CUT', { stream: false, status: 503, code: 'server_unreachable' }],
	['is busy', { status: 429, headers: { 'retry-after': '3' } }, { stream: false, status: 429, code: 'servers_busy' }],
	['fails', { status: 500, body: 'Traceback: secret' }, { stream: true, status: 502, code: 'server_failed' }],
	['takes no key', { status: 401 }, { stream: false, status: 502, code: 'server_denied' }],
	['sends on into the house', { status: 302, headers: { location: 'http://169.254.169.254/latest/meta-data' } }, { stream: false, status: 502, code: 'server_redirects' }]
])('has a clear error where a server %s', async (_, does, { stream, status, code }) => {
	const server = await serving(championId, does);
	const openai = await client();
	await known(openai, champion());
	const failed = await failure(
		(async () => {
			const answer = await openai.chat.completions.create({ model: champion(), messages: ask('Well?'), stream });
			if (stream) for await (const event of answer as unknown as AsyncIterable<unknown>) void event;
		})()
	);
	expect([failed.code, failed.status]).toEqual([code, status]);
	expect(failed.message).not.toContain('secret');
	expect(server.asked.every(({ body }) => body['model'] === 'm')).toBe(true);
});

it('hands a server’s words about the request back, and asks no other', async () => {
	const server = await serving(championId, { status: 400, body: '{"error":{"message":"max_tokens is too large"}}' });
	const openai = await client();
	await known(openai, champion());
	expect(await failure(openai.chat.completions.create({ model: champion(), messages: ask('?') }))).toMatchObject({ status: 400, code: 'request_refused', message: '400 max_tokens is too large' });
	expect(server.asked).toHaveLength(1);
});

it('turns away who has no key, too much to say, no model, or has asked enough', async () => {
	await serving(championId, { words: ['yes'] });
	const openai = await client();
	await known(openai, champion());
	const say = (of: OpenAI, model = champion()) => of.chat.completions.create({ model, messages: ask('?') });
	expect(await failure(say(await client('plb_nobody')))).toMatchObject({ status: 401, code: 'invalid_api_key' });
	expect(await failure(say(openai, 'gpt-4'))).toMatchObject({ status: 404, code: 'model_not_found' });
	expect(await failure(say(openai, `other/champion`))).toMatchObject({ status: 404, code: 'model_not_found' });
	expect(await failure(say(openai, `${project.slug}/candidate`))).toMatchObject({ status: 404, code: 'model_not_found' });
	expect(await failure(openai.chat.completions.create({ model: champion(), messages: ask('x'.repeat(2_100_000)) }))).toMatchObject({ status: 413, code: 'request_too_large' });
	const post = (body: string) => fetch(`${gateway.baseUrl}/chat/completions`, { method: 'POST', headers: { authorization: `Bearer ${openai.apiKey}` }, body });
	expect((await post('{')).status).toBe(400);
	expect((await fetch(`${gateway.baseUrl}/embeddings`)).status).toBe(404);

	const few = await client((await newKey({ requestsPerMinute: 2 })).key);
	const first = await say(few).withResponse();
	expect([first.response.headers.get('x-ratelimit-limit-requests'), first.response.headers.get('x-ratelimit-remaining-requests')]).toEqual(['2', '1']);
	await say(few);
	expect(await failure(say(few))).toMatchObject({ status: 429, code: 'request_limit', type: 'rate_limit_error' });

	const spare = await newKey({ tokensPerDay: 10 });
	const thrifty = await client(spare.key);
	await say(thrifty);
	await say(thrifty);
	expect(await failure(say(thrifty))).toMatchObject({ status: 429, code: 'token_limit' });
	const used = async () => valueOf(await listGatewayKeys(world.app, world.admin, project.slug)).find(({ id }) => id === spare.id)?.today;
	expect(await until('use is written down', async () => ((await used())?.requests === 2 ? used() : null), 10)).toEqual({ requests: 2, failed: 0, promptTokens: 14, completionTokens: 2 });

	valueOf(await revokeGatewayKey(world.app, world.admin, spare.id));
	await until('the key is refused', async () => (await failure(thrifty.models.list()).catch(() => null))?.code === 'invalid_api_key', 10);
});

it('asks no server that drains, nor more of one than it takes', async () => {
	const gate = Promise.withResolvers<void>();
	const server = await serving(championId, { words: ['1 ', '2 ', '3 '], after: gate.promise }, 1);
	const openai = await client();
	await known(openai, champion());
	const stream = await openai.chat.completions.create({ model: champion(), messages: ask('Slowly'), stream: true });
	expect(await failure(openai.chat.completions.create({ model: champion(), messages: ask('Me too') }))).toMatchObject({ status: 429, code: 'servers_busy' });
	valueOf(await drainDeployment(world.app, world.admin, { id: server.deploymentId, draining: true }));
	gate.resolve();
	expect((await Array.fromAsync(stream)).map((event) => event.choices[0]?.delta.content).join('')).toBe('1 2 3 ');
	await until('nothing is served', async () => (await openai.models.list()).data.length === 0, 10);
	expect(await failure(openai.chat.completions.create({ model: champion(), messages: ask('?') }))).toMatchObject({ status: 503, code: 'not_deployed' });
});

it('lets the candidate answer its share, the same people always, and the champion where it cannot', async () => {
	await serving(championId, { words: ['champion'] });
	const trial = await serving(candidateId, { words: ['candidate'] });
	await settings({ candidateId, canaryPercent: 50 });
	const openai = await client();
	await known(openai, `${project.slug}/candidate`);
	const answer = (user: string) => openai.chat.completions.create({ model: champion(), messages: ask('Who?'), user });
	const say = async (user: string) => (await answer(user)).choices[0]?.message.content;
	const users = Array.from({ length: 40 }, (_, i) => `user ${i}`);
	const first = await Promise.all(users.map(say));
	expect(new Set(first)).toEqual(new Set(['champion', 'candidate']));
	expect(await Promise.all(users.map(say))).toEqual(first);
	await trial.kill();
	const last = await Promise.all(users.map(answer));
	expect(new Set(last.map(({ choices }) => choices[0]?.message.content))).toEqual(new Set(['champion']));
	const written = () => world.query<{ way: string }>(`select way from gateway_requests where id in (${last.map(({ id }) => `'${id.replace('chatcmpl-', '')}'`).join(', ')})`);
	// Every one of them: they are written down at a beat, which may fall between two.
	const ways = await until('all are written down', async () => ((await written()).length === last.length ? written() : null), 15, gateway.output);
	expect(new Set(ways.map(({ way }) => way))).toEqual(new Set(['asked', 'fallback']));
});

it('brings what the candidate answered unseen to judging, and forgets words in time', async () => {
	await serving(championId, { words: ['What they saw.'] });
	await serving(candidateId, { words: ['What they did not see.'] });
	await settings({ candidateId, shadowPercent: 100, keepPayloads: true, payloadDays: 7 });
	const openai = await client();
	await known(openai, `${project.slug}/candidate`);
	await until('the settings are known', async () => {
		await openai.chat.completions.create({ model: champion(), messages: ask('May I sublet?'), stream: true }).then((stream) => Array.fromAsync(stream));
		return valueOf(await readGateway(world.app, world.admin, project.slug)).shadowPairs > 0;
	}, 15);
	const brought = valueOf(await judgeShadows(world.app, world.admin, project.slug));
	expect(brought).toMatchObject({ passedOver: 0 });
	const made = await world.query<{ messages: { content: string }[]; answers: { content: string }[][] }>(
		`select t.messages, (select jsonb_agg(rt.messages order by rt.messages::text) from responses r join response_texts rt on rt.response_id = r.id where r.prompt_id = p.id) as answers from prompts p join prompt_texts t on t.prompt_id = p.id where p.import_id = '${brought.importId}'`
	);
	expect(made.map(({ messages, answers }) => [messages.at(-1)?.content, answers.map((answer) => answer[0]?.content).sort()])).toEqual([['May I sublet?', ['What they did not see.', 'What they saw.']]]);
	expect((await traffic()).requests.every(({ way }) => way !== 'shadow')).toBe(true);
	// What was asked last may be written down only now: it is younger than what is forgotten here.
	expect((await world.query(`update gateway_payloads set expires_at = now() - interval '1 day' returning 1`)).length).toBeGreaterThan(0);
	await sweep(world.app);
	expect(await world.query(`select 1 from gateway_payloads where expires_at < now() - interval '1 hour'`)).toEqual([]);
});

it('takes what people say of answers, and brings it into the record as feedback, which no rule takes unasked', async () => {
	await serving(championId, { words: ['You will certainly win.'] });
	await settings({ keepPayloads: true });
	const openai = await client();
	await known(openai, champion());
	const say = (requestId: string, more: object, key = openai.apiKey) => fetch(`${gateway.baseUrl}/feedback`, { method: 'POST', headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' }, body: JSON.stringify({ request_id: requestId, ...more }) });
	const codeOf = async (response: Response) => [response.status, ((await response.json()) as { error: { code: string } }).error.code];
	const answer = async (content: string) => (await openai.chat.completions.create({ model: champion(), messages: ask(content) })).id;
	const first = await until('words are kept', async () => {
		const id = await answer('Shall I win?');
		return (await say(id, { comment: 'Too bold.' })).ok ? id : null;
	}, 15);
	// The last word counts.
	expect((await say(first, { thumb: 'up' })).status).toBe(200);
	expect((await say(first, { thumb: 'down', edit: 'That depends on the lease.', comment: 'Too bold.' })).status).toBe(200);
	expect((await say((await answer('And my neighbour?')).replace('chatcmpl-', ''), { thumb: 'up' })).status).toBe(200);
	expect(await codeOf(await say('01a224f9-b173-7751-b90e-fe43639150df', { thumb: 'up' }))).toEqual([404, 'unknown_request']);
	expect(await codeOf(await say('nonsense', { thumb: 'up' }))).toEqual([400, 'invalid_request_id']);
	expect(await codeOf(await say(first, {}))).toEqual([400, 'empty_feedback']);
	expect(await codeOf(await say(first, { thumb: 'sideways' }))).toEqual([400, 'invalid_thumb']);
	expect(await codeOf(await say(first, { thumb: 'up' }, 'plb_nobody'))).toEqual([401, 'invalid_api_key']);
	expect(valueOf(await readGateway(world.app, world.admin, project.slug)).feedback).toEqual({ up: 1, down: 1, edits: 1, comments: 1, waiting: 2 });

	// Questions of the traffic become prompts by declared rules, once each.
	const drawn = valueOf(await drawTraffic(world.app, world.admin, { slug: project.slug, rules: { thumbsDown: true, randomPercent: 100, novel: 0, unsure: 0 } }));
	expect(drawn).toMatchObject({ drawn: { thumbs_down: 1, novel: 0 }, passedOver: 0 });
	const prompts = await world.query<{ asked: string; tags: string[] }>(`select t.messages->-1->>'content' as asked, p.tags from prompts p join prompt_texts t on t.prompt_id = p.id where p.import_id = '${drawn.importId}' order by 1`);
	expect(prompts).toEqual([
		{ asked: 'And my neighbour?', tags: ['traffic', 'traffic: random, propensity 1'] },
		{ asked: 'Shall I win?', tags: expect.arrayContaining(['traffic', 'traffic: random, propensity 1']) as string[] }
	]);
	const again = valueOf(await drawTraffic(world.app, world.admin, { slug: project.slug, rules: { thumbsDown: true, randomPercent: 0, novel: 0, unsure: 0 } }));
	expect(await world.query(`select 1 from prompts where import_id = '${again.importId}'`)).toEqual([]);

	const brought = valueOf(await bringFeedback(world.app, world.admin, project.slug));
	expect(brought).toMatchObject({ answers: 2, passedOver: 0 });
	const made = await world.query<{ mode: string; verdict: string; origin: string; judge_kind: string; preferred: string | null }>(
		`select j.mode, j.verdict, j.origin, j.judge_kind, t.messages->0->>'content' as preferred from judgments j join comparisons c on c.id = j.comparison_id
			left join response_texts t on t.response_id = case j.verdict when 'a' then c.response_a_id when 'b' then c.response_b_id end where j.judge_ref = '${brought.importId}' order by j.mode, j.verdict`
	);
	expect(made.map(({ mode, origin, judge_kind, preferred }) => [mode, origin, judge_kind, preferred])).toEqual([['pair', 'feedback', 'end_user', 'That depends on the lease.'], ['single', 'feedback', 'end_user', null], ['single', 'feedback', 'end_user', null]]);
	expect(made.slice(1).map(({ verdict }) => verdict)).toEqual(['bad', 'good']);
	expect(await world.query(`select 1 from slots s join judgments j on j.id = s.judgment_id where j.origin = 'feedback'`)).toEqual([]);
	// The lot holds these questions out: their rows are told apart by split, and none is used by a rule that does not name the origin.
	const rows = async (rule: { origins: ('workspace' | 'feedback')[] }) => valueOf(await previewSnapshot(world.app, world.admin, { slug: project.slug, objective: 'kto', rule })).rows;
	const sum = ({ train, dev, test }: { train: number; dev: number; test: number }) => train + dev + test;
	expect([sum(await rows({ origins: ['workspace'] })), sum(await rows({ origins: ['workspace', 'feedback'] }))]).toEqual([0, 3]);
	expect(await codeOf(await say(first, { thumb: 'up' }))).toEqual([409, 'already_decided']);
	expect(valueOf(await bringFeedback(world.app, world.admin, project.slug)).importId).toBeNull();

	// Thumbs alone where no words are kept; and words go with those of the answer.
	await settings({});
	const bare = await until('words are no longer kept', async () => {
		const id = await answer('And now?');
		return (await say(id, { comment: 'Hm.' })).status === 409 ? id : null;
	}, 15);
	expect((await say(bare, { thumb: 'down' })).status).toBe(200);
	await world.query(`update gateway_payloads set expires_at = now()`);
	await sweep(world.app);
	expect(await world.query(`select count(*)::int as n, count(edit)::int as edits, count(comment)::int as comments from gateway_feedback`)).toEqual([{ n: expect.any(Number) as number, edits: 0, comments: 0 }]);
	valueOf(await undoImport(world.app, world.admin, brought.importId ?? ''));
	expect(await world.query(`select 1 from judgments where origin = 'feedback'`)).toEqual([]);
});

it('lets streams end when it is asked to stop, and writes them down', async () => {
	const gate = Promise.withResolvers<void>();
	await serving(championId, { words: ['still ', 'here ', 'to ', 'the ', 'end'], after: gate.promise });
	const own = await startGateway(world);
	const openai = new OpenAI({ baseURL: own.baseUrl, apiKey: (await newKey()).key, maxRetries: 0 });
	await known(openai, champion());
	const stream = await openai.chat.completions.create({ model: champion(), messages: ask('Stay'), stream: true });
	const stopped = own.stop();
	await until('it takes no more', async () => !(await fetch(`${own.origin}/healthz`).then(() => true, () => false)), 10);
	gate.resolve();
	expect((await Array.fromAsync(stream)).map((event) => event.choices[0]?.delta.content).join('')).toBe('still here to the end');
	expect(await stopped).toBe(0);
	expect((await traffic()).requests[0]).toMatchObject({ status: 200, streamed: true, completionTokens: 5 });
	expect(valueOf(await readGateway(world.app, world.admin, project.slug)).gateways).toHaveLength(1);
});

it('logs neither words nor keys', async () => {
	expect(gateway.output()).not.toMatch(/plb_[A-Za-z0-9]|sk-of-the-server|sublet|careful/);
});
