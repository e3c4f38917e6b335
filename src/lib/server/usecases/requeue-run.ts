import type { RunProblem } from '../../domain/run-problem.ts';
import { hasAttempt } from '../../domain/run-state.ts';
import type { App } from '../app.ts';
import { record } from '../db/audit.ts';
import type { Tx } from '../db/client.ts';
import * as runRecord from '../db/run-record.ts';
import * as runs from '../db/runs.ts';
import type { Run } from '../db/runs.ts';
import { recordRunEnd } from './record-run-end.ts';
import { endNext } from './settle-stage.ts';

/** Attempts that got no further than those before, after which a run that keeps breaking off is given up. */
export const MAX_FRUITLESS_ATTEMPTS = 6;

/** An attempt that was given back because somebody paused its run: it is not held against it. */
export const PAUSED: RunProblem = { code: 'paused', message: 'It was paused.' };

/**
 * Puts a locked run whose attempt broke off back in line for a new attempt, or
 * ends it where that was asked for or where it broke off too often. One that
 * was to be paused waits until somebody says that it goes on. A run that was
 * to keep its checkpoint goes back in line too: a worker collects it.
 */
export async function requeueLocked(app: Pick<App, 'enqueue'>, tx: Tx, run: Run, of: { problem: RunProblem; exitCode: number | null }): Promise<void> {
	await runs.endAttempt(tx, run.id, run.attempt, of);
	const fruitless = await runs.fruitlessAttempts(tx, run.id);
	const givenUp = fruitless >= MAX_FRUITLESS_ATTEMPTS;
	const status = run.desiredState === 'cancel_discard' ? 'cancelled' : run.desiredState === 'pause' ? 'waiting' : givenUp ? 'failed' : 'queued';
	const problem: RunProblem = { ...of.problem, message: `It broke off ${fruitless} times without getting further. ${of.problem.message}`, hint: 'Look at the worker’s memory and disk, then start the run again.' };
	await runs.setStatus(tx, run.id, status, { problem: status === 'failed' ? problem : null });
	if (status === 'queued') await app.enqueue(tx, 'train', { runId: run.id });
	await runRecord.addEvent(tx, run.id, run.attempt, status === 'queued' ? 'broke_off' : status === 'waiting' ? 'paused' : status, { code: of.problem.code, message: of.problem.message });
	await runRecord.notify(tx, run.id);
	const details = { attempt: run.attempt, status, code: of.problem.code };
	if (status === 'queued' || status === 'waiting') await record(tx, null, { action: 'run.requeue', projectId: run.projectId, subject: ['run', run.id], details });
	else {
		await recordRunEnd(tx, run, status, details);
		await endNext(tx, run, status);
	}
}

/** The same for an attempt that its own worker gives back: its engine was killed, or the worker is going down. */
export async function requeueAttempt(app: Pick<App, 'db' | 'enqueue'>, of: { runId: string; attempt: number; problem: RunProblem; exitCode: number | null }): Promise<void> {
	await app.db.transaction(async (tx) => {
		const run = await runs.lock(tx, of.runId);
		if (!run || run.attempt !== of.attempt || !hasAttempt(run.status)) return;
		await requeueLocked(app, tx, run, of);
	});
}
