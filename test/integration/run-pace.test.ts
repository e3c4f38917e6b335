import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { HEALTH_RULES } from '#lib/domain/run-health.ts';
import { rowsOf } from '#lib/server/db/rows.ts';
import { beginAttempt } from '#lib/server/usecases/attempt-run.ts';
import { readRun } from '#lib/server/usecases/read-run.ts';
import { startRun } from '#lib/server/usecases/start-run.ts';
import type { EngineEvent } from '../../workers/engine/engine.ts';
import { watchGpus } from '../../workers/handlers/gpu-watch.ts';
import { HealthWatch } from '../../workers/handlers/health-watch.ts';
import { StepClock } from '../../workers/handlers/step-clock.ts';
import { writeProgress } from '../../workers/handlers/write-progress.ts';
import { importedSnapshot, paperWorker, queuedRun } from '../support/loop.ts';
import { createWorld, pairRows, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
let slug: string;
let workerId: string;
beforeAll(async () => {
	world = await createWorld();
	slug = (await world.project({ rows: pairRows(40) })).slug;
	workerId = await paperWorker(world);
});
afterAll(() => world?.close());

const run = async (id: string) => valueOf(await readRun(world.app, world.admin, id));
const begun = async (runId: string) => (await beginAttempt(world.app, { runId, workerId }))?.attempt ?? 0;
const said = (runId: string) => rowsOf<{ kind: string; rule: string }>(world.app.db, sql`select kind, data->>'rule' as rule from run_events where run_id = ${runId} and kind in ('health', 'stopping') order by id`);

it('an engine says how many steps it makes: what was planned gives way', async () => {
	const runId = await queuedRun(world, slug, { maxSteps: 26, saveSteps: 5 });
	async function* events(): AsyncGenerator<EngineEvent> {
		yield { type: 'metrics', step: 1, maxSteps: 25, epoch: null, values: { loss: 0.5 } };
	}
	await writeProgress(world.app, { runId, attempt: await begun(runId) }, events(), { health: new HealthWatch({ maxSteps: 26, beta: 0.1 }, world.dataDir), gpus: watchGpus([]) });
	expect(await run(runId)).toMatchObject({ step: 1, maxSteps: 25 });
});

it('a training that stands still tells no step any more, and ends where its run heeds that', async () => {
	const snapshotId = await importedSnapshot(world, slug);
	const runId = valueOf(await startRun(world.app, world.admin, { slug, snapshotId, stopOn: [...HEALTH_RULES] })).id;
	let now = 0;
	async function* events(): AsyncGenerator<EngineEvent> {
		yield { type: 'phase', phase: 'training' };
		yield { type: 'metrics', step: 1, maxSteps: 100, epoch: null, values: { loss: 0.5 } };
		// Until that is written: what is told together with the silence ends it.
		while ((await run(runId)).step !== 1) await sleep(50);
		now = 11 * 60_000;
	}
	const health = new HealthWatch({ maxSteps: 100, beta: 0.1 }, '/no/such/folder', [], new StepClock(() => now));
	await writeProgress(world.app, { runId, attempt: await begun(runId) }, events(), { health, gpus: watchGpus([]) });
	expect(await run(runId)).toMatchObject({ status: 'stopping', desiredState: 'cancel_keep', stopOn: expect.arrayContaining([...HEALTH_RULES]) as string[] });
	expect(await said(runId)).toEqual([{ kind: 'health', rule: 'stands_still' }, { kind: 'stopping', rule: 'stands_still' }]);
});
