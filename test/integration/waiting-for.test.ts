import { afterAll, beforeAll, expect, it } from 'vitest';
import { championOf } from '#lib/server/db/champions.ts';
import { announceWorker } from '#lib/server/usecases/announce-worker.ts';
import { beginAttempt } from '#lib/server/usecases/attempt-run.ts';
import { deployCheckpoint } from '#lib/server/usecases/deploy-checkpoint.ts';
import { drainWorker } from '#lib/server/usecases/drain-worker.ts';
import { endModelServer } from '#lib/server/usecases/end-model-server.ts';
import { letGoOfModelServer, takeModelServer } from '#lib/server/usecases/hold-model-server.ts';
import { readFleet } from '#lib/server/usecases/read-fleet.ts';
import { readLoop } from '#lib/server/usecases/read-loop.ts';
import { readRun } from '#lib/server/usecases/read-run.ts';
import { queuedRun } from '../support/loop.ts';
import { createWorld, pairRows, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

/** What the record says of a worker's devices; the rules themselves are beside `domain/waiting-for.ts`. */
let world: World;
let project: { slug: string; id: string };
beforeAll(async () => {
	world = await createWorld();
	project = await world.project({ rows: pairRows(40) });
}, 120_000);
afterAll(() => world?.close());

it('a run says that servers hold the GPUs, that the worker is busy, who is ahead of it, and that nobody takes anything', async () => {
	const { app, admin } = world;
	const workerId = await announceWorker(app, { hostname: 'gpu', pid: 1, hostKey: 'gpu', capabilities: { cpus: 8, memoryBytes: 64e9, gpus: [{ name: 'A10', memoryBytes: 24e9 }], engine: { state: 'ready', versions: {} } } });
	const serverId = valueOf(await deployCheckpoint(app, admin, { checkpointId: (await championOf(app.db, project.id)).id, gpus: 1 })).serverId ?? '';
	const server = await takeModelServer(app, serverId, { workerId, devices: [0] });
	if (!server) throw new Error('the server was not to be had');

	const [first, second, third] = [await queuedRun(world, project.slug), await queuedRun(world, project.slug), await queuedRun(world, project.slug)];
	const why = async (runId: string) => valueOf(await readRun(app, admin, runId)).waitingFor;
	const line = async () => valueOf(await readFleet(app, admin)).line.map(({ waitingFor }) => waitingFor);
	expect(await Promise.all([why(first), why(third)])).toEqual([{ code: 'served' }, { code: 'served' }]);
	expect(valueOf(await readLoop(app, admin, project.slug)).inside?.stages.run).toMatchObject({ id: third, waitingFor: { code: 'served' } });

	valueOf(await endModelServer(app, admin, serverId));
	await letGoOfModelServer(app, server, null);
	expect(await line()).toEqual([{ code: 'starting' }, { code: 'in_line', ahead: 1 }, { code: 'in_line', ahead: 2 }]);
	await beginAttempt(app, { runId: first, workerId });
	expect(await why(first)).toBeNull();
	expect(await line()).toEqual([{ code: 'busy' }, { code: 'in_line', ahead: 1 }]);
	valueOf(await drainWorker(app, admin, { workerId, draining: true }));
	expect(await why(second)).toEqual({ code: 'draining' });
});
