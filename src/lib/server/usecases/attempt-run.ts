import { RUN_INTERVALS } from '../../domain/intervals.ts';
import { devicesWanted, nextRun } from '../../domain/next-run.ts';
import type { Room, RunInLine } from '../../domain/next-run.ts';
import type { RowPlan } from '../../domain/repeat-run.ts';
import type { RunProblem } from '../../domain/run-problem.ts';
import type { DesiredState } from '../../domain/run-state.ts';
import { record } from '../db/audit.ts';
import * as checkpoints from '../db/checkpoints.ts';
import type { Checkpoint } from '../db/checkpoints.ts';
import type { Db, Tx } from '../db/client.ts';
import * as runQueue from '../db/run-queue.ts';
import * as runRecord from '../db/run-record.ts';
import type { StepMetrics } from '../db/run-record.ts';
import * as runs from '../db/runs.ts';
import type { Attempt, Run } from '../db/runs.ts';
import * as snapshots from '../db/snapshots.ts';
import type { SnapshotFile, SnapshotFileName } from '../db/snapshots.ts';
import { parentFacts } from './check-recipe.ts';
import { untrainable } from './held-out-since.ts';
import { notLeftToOthers } from './left-to-others.ts';
import { recordRunEnd } from './record-run-end.ts';
import { endNext, failInLine } from './settle-stage.ts';

/** Everything a worker needs for one attempt, read at the moment it took the run. */
export type AttemptAtHand = {
	run: Run;
	attempt: number;
	files: Map<SnapshotFileName, SnapshotFile>;
	manifestSha256: string;
	base: Checkpoint;
	parent: Checkpoint;
	/** The parent gives scores instead of text. */
	parentIsReward: boolean;
	/** Earlier attempts, oldest first: where to resume from. */
	earlier: Attempt[];
};

/** Runs at the head of the line that this worker may take, in its order. */
export async function runsInLine(app: { db: Db }, taker: runQueue.Taker): Promise<(RunInLine & { labels: string[] })[]> {
	return (await runQueue.head(app.db, taker)).map(({ id, launcher, labels, recipe }) => ({ id, launcher, labels, ...devicesWanted(recipe) }));
}

/**
 * Takes the next run in line that a worker has room for and does not leave to another: a job says that runs wait, the
 * line says which is first. Null when there is none, or another worker was quicker everywhere.
 * @param input.versions packages of the worker's engine
 */
export async function takeNextRun(app: { db: Db }, input: { workerId: string; versions?: Readonly<Record<string, string>> } & Room & runQueue.Taker): Promise<AttemptAtHand | null> {
	const own = { workerId: input.workerId, gpus: input.gpus.total, unlent: input.gpus.total, versions: input.versions ?? {} };
	for (let missed: string | null = null; ; ) {
		const runId = nextRun(await notLeftToOthers(app.db, await runsInLine(app, input), own), input);
		// Twice the same: it is being taken by somebody who has not committed yet.
		if (runId === null || runId === missed) return null;
		const at = await beginAttempt(app, { runId, workerId: input.workerId });
		if (at) return at;
		missed = runId;
	}
}

/** Takes a queued run for a worker by compare-and-set; null when it is no longer to be had. One that has not begun to train and whose questions are held out since is ended instead. */
export async function beginAttempt(app: { db: Db }, input: { runId: string; workerId: string }): Promise<AttemptAtHand | null> {
	return app.db.transaction(async (tx) => {
		const run = await runs.lock(tx, input.runId);
		if (!run || run.status !== 'queued') return null;
		const problem = run.desiredState === 'run' ? await untrainable(tx, run) : null;
		if (problem) {
			await failInLine(tx, run, problem);
			return null;
		}
		const earlier = await runs.attempts(tx, run.id);
		const attempt = await runs.beginAttempt(tx, run.id, { workerId: input.workerId, leaseSeconds: RUN_INTERVALS.leaseSeconds });
		await runs.setStatus(tx, run.id, 'preparing');
		await runRecord.addEvent(tx, run.id, attempt, 'attempt', { number: attempt });
		await runRecord.notify(tx, run.id);
		await record(tx, null, { action: 'run.attempt', projectId: run.projectId, subject: ['run', run.id], details: { attempt, worker: input.workerId } });
		const parent = await checkpoints.get(tx, run.parentCheckpointId);
		const snapshot = await snapshots.get(tx, run.snapshotId);
		if (!parent || !snapshot) throw new Error(`run ${run.id} lost its parent or snapshot`);
		const { isReward: parentIsReward = false } = await parentFacts(tx, parent);
		return { run: { ...run, attempt }, attempt, earlier, parent, parentIsReward, base: await checkpoints.baseOf(tx, run.projectId), files: await snapshots.files(tx, run.snapshotId), manifestSha256: snapshot.sha256 };
	});
}

/** Renews an attempt's lease; null: the attempt is fenced off and must end. */
export async function renewAttempt(app: { db: Db }, of: { runId: string; attempt: number }): Promise<DesiredState | null> {
	return runs.renew(app.db, of.runId, of.attempt, RUN_INTERVALS.leaseSeconds);
}

/** What one batch of an attempt brings. */
export type Progress = {
	metrics: StepMetrics[];
	log: string[];
	events: { kind: string; data?: Record<string, unknown> }[];
	status?: 'running';
	/** Steps that the engine itself says it will make. */
	maxSteps?: number;
	facts?: { outputDir?: string; argv?: string[]; env?: Record<string, string>; rowPlan?: RowPlan | null; engineVersions?: Record<string, string>; resumedFromStep?: number | null; /** Its name in an outside scheduler. */ jobId?: string };
};

/** Writes a batch of progress. False: the attempt is fenced off and nothing was written. */
export async function recordProgress(app: { db: Db }, of: { runId: string; attempt: number }, progress: Progress): Promise<boolean> {
	return app.db.transaction(async (tx) => {
		const run = await runs.lock(tx, of.runId);
		if (!run || run.attempt !== of.attempt || !['preparing', 'running', 'stopping'].includes(run.status)) return false;
		if (progress.status === 'running' && run.status === 'preparing') await runs.setStatus(tx, of.runId, 'running');
		if (progress.maxSteps !== undefined && progress.maxSteps !== run.maxSteps) await runs.setMaxSteps(tx, of.runId, progress.maxSteps);
		if (progress.facts) await runs.describeAttempt(tx, of.runId, of.attempt, progress.facts);
		await runRecord.putMetrics(tx, of.runId, of.attempt, progress.metrics);
		await runRecord.addLog(tx, of.runId, of.attempt, progress.log);
		// A rule that spoke in an earlier attempt has spoken.
		const told = progress.events.some(({ kind }) => kind === 'health') ? await runRecord.healthTold(tx, of.runId) : new Set();
		const events = progress.events.filter(({ kind, data }) => kind !== 'health' || !told.has(data?.['rule']));
		for (const event of events) await runRecord.addEvent(tx, of.runId, of.attempt, event.kind, event.data);
		// Also one that had spoken before: then nobody could heed it, because the run was being paused.
		await stopByRule(tx, run, progress.events);
		await runRecord.notify(tx, of.runId);
		return true;
	});
}

/** What a run's attempts have reported so far, up to a step that one of them goes on from. */
export async function metricsUpTo(app: { db: Db }, runId: string, step: number): Promise<StepMetrics[]> {
	return (await runRecord.metrics(app.db, runId)).filter((metrics) => metrics.step <= step);
}

/** Ends a run, what it saved kept, where a health rule has spoken that it was told to heed. */
async function stopByRule(tx: Tx, run: Run, events: Progress['events']): Promise<void> {
	const rule = run.stopOn.find((one) => events.some(({ kind, data }) => kind === 'health' && data?.['rule'] === one));
	if (!rule || run.desiredState !== 'run') return;
	await runs.setDesired(tx, run.id, 'cancel_keep');
	await runs.setStatus(tx, run.id, 'stopping');
	await runRecord.addEvent(tx, run.id, run.attempt, 'stopping', { keep: true, rule });
	await record(tx, null, { action: 'run.stopped_by_rule', projectId: run.projectId, subject: ['run', run.id], details: { rule } });
}

/** Of an attempt whose run was to be stopped and what it had saved thrown away. */
export const DISCARDED: RunProblem = { code: 'discarded', message: 'It was stopped and discarded.' };

/** Ends a run that gave no checkpoint: failed, or cancelled where that was asked for. */
export async function endWithoutCheckpoint(app: { db: Db }, of: { runId: string; attempt: number; exitCode: number | null; problem: RunProblem }): Promise<void> {
	await app.db.transaction(async (tx) => {
		const run = await runs.lock(tx, of.runId);
		if (!run || run.attempt !== of.attempt || !['preparing', 'running', 'stopping'].includes(run.status)) return;
		await endLocked(tx, run, of);
	});
}

/** The same for a locked run whose attempt is at hand. */
export async function endLocked(tx: Tx, run: Run, of: { exitCode: number | null; problem: RunProblem }): Promise<void> {
	const cancelled = run.desiredState === 'cancel_keep' || run.desiredState === 'cancel_discard';
	await runs.endAttempt(tx, run.id, run.attempt, { exitCode: of.exitCode, problem: cancelled ? null : of.problem });
	await runs.setStatus(tx, run.id, cancelled ? 'cancelled' : 'failed', { problem: cancelled ? null : of.problem });
	await runRecord.addEvent(tx, run.id, run.attempt, cancelled ? 'cancelled' : 'failed', cancelled ? {} : { ...of.problem });
	await endNext(tx, run, cancelled ? 'cancelled' : 'failed');
	await runRecord.notify(tx, run.id);
	await recordRunEnd(tx, run, cancelled ? 'cancelled' : 'failed', cancelled ? {} : { code: of.problem.code });
}
