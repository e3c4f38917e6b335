import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { beginAttempt, endWithoutCheckpoint, recordProgress } from '#lib/server/usecases/attempt-run.ts';
import { raiseWall } from '#lib/server/usecases/raise-wall.ts';
import { readFailure } from '#lib/server/usecases/read-run.ts';
import { PAUSED, requeueAttempt } from '#lib/server/usecases/requeue-run.ts';
import { paperWorker, queuedRun } from '../support/loop.ts';
import { createWorld, pairRows, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
let slug: string;
let workerId: string;
beforeAll(async () => {
	world = await createWorld();
	slug = (await world.project({ rows: pairRows(40).map((row) => ({ ...row, matter: 'Acme v. Birch' })) })).slug;
	workerId = await paperWorker(world);
});
afterAll(() => world?.close());

const begin = async (runId: string) => (await beginAttempt(world.app, { runId, workerId }))?.attempt ?? 0;
const say = (runId: string, attempt: number, log: string[]) => recordProgress(world.app, { runId, attempt }, { metrics: [], log, events: [], status: 'running' });
const fail = (runId: string, attempt: number) => endWithoutCheckpoint(world.app, { runId, attempt, exitCode: 1, problem: { code: 'engine_failed', message: 'It ended.' } });
const where = async (runId: string, who = world.admin) => valueOf(await readFailure(world.app, who, runId));

/** A run whose first attempt said this and failed. */
async function failed(...chunks: string[][]): Promise<string> {
	const runId = await queuedRun(world, slug);
	const attempt = await begin(runId);
	for (const chunk of chunks) await say(runId, attempt, chunk);
	await fail(runId, attempt);
	return runId;
}

describe('where a failed run first failed', () => {
	it('is told with the lines after it: what is traced back, before what only bears an exception’s name', async () => {
		const after = Array.from({ length: 80 }, (_, i) => `after ${i}`);
		const lines = await where(await failed(['a row about a Clerical Error', 'loading'], ['step 1', '[rank1]: Traceback (most recent call last):'], after, ['Traceback (most recent call last):', 'ChildFailedError']));
		expect([lines[0], lines[1], lines.length, lines.at(-1)]).toEqual(['[rank1]: Traceback (most recent call last):', 'after 0', 50, 'after 48']);
	});

	it('is an exception’s name where nothing is traced back, and nowhere where there is none', async () => {
		expect(await where(await failed(['Errors: 0', 'one', 'torch.OutOfMemoryError: CUDA out of memory', 'last']))).toEqual(['torch.OutOfMemoryError: CUDA out of memory', 'last']);
		expect(await where(await failed(['one', 'Killed']))).toEqual([]);
	});

	it('is the last attempt’s, once the run has failed', async () => {
		const runId = await queuedRun(world, slug);
		const first = await begin(runId);
		await say(runId, first, ['ValueError: of the first']);
		expect(await where(runId)).toEqual([]);
		await requeueAttempt(world.app, { runId, attempt: first, problem: PAUSED, exitCode: 0 });
		const second = await begin(runId);
		await say(runId, second, ['ValueError: of the second']);
		await fail(runId, second);
		expect(await where(runId)).toEqual(['ValueError: of the second']);
	});

	it('is nobody’s to see who is walled off from what was trained on, or is not of the project', async () => {
		const runId = await failed(['ValueError: in a row']);
		const walled = await world.person('walled', { slug, role: 'engineer' });
		expect(await where(runId, walled)).toEqual(['ValueError: in a row']);
		valueOf(await raiseWall(world.app, world.admin, { slug, userId: walled.userId, matter: 'Acme v. Birch' }));
		expect(await where(runId, walled)).toEqual([]);
		expect(problemOf(await readFailure(world.app, await world.person('stranger'), runId))).toBe('not_found');
	});
});
