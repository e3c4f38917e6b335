import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { hasAttempt, isTerminal } from '../../domain/run-state.ts';
import type { RunStatus } from '../../domain/run-state.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import type { Tx } from '../db/client.ts';
import * as runRecord from '../db/run-record.ts';
import * as runs from '../db/runs.ts';
import type { Run } from '../db/runs.ts';
import { allow } from './access.ts';
import { untrainable } from './held-out-since.ts';
import { inTransaction } from './transaction.ts';

async function lockedRun(tx: Tx, actor: Actor, id: string): Promise<Result<Run>> {
	const found = await runs.get(tx, id);
	if (!found) return fail('not_found', 'There is no such run.');
	const access = await allow(tx, actor, { id: found.projectId }, 'run.cancel');
	if (!access.ok) return access;
	const run = (await runs.lock(tx, id)) ?? found;
	return isTerminal(run.status) ? fail('already_decided', `This run is over: ${run.status}.`) : ok(run);
}

/**
 * Asks a run to pause: what trains saves at the end of its step and frees its
 * worker; what waits in line leaves the line. It keeps its last complete
 * checkpoint and goes on from it when somebody continues it.
 */
export async function pauseRun(app: Pick<App, 'db'>, actor: Actor, runId: string): Promise<Result<{ status: RunStatus }>> {
	return inTransaction(app.db, async (tx) => {
		const locked = await lockedRun(tx, actor, runId);
		if (!locked.ok) return locked;
		const run = locked.value;
		if (run.desiredState === 'pause') return ok({ status: run.status });
		if (run.desiredState !== 'run') return fail('conflict', 'This run is being stopped; it cannot be paused any more.');
		const status: RunStatus = hasAttempt(run.status) ? 'stopping' : 'waiting';
		await runs.setDesired(tx, run.id, 'pause');
		if (status !== run.status) await runs.setStatus(tx, run.id, status);
		await runRecord.addEvent(tx, run.id, run.attempt, status === 'waiting' ? 'paused' : 'pausing');
		await runRecord.notify(tx, run.id);
		await record(tx, actor, { action: 'run.pause', projectId: run.projectId, subject: ['run', run.id], details: {} });
		return ok({ status });
	});
}

/** Puts a paused run back in line, unless it has not begun to train and its questions are held out since. One whose engine is still being stopped goes back as soon as it has ended. */
export async function continueRun(app: Pick<App, 'db' | 'enqueue'>, actor: Actor, runId: string): Promise<Result<{ status: RunStatus }>> {
	return inTransaction(app.db, async (tx) => {
		const locked = await lockedRun(tx, actor, runId);
		if (!locked.ok) return locked;
		const run = locked.value;
		if (run.desiredState !== 'pause') return fail('conflict', 'This run is not paused.');
		const problem = await untrainable(tx, run);
		if (problem) return fail('conflict', problem.message);
		await runs.setDesired(tx, run.id, 'run');
		// It was paused while it waited for the stage before it, and still does.
		const stage = run.afterRunId === null ? null : await runs.get(tx, run.afterRunId);
		const status: RunStatus = run.status === 'waiting' && (!stage || stage.status === 'succeeded') ? 'queued' : run.status;
		if (status !== run.status) {
			await runs.setStatus(tx, run.id, status);
			await app.enqueue(tx, 'train', { runId: run.id });
		}
		await runRecord.addEvent(tx, run.id, run.attempt, 'continued');
		await runRecord.notify(tx, run.id);
		await record(tx, actor, { action: 'run.continue', projectId: run.projectId, subject: ['run', run.id], details: {} });
		return ok({ status });
	});
}
