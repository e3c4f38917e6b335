import OpenAI from 'openai';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { championOf } from '#lib/server/db/champions.ts';
import { announceWorker, attemptsOfWorkers, takeOver } from '#lib/server/usecases/announce-worker.ts';
import { deployCheckpoint } from '#lib/server/usecases/deploy-checkpoint.ts';
import { drainDeployment, endDeployment } from '#lib/server/usecases/drain-deployment.ts';
import { endModelServer, restartModelServer } from '#lib/server/usecases/end-model-server.ts';
import { keepServerLog, letGoOfModelServer, modelServerReady, modelServerStopping, renewModelServer, serversDue, takeModelServer, WORKER_LEFT } from '#lib/server/usecases/hold-model-server.ts';
import { issueGatewayKey } from '#lib/server/usecases/issue-gateway-key.ts';
import { readFleet } from '#lib/server/usecases/read-fleet.ts';
import { listModelServers, readModelServer } from '#lib/server/usecases/read-model-server.ts';
import { sweep } from '#lib/server/usecases/sweep.ts';
import { startGateway } from '../support/gateway.ts';
import { paperWorker, trainedCheckpoint } from '../support/loop.ts';
import { startModelServer } from '../support/model-server.ts';
import { until } from '../support/worker.ts';
import { createWorld, pairRows, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
let project: { slug: string; id: string };
let workerId: string;
let baseId: string;
let trainedId: string;

beforeAll(async () => {
	// No address of the house is allowed: what is reached here is reached because a worker said so.
	world = await createWorld();
	project = await world.project({ overlap: 1 });
	valueOf(await world.importRows(project.slug, pairRows(40)));
	workerId = await paperWorker(world);
	trainedId = (await trainedCheckpoint(world, project.slug, workerId)).checkpointId;
	baseId = (await championOf(world.app.db, project.id)).id;
}, 120_000);
afterAll(() => world?.close());

/** A server for these checkpoints. */
const deploy = async (checkpointId: string, beside: string[] = []) => valueOf(await deployCheckpoint(world.app, world.admin, { checkpointId, beside, gpus: 0 }));
const take = async (id: string, worker = workerId) => takeModelServer(world.app, id, { workerId: worker, devices: [] });
const read = async (id: string) => valueOf(await readModelServer(world.app, world.admin, id));
const KILLED = { code: 'killed', message: 'Killed.' };

it('serves a base and its adapter together, each once, and ends with the last one', async () => {
	const first = await deploy(baseId, [trainedId]);
	expect(first).toMatchObject({ checkpointId: baseId, endpointId: null, baseUrl: null, model: baseId, state: 'serving', concurrency: 8 });
	const id = first.serverId ?? '';
	expect((await read(id)).deployments.map(({ checkpointId }) => checkpointId)).toEqual([baseId, trainedId]);
	expect(problemOf(await deployCheckpoint(world.app, world.admin, { checkpointId: baseId, beside: [baseId] }))).toBe('invalid_input');
	valueOf(await endDeployment(world.app, world.admin, first.id));
	const [other] = (await read(id)).deployments;
	expect(other?.checkpointId).toBe(trainedId);
	valueOf(await endDeployment(world.app, world.admin, other?.id ?? ''));
	expect(await read(id)).toMatchObject({ status: 'ended', deployments: [] });
	expect(problemOf(await restartModelServer(world.app, world.admin, id))).toBe('gone');
	expect(problemOf(await endDeployment(world.app, world.admin, first.id))).toBe('gone');
});

it('is taken by one worker only, and who is fenced off writes nothing more', async () => {
	const id = (await deploy(baseId)).serverId ?? '';
	const other = await paperWorker(world, 'other');
	const taken = (await Promise.all([take(id), take(id, other), take(id)])).filter((at) => at !== null);
	expect(taken).toHaveLength(1);
	const [old] = taken;
	if (!old) throw new Error('nobody took it');
	expect(valueOf(await readFleet(world.app, world.admin)).workers.flatMap(({ inHand }) => inHand.map(({ kind }) => kind))).toContain('server');
	await world.query(`update model_servers set heartbeat_at = now() - interval '1 hour' where id = '${id}'`);
	expect((await sweep(world.app)).servers).toBe(1);
	expect(await read(id)).toMatchObject({ status: 'waiting', failures: 1, problem: { code: 'worker_lost' }, waitingFor: { code: 'next_try' } });
	await world.query(`update model_servers set next_try_at = now() where id = '${id}'`);
	const next = await take(id, other);
	expect(next?.attempt).toBe(old.attempt + 1);
	expect(await renewModelServer(world.app, old)).toBeNull();
	expect(await modelServerReady(world.app, old, { baseUrl: 'http://127.0.0.1:1/v1', apiKey: 'k', engine: 'ms-swift' })).toBe(false);
	await letGoOfModelServer(world.app, old, KILLED);
	expect(await read(id)).toMatchObject({ status: 'starting', attempt: next?.attempt, hostname: 'other' });
	valueOf(await endModelServer(world.app, world.admin, id));
	expect(next && (await renewModelServer(world.app, next))).toBe('end');
	if (next) await letGoOfModelServer(world.app, next, null);
	expect((await read(id)).status).toBe('ended');
});

it('is tried later and later, given up in the end, and tried at once where somebody says so', async () => {
	const id = (await deploy(baseId)).serverId ?? '';
	const seen: unknown[] = [];
	for (let failure = 1; failure <= 5; failure++) {
		const at = await take(id);
		if (at) await letGoOfModelServer(world.app, at, KILLED);
		const { status, failures } = await read(id);
		seen.push([status, failures]);
		expect(await take(id)).toBeNull();
		await world.query(`update model_servers set next_try_at = now() where id = '${id}' and status = 'waiting'`);
	}
	expect(seen).toEqual([['waiting', 1], ['waiting', 2], ['waiting', 3], ['waiting', 4], ['failed', 5]]);
	expect((await serversDue(world.app)).map((due) => due.id)).not.toContain(id);
	// What a webhook tells of: once, and not of the tries before.
	expect(await world.query(`select details->>'code' as code from audit_entries where action = 'model_server.give_up' and subject_id = '${id}'`)).toEqual([{ code: 'killed' }]);
	valueOf(await restartModelServer(world.app, world.admin, id));
	// Files that are not what was registered: no further try mends them.
	const at = await take(id);
	if (at) await letGoOfModelServer(world.app, at, { code: 'artifact_damaged', message: 'The files do not match their hash.' });
	expect(await read(id)).toMatchObject({ status: 'failed', failures: 1, problem: { code: 'artifact_damaged' } });
	valueOf(await endModelServer(world.app, world.admin, id));
	expect((await read(id)).status).toBe('ended');
});

it('comes back at once, and unblamed, where its worker goes down in order; a dead worker’s is taken over', async () => {
	const id = (await deploy(baseId)).serverId ?? '';
	const dying = await announceWorker(world.app, { hostname: 'dying', pid: 2, hostKey: 'dying', capabilities: { cpus: 1, memoryBytes: 1, gpus: [], engine: { state: 'ready', versions: {} } } });
	const first = await take(id, dying);
	if (!first) throw new Error('not to be had');
	await letGoOfModelServer(world.app, first, WORKER_LEFT);
	expect(await read(id)).toMatchObject({ status: 'waiting', failures: 0, problem: { code: 'worker_stopped' } });
	const second = await take(id, dying);
	expect(second?.attempt).toBe(2);
	expect(await attemptsOfWorkers(world.app, [dying])).toContain(`${id}.2`);
	await takeOver(world.app, [dying]);
	expect(await read(id)).toMatchObject({ status: 'waiting', failures: 1, hostname: null });
	expect(valueOf(await listModelServers(world.app, world.admin, project.slug)).map((one) => one.id)).toContain(id);
	valueOf(await endModelServer(world.app, world.admin, id));
});

it('is asked by the gateway with its own key while it answers, and the log is for who may manage it', async () => {
	const gateway = await startGateway(world, { PLUMBLINE_INHOUSE_HOSTS: '' });
	const model = await startModelServer(() => ({ words: ['Ours.'] }));
	try {
		const { id: deploymentId, serverId } = await deploy(baseId, [trainedId]);
		const id = serverId ?? '';
		const { key } = valueOf(await issueGatewayKey(world.app, world.admin, { slug: project.slug, name: 'app', requestsPerMinute: 1000, tokensPerDay: null }));
		const openai = new OpenAI({ baseURL: gateway.baseUrl, apiKey: key, maxRetries: 0 });
		const champion = `${project.slug}/champion`;
		const say = (name = champion) => openai.chat.completions.create({ model: name, messages: [{ role: 'user', content: 'Who?' }] });
		const failure = async (name?: string) => say(name).then(() => null, (error: unknown) => (error instanceof OpenAI.APIError ? `${error.status} ${error.code}` : String(error)));
		// It is about to start: not there yet, which is worth trying again, and no name of a model that is not there.
		await until('the gateway knows of it', async () => (await failure()) === '503 server_unreachable', 15, gateway.output);
		const at = await take(id);
		if (!at) throw new Error('not to be had');
		expect(at.served.map((one) => one.id)).toEqual([baseId, trainedId]);
		await modelServerReady(world.app, at, { baseUrl: model.baseUrl, apiKey: 'the-key-of-this-attempt', engine: 'ms-swift' });
		expect((await until('it answers', async () => say().catch(() => null), 15, gateway.output)).choices[0]?.message.content).toBe('Ours.');
		expect((await say(`${project.slug}/${trainedId}`)).model).toBe(`${project.slug}/${trainedId}`);
		expect(model.asked.map(({ authorization, body }) => [authorization, body['model']])).toEqual([['Bearer the-key-of-this-attempt', baseId], ['Bearer the-key-of-this-attempt', trainedId]]);
		await keepServerLog(world.app, at, { lines: ['loaded'], cut: false });
		expect((await read(id)).log).toEqual({ lines: ['loaded'], cut: false });
		const reviewer = await world.person('reviewer', { slug: project.slug, role: 'reviewer' });
		expect(valueOf(await readModelServer(world.app, reviewer, id)).log).toBeNull();
		// A drained checkpoint is asked no more, while the other one on the same server goes on.
		valueOf(await drainDeployment(world.app, world.admin, { id: deploymentId, draining: true }));
		await until('it drains', async () => (await failure()) === '503 not_deployed', 10, gateway.output);
		await say(`${project.slug}/${trainedId}`);
		await modelServerStopping(world.app, at);
		await until('the gateway sends nothing new', async () => (await failure(`${project.slug}/${trainedId}`)) === '503 server_unreachable', 10, gateway.output);
		valueOf(await endModelServer(world.app, world.admin, id));
		await letGoOfModelServer(world.app, at, null);
		expect((await read(id)).status).toBe('ended');
	} finally {
		await model.kill();
		await gateway.stop();
	}
});
