import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { announceWorker, retireWorker, workerAlive } from '#lib/server/usecases/announce-worker.ts';
import type { WorkerCapabilities } from '#lib/domain/worker-capabilities.ts';
import type { Gpu } from '../../workers/engine/inspect.ts';
import { ownGpus } from '../../workers/handlers/own-gpus.ts';
import { createWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
beforeAll(async () => void (world = await createWorld()));
afterAll(() => world?.close());

const gpu = (index: number): Gpu => ({ index, uuid: `GPU-${index}`, name: 'A10', memoryBytes: 24e9 });
const capabilities = (...gpus: Gpu[]): WorkerCapabilities => ({ cpus: 8, memoryBytes: 64e9, gpus: gpus.map(({ name, memoryBytes, uuid }) => ({ name, memoryBytes, uuid })), engine: { state: 'unknown' } });
const announce = (hostname: string, ...gpus: Gpu[]) => announceWorker(world.app, { hostname, pid: 1, hostKey: hostname, capabilities: capabilities(...gpus) });
const numbers = async (workerId: string, found: Gpu[], alive: () => Promise<void> = async () => undefined) => (await ownGpus(world.app, { workerId, found, alive, lookMs: 1 })).map(({ index }) => index);
/** What becomes of a worker that says nothing any more. */
const silent = (id: string) => world.query(`update workers set heartbeat_at = now() - interval '1 minute' where id = '${id}'`);

let earlier: string;
let later: string;
beforeEach(async () => {
	for (const id of [earlier, later]) if (id) await retireWorker(world.app, id);
	earlier = await announce('here', gpu(0), gpu(1));
	later = await announce('here', gpu(0), gpu(1), gpu(2));
});

it('a GPU is given out by the worker that announced it first, and by no other', async () => {
	const heard = async () => void (await workerAlive(world.app, earlier, capabilities(gpu(0), gpu(1))));
	expect(await numbers(later, [gpu(0), gpu(1), gpu(2)], heard)).toEqual([2]);
	expect(await numbers(earlier, [gpu(0), gpu(1)])).toEqual([0, 1]);
});

it('the place of a worker that has ended, or is heard of no more, is free: it waits until that is known', async () => {
	let looks = 0;
	expect(await numbers(later, [gpu(0), gpu(1), gpu(2)], async () => void ((looks += 1) === 3 && (await silent(earlier))))).toEqual([0, 1, 2]);
	expect(looks).toBe(3);
	earlier = await announce('here', gpu(0));
	await retireWorker(world.app, earlier);
	expect(await numbers(later, [gpu(0)])).toEqual([0]);
});

it('a worker without GPUs, or with others, takes none away', async () => {
	const others = await announce('there', gpu(7));
	const last = await announce('here', gpu(3));
	expect([await numbers(last, [gpu(3)]), await numbers(last, [])]).toEqual([[3], []]);
	for (const id of [others, last]) await retireWorker(world.app, id);
});
