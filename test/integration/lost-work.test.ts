import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { RUN_INTERVALS } from '#lib/domain/intervals.ts';
import * as evaluations from '#lib/server/db/evaluations.ts';
import * as generations from '#lib/server/db/generations.ts';
import * as jobs from '#lib/server/db/jobs.ts';
import { MAX_LOSSES } from '#lib/server/db/lost-work.ts';
import { consume } from '#lib/server/queue/consume.ts';
import { attemptHoldsEvaluation, takeOver } from '#lib/server/usecases/announce-worker.ts';
import { beginAttempt } from '#lib/server/usecases/attempt-run.ts';
import { beginEvaluation, failEvaluation, giveBackEvaluation } from '#lib/server/usecases/evaluate-checkpoint.ts';
import { evaluateAgain } from '#lib/server/usecases/evaluate-again.ts';
import { generateAgain } from '#lib/server/usecases/generate-again.ts';
import { beginGeneration, failGeneration, generationAlive, giveBackGeneration, storeAnswer } from '#lib/server/usecases/make-answers.ts';
import { openRound } from '#lib/server/usecases/open-round.ts';
import { stopAnswers, stopEvaluation } from '#lib/server/usecases/stop-measuring.ts';
import { createSweeper, sweep } from '#lib/server/usecases/sweep.ts';
import { clearLeftOnHost } from '../../workers/handlers/attempt-folders.ts';
import { evaluate } from '../../workers/handlers/evaluate.ts';
import { generate } from '../../workers/handlers/generate.ts';
import { holdLease } from '../../workers/handlers/hold-lease.ts';
import { train } from '../../workers/handlers/train.ts';
import { createLocalLauncher } from '../../workers/launchers/local.ts';
import { failWhatFollows, paperWorker, queuedRun, trainedCheckpoint, sourceOf } from '../support/loop.ts';
import { until } from '../support/worker.ts';
import { workerContext } from '../support/worker-context.ts';
import { createWorld, pairRows, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
let slug: string;
let workerId: string;
let runId: string;
let checkpointId: string;
let evaluationId: string;
let generationId: string;
beforeAll(async () => {
	world = await createWorld({ PLUMBLINE_BASE_MODEL: '/no/such/model' });
	slug = (await world.project({ rows: [...pairRows(40), { messages: [{ role: 'user', content: 'A prompt for round 2?' }] }] })).slug;
});
afterAll(() => world?.close());
beforeEach(async () => {
	// Nothing of another test waits in line.
	await world.query(`update runs set status = 'cancelled' where status not in ('succeeded', 'failed', 'cancelled')`);
	for (const table of ['evaluations', 'generations']) await world.query(`update ${table} set status = 'failed' where status in ('queued', 'running')`);
	await world.query('delete from pgboss.job');
	workerId = await paperWorker(world);
	checkpointId = (await trainedCheckpoint(world, slug, workerId)).checkpointId;
	runId = await queuedRun(world, slug);
	evaluationId = (await evaluations.newestOf(world.app.db, checkpointId))?.id ?? '';
	generationId = (await generations.ofCheckpoint(world.app.db, checkpointId))[0]?.id ?? '';
});

const evaluation = async () => (await evaluations.get(world.app.db, evaluationId)) ?? expect.fail('no evaluation');
const generation = async () => (await generations.get(world.app.db, generationId)) ?? expect.fail('no generation');
const audited = (action: string, id: string) => world.query(`select 1 from audit_entries where action = '${action}' and subject_id = '${id}'`);
const pending = async (id: string) => (await world.query<{ n: number }>(`select count(*)::int as n from pgboss.job where state in ('created', 'retry') and data::text like '%${id}%'`))[0]?.n;
/** What a worker leaves that was killed between taking its jobs and their rows. */
const takeJobs = (ago: string) => world.query(`update pgboss.job set state = 'active', created_on = now() - interval '${ago}', started_on = now() - interval '${ago}' where state = 'created'`);

describe('a row in line whose job is gone', () => {
	it('gets another job, once, however many look at the same time', async () => {
		const ids = [evaluationId, generationId];
		await world.query(`delete from pgboss.job where name = 'train'`);
		await sweep(world.app);
		for (const id of ids) expect(await pending(id)).toBe(1);
		// A worker that took a job just now is about to claim its row.
		await takeJobs('1 second');
		expect((await sweep(world.app)).jobs).toBe(0);
		await world.query(`update pgboss.job set created_on = now() - interval '1 minute', started_on = now() - interval '1 minute'`);
		await world.app.db.transaction(async (tx) => {
			expect(await jobs.stranded(tx, 10)).toEqual({ evaluate: [evaluationId], generate: [generationId], ask: [], export: [] });
			// Another who looks before the first has sent its jobs would send them too.
			expect((await sweep(world.app)).jobs).toBe(0);
		});
		const swept = await Promise.all(Array.from({ length: 8 }, () => sweep(world.app)));
		expect(swept.reduce((sum, { jobs: sent }) => sum + sent, 0)).toBe(2);
		for (const id of ids) expect(await pending(id)).toBe(1);
		// A run needs none, and a job for each that nobody can take now would be sent again and again.
		expect(await pending(runId)).toBe(0);
		// A job that nobody takes for long is still there to be taken.
		await world.query(`update pgboss.job set created_on = now() - interval '1 hour' where state = 'created'`);
		expect((await sweep(world.app)).jobs).toBe(0);
		// What is over or under way needs none.
		await beginEvaluation(world.app, { evaluationId, workerId });
		await beginGeneration(world.app, { generationId, workerId });
		await world.query('delete from pgboss.job');
		expect((await sweep(world.app)).jobs).toBe(0);
	});

	it('is found by a worker’s own look where it is a run, however much else there is to do', async () => {
		await world.query('delete from pgboss.job');
		const done: string[] = [];
		const looks = async () => {
			done.push('look');
			return false;
		};
		const measure = async () => {
			done.push('evaluate');
			// There is always another.
			await world.app.db.transaction((tx) => world.app.enqueue(tx, 'evaluate', { evaluationId }));
		};
		await world.app.db.transaction((tx) => world.app.enqueue(tx, 'evaluate', { evaluationId }));
		const queue = await consume(world.url, { train: async () => undefined, evaluate: measure }, world.app.log, { looks: { train: looks } });
		try {
			await until('three rounds', async () => done.filter((one) => one === 'evaluate').length >= 3, 20);
		} finally {
			await queue.stop();
		}
		expect(done.slice(0, 6)).toEqual(['look', 'evaluate', 'look', 'evaluate', 'look', 'evaluate']);
	});

	it('waits where its queue is left to others, while the others are taken from', async () => {
		await world.query('delete from pgboss.job');
		await world.app.db.transaction(async (tx) => {
			await world.app.enqueue(tx, 'evaluate', { evaluationId });
			await world.app.enqueue(tx, 'generate', { generationId });
		});
		const done: string[] = [];
		const queue = await consume(world.url, { evaluate: async () => void done.push('evaluate'), generate: async () => void done.push('generate') }, world.app.log, { accepts: (name) => name !== 'evaluate' });
		try {
			await until('the other', async () => done.length > 0, 20);
		} finally {
			await queue.stop();
		}
		expect([done, await pending(evaluationId)]).toEqual([['generate'], 1]);
	});

	it('is no worker’s while another job keeps that worker busy: one is taken at a time', async () => {
		await world.query('delete from pgboss.job');
		await world.app.db.transaction((tx) => world.app.enqueue(tx, 'train', { runId }));
		await sweep(world.app);
		const begun: string[] = [];
		let finish = () => {};
		const first = new Promise<void>((resolve) => (finish = resolve));
		const note = async (name: string) => {
			begun.push(name);
			if (begun.length === 1) await first;
		};
		const queue = await consume(world.url, { train: () => note('train'), evaluate: () => note('evaluate'), generate: () => note('generate') }, world.app.log);
		try {
			await until('the first job', async () => begun.length === 1, 20);
			const waiting = async () => (await world.query<{ n: number }>(`select count(*)::int as n from pgboss.job where state = 'created'`))[0]?.n;
			expect(await waiting()).toBe(2);
			finish();
			await until('all three', async () => begun.length === 3, 20);
			expect(new Set(begun).size).toBe(3);
		} finally {
			finish();
			await queue.stop();
		}
	});
});

describe('a run that asks for a label', () => {
	it('is taken by the worker that has it, whoever took the job that told of it', async () => {
		await world.query(`update runs set labels = '{npu}' where id = '${runId}'`);
		const line = () => world.query(`select status, attempt, (select worker_id from run_attempts a where a.run_id = r.id) as worker from runs r where id = '${runId}'`);
		const worker = (id: string, labels: string[]) => {
			const context = workerContext(world, id, { launchers: new Map([['local', createLocalLauncher()]]), labels });
			return consume(world.url, { train: async () => void (await train(context)) }, world.app.log, { looks: { train: () => train(context) } });
		};
		const others = await worker(workerId, ['cpu']);
		try {
			await until('the job', async () => (await pending(runId)) === 0, 20);
		} finally {
			await others.stop();
		}
		expect(await line()).toEqual([{ status: 'queued', attempt: 0, worker: null }]);
		const named = await paperWorker(world, 'named');
		const its = await worker(named, ['npu', 'eu']);
		try {
			// It has no base model, which ends what it took.
			await until('the run', async () => (await line())[0]?.['status'] === 'failed', 20);
		} finally {
			await its.stop();
		}
		expect(await line()).toEqual([{ status: 'failed', attempt: 1, worker: named }]);
	});
});

describe('a worker that goes down', () => {
	const goingDown = () => workerContext(world, workerId, { launchers: new Map([['local', createLocalLauncher()]]), shutdown: AbortSignal.abort() });

	it('takes no row any more', async () => {
		await train(goingDown());
		await evaluate(goingDown(), { evaluationId });
		await generate(goingDown(), { generationId });
		expect(await world.query(`select status, attempt from runs where id = '${runId}'`)).toEqual([{ status: 'queued', attempt: 0 }]);
		expect(await evaluation()).toMatchObject({ status: 'queued', attempt: 0 });
		expect(await generation()).toMatchObject({ status: 'queued', attempt: 0 });
	});

	it('says so to an attempt that it had just begun', async () => {
		const at = await beginAttempt(world.app, { runId, workerId });
		const lease = await holdLease(goingDown(), { runId, attempt: at?.attempt ?? 0 });
		expect(lease.stop.aborted).toBe(true);
		lease.end();
	});

	it('gives evaluations and answers back without counting it, as often as it is restarted', async () => {
		for (let restart = 1; restart <= MAX_LOSSES + 1; restart++) {
			const measuring = await beginEvaluation(world.app, { evaluationId, workerId });
			const answering = await beginGeneration(world.app, { generationId, workerId });
			if (!measuring || !answering) throw new Error('they were not to be had');
			await world.query('delete from pgboss.job');
			await giveBackEvaluation(world.app, measuring);
			await giveBackGeneration(world.app, answering);
			expect([await pending(evaluationId), await pending(generationId)]).toEqual([1, 1]);
			// What has been given back is another's: nothing is written for it any more, and nobody is told of it.
			await failEvaluation(world.app, measuring, { code: 'x', message: 'x' });
			await failGeneration(world.app, answering, { code: 'x', message: 'x' });
		}
		expect(await evaluation()).toMatchObject({ status: 'queued', attempt: MAX_LOSSES + 1, problem: null });
		expect(await generation()).toMatchObject({ status: 'queued', attempt: MAX_LOSSES + 1, problem: null });
		expect([await audited('evaluation.fail', evaluationId), await audited('generation.fail', generationId)]).toEqual([[], []]);
	});

	it('leaves no timer behind when the database cannot be listened to', async () => {
		const gone = await createWorld();
		await gone.app.close();
		await rm(gone.dataDir, { recursive: true });
		await world.query(`drop database "${new URL(gone.url).pathname.slice(1)}" with (force)`);
		vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
		try {
			await expect(holdLease({ app: gone.app, shutdown: new AbortController().signal }, { runId, attempt: 1 })).rejects.toThrow();
			expect(vi.getTimerCount()).toBe(0);
		} finally {
			vi.useRealTimers();
		}
	});
});

describe('a worker that is lost', () => {
	it('again and again over the same row ends the row, whoever finds out', async () => {
		for (let loss = 1; loss <= MAX_LOSSES; loss++) {
			expect([(await evaluation()).status, (await generation()).status]).toEqual(['queued', 'queued']);
			await beginEvaluation(world.app, { evaluationId, workerId });
			await beginGeneration(world.app, { generationId, workerId });
			if (loss === 2) {
				for (const table of ['evaluations', 'generations']) await world.query(`update ${table} set heartbeat_at = now() - interval '1 hour' where status = 'running'`);
				expect(await sweep(world.app)).toMatchObject({ evaluations: 1, generations: 1 });
			} else await takeOver(world.app, [workerId]);
		}
		expect(await evaluation()).toMatchObject({ status: 'failed', problem: { code: 'worker_lost', times: MAX_LOSSES } });
		expect(await generation()).toMatchObject({ status: 'failed', problem: { code: 'worker_lost', times: MAX_LOSSES } });
		expect((await evaluation()).finishedAt).not.toBeNull();
		// The last loss is a failure as any other: the webhook of failures is told of it.
		for (const [kind, id] of [['evaluation', evaluationId], ['generation', generationId]] as const) {
			expect([(await audited(`${kind}.requeue`, id)).length, (await audited(`${kind}.fail`, id)).length]).toEqual([MAX_LOSSES - 1, 1]);
		}
	});

	it('is told from one that could not be heard: after an outage all have a lease’s time to be heard again', async () => {
		await beginEvaluation(world.app, { evaluationId, workerId });
		await world.query(`update evaluations set heartbeat_at = now() - interval '1 hour' where id = '${evaluationId}'`);
		let seconds = 0;
		const beat = createSweeper(world.app, () => seconds * 1000);
		// The beats before failed: the database was away, and with it every heartbeat.
		seconds = 3600;
		expect(await beat()).toMatchObject({ evaluations: 0 });
		for (seconds += 10; seconds < 3600 + RUN_INTERVALS.leaseSeconds; seconds += 10) expect((await beat()).evaluations, `${seconds}`).toBe(0);
		expect(await evaluation()).toMatchObject({ status: 'running', attempt: 1 });
		expect(await beat()).toMatchObject({ evaluations: 1 });
		expect(await evaluation()).toMatchObject({ status: 'queued', problem: { code: 'worker_lost', times: 1 } });
	});

	it('and comes back opens no round and stores no answer', async () => {
		const lost = await beginGeneration(world.app, { generationId, workerId });
		if (!lost) throw new Error('it was not to be had');
		await takeOver(world.app, [workerId]);
		await beginGeneration(world.app, { generationId, workerId: await paperWorker(world) });
		const rounds = await world.query('select count(*)::int as n from rounds');
		expect(await openRound(world.app, lost)).toBeNull();
		expect(await storeAnswer(world.app, lost, sourceOf(lost, checkpointId), { promptId: lost.generation.promptIds[0] ?? '', sample: 0, text: 'x', sampling: {}, seed: 1, reproducible: false }, null)).toBe(false);
		expect(await world.query('select count(*)::int as n from rounds')).toEqual(rounds);
		expect(await generation()).toMatchObject({ status: 'running', attempt: 2, intoRoundId: null });
	});
});

describe('what failed', () => {
	it('is done again when an engineer asks for it, and only then', async () => {
		const engineer = await world.person('eng', { slug, role: 'engineer' });
		const reviewer = await world.person('rev', { slug, role: 'reviewer' });
		expect(problemOf(await evaluateAgain(world.app, engineer, { checkpointId }))).toBe('conflict');
		expect(problemOf(await generateAgain(world.app, engineer, { checkpointId }))).toBe('conflict');
		await failWhatFollows(world, checkpointId, workerId);
		await world.query('delete from pgboss.job');
		expect(problemOf(await evaluateAgain(world.app, reviewer, { checkpointId }))).toBe('forbidden');
		expect(problemOf(await generateAgain(world.app, reviewer, { checkpointId }))).toBe('forbidden');
		const asked = await Promise.all([evaluateAgain(world.app, engineer, { checkpointId }), evaluateAgain(world.app, engineer, { checkpointId })]);
		expect(asked.map(problemOf).sort()).toEqual(['conflict', 'no problem']);
		expect(valueOf(await generateAgain(world.app, engineer, { checkpointId }))).toEqual({ id: generationId, status: 'queued' });
		expect([await pending(evaluationId), await pending(generationId)]).toEqual([1, 1]);
		expect(await evaluation()).toMatchObject({ status: 'queued', problem: null, finishedAt: null });
		expect(await generation()).toMatchObject({ status: 'queued', problem: null, finishedAt: null });
		expect([(await audited('evaluation.again', evaluationId)).length, (await audited('generation.again', generationId)).length]).toEqual([1, 1]);
		expect(await beginEvaluation(world.app, { evaluationId, workerId })).not.toBeNull();
	});
});

describe('what follows a training by itself', () => {
	it('is stopped by who may stop runs, whether it waits or is under way, and started again', async () => {
		const [engineer, reviewer] = [await world.person('eng', { slug, role: 'engineer' }), await world.person('rev', { slug, role: 'reviewer' })];
		expect(problemOf(await stopEvaluation(world.app, reviewer, { checkpointId }))).toBe('forbidden');
		expect(problemOf(await stopAnswers(world.app, reviewer, { checkpointId }))).toBe('forbidden');
		// One waits, the other is under way: its worker sees it at the next heartbeat, and writes nothing any more.
		const answering = (await beginGeneration(world.app, { generationId, workerId })) ?? expect.fail('it was not to be had');
		valueOf(await stopEvaluation(world.app, engineer, { checkpointId }));
		valueOf(await stopAnswers(world.app, engineer, { checkpointId }));
		expect(await beginEvaluation(world.app, { evaluationId, workerId })).toBeNull();
		expect(await generationAlive(world.app, answering)).toBe(false);
		expect(await openRound(world.app, answering)).toBeNull();
		expect([(await evaluation()).problem?.code, (await generation()).problem?.code]).toEqual(['stopped', 'stopped']);
		expect([problemOf(await stopEvaluation(world.app, engineer, { checkpointId })), problemOf(await stopAnswers(world.app, engineer, { checkpointId }))]).toEqual(['conflict', 'conflict']);
		expect([(await audited('evaluation.stop', evaluationId)).length, (await audited('generation.stop', generationId)).length]).toEqual([1, 1]);
		valueOf(await evaluateAgain(world.app, engineer, { checkpointId }));
		valueOf(await generateAgain(world.app, engineer, { checkpointId }));
		expect([await evaluation(), await generation()]).toMatchObject([{ status: 'queued', problem: null }, { status: 'queued', problem: null }]);
	});
});

describe('the folder of an evaluation', () => {
	const folder = () => join(world.dataDir, 'evaluations', evaluationId);
	const left = async (attempt: number) => {
		await mkdir(join(folder(), String(attempt)), { recursive: true });
		await writeFile(join(folder(), String(attempt), 'pairs.jsonl'), 'test questions in clear');
	};
	/** A worker whose engine cannot be started. */
	const broken = () => workerContext(world, workerId, { environment: { dir: '', device: 'cpu', python: join(world.dataDir, 'no-python'), swiftCli: '', versions: {} } });

	it('goes when its attempt ends, with what earlier attempts left there', async () => {
		for (const attempt of [0, 1]) await left(attempt);
		await evaluate(broken(), { evaluationId });
		expect(await evaluation()).toMatchObject({ status: 'failed', attempt: 1 });
		await expect(readdir(folder())).rejects.toMatchObject({ code: 'ENOENT' });
	});

	it('stays while a living worker is at it, and goes at a worker’s start when nobody is', async () => {
		await beginEvaluation(world.app, { evaluationId, workerId });
		for (const attempt of [0, 1]) await left(attempt);
		expect(await attemptHoldsEvaluation(world.app, evaluationId, 1)).toBe(true);
		await clearLeftOnHost({ app: world.app, workDir: world.dataDir });
		expect(await readdir(folder())).toEqual(['1']);
		await takeOver(world.app, [workerId]);
		await clearLeftOnHost({ app: world.app, workDir: world.dataDir });
		await expect(readdir(folder())).rejects.toMatchObject({ code: 'ENOENT' });
	});
});
