import { afterAll, beforeAll, expect, it } from 'vitest';
import { announceWorker } from '#lib/server/usecases/announce-worker.ts';
import { beginAttempt, recordProgress, takeNextRun } from '#lib/server/usecases/attempt-run.ts';
import { requeueAttempt } from '#lib/server/usecases/requeue-run.ts';
import { paperWorker, queuedRun } from '../support/loop.ts';
import { createWorld, pairRows } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
let slug: string;
beforeAll(async () => {
	world = await createWorld();
	({ slug } = await world.project({ rows: pairRows(40) }));
});
afterAll(() => world?.close());

/** An attempt that saved, or did not, and whose worker then went down. */
async function attempt(runId: string, workerId: string, saved?: number): Promise<void> {
	const at = (await beginAttempt(world.app, { runId, workerId })) ?? expect.fail('the run was not to be had');
	if (saved !== undefined) await recordProgress(world.app, { runId, attempt: at.attempt }, { metrics: [], log: [], events: [{ kind: 'saved', data: { step: saved } }], status: 'running' });
	await requeueAttempt(world.app, { runId, attempt: at.attempt, problem: { code: 'worker_stopped', message: 'The worker was stopped.' }, exitCode: 0 });
}

/** What a worker on a host without GPUs takes next. */
const take = async (workerId: string) => (await takeNextRun(world.app, { workerId, launchers: ['local'], labels: [], gpus: { total: 0, free: 1 } }))?.run.id ?? null;

it('leaves no run to a host with GPUs whose last save lies here', async () => {
	const [kept, unsaved, moved] = [await queuedRun(world, slug), await queuedRun(world, slug), await queuedRun(world, slug)];
	const [here, there] = [await paperWorker(world, 'here'), await paperWorker(world, 'there')];
	await attempt(kept, here, 4);
	// That ended before it saved: what counts is where the save lies.
	await attempt(kept, there);
	await attempt(unsaved, here);
	await attempt(moved, here, 2);
	await attempt(moved, there, 4);
	await announceWorker(world.app, { hostname: 'ready', pid: 1, hostKey: 'ready', capabilities: { cpus: 1, memoryBytes: 1, gpus: [{ name: 'A10', memoryBytes: 24e9 }], engine: { state: 'ready', versions: {} } } });
	const successor = await paperWorker(world, 'here');
	expect([await take(successor), await take(successor), await take(there), await take(there)]).toEqual([kept, null, moved, null]);
});
