import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { isTerminal } from '../../domain/run-state.ts';
import type { RunStatus } from '../../domain/run-state.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import type { Tx } from '../db/client.ts';
import * as runRecord from '../db/run-record.ts';
import * as runs from '../db/runs.ts';
import type { Run } from '../db/runs.ts';
import { allow } from './access.ts';
import { recordRunEnd } from './record-run-end.ts';
import { endNext } from './settle-stage.ts';
import { inTransaction } from './transaction.ts';

/** Asks a run to stop. One that trains says "stopping" at once and keeps its last complete checkpoint unless told to discard it. */
export async function cancelRun(app: Pick<App, 'db' | 'enqueue'>, actor: Actor, input: { runId: string; keep: boolean }): Promise<Result<{ status: RunStatus }>> {
	return inTransaction(app.db, async (tx) => {
		const found = await runs.get(tx, input.runId);
		if (!found) return fail('not_found', 'There is no such run.');
		const access = await allow(tx, actor, { id: found.projectId }, 'run.cancel');
		if (!access.ok) return access;
		const run = (await runs.lock(tx, input.runId)) ?? found;
		if (isTerminal(run.status)) return fail('already_decided', `This run is over: ${run.status}.`);
		return ok({ status: await cancelLocked(app, tx, actor, run, input.keep) });
	});
}

/** Stops a locked run that is not over. */
export async function cancelLocked(app: Pick<App, 'enqueue'>, tx: Tx, actor: Actor, run: Run, keep: boolean): Promise<RunStatus> {
	await runs.setDesired(tx, run.id, keep ? 'cancel_keep' : 'cancel_discard');
	// Nobody works on a queued run that has made no checkpoint; one that a worker left must be collected first.
	const status: RunStatus = run.status === 'queued' || run.status === 'waiting' ? (run.attempt === 0 || !keep ? 'cancelled' : 'queued') : 'stopping';
	if (status !== run.status) await runs.setStatus(tx, run.id, status);
	// A paused run waits for nobody: a worker is told to collect what it had saved.
	if (status === 'queued' && run.status === 'waiting') await app.enqueue(tx, 'train', { runId: run.id });
	await runRecord.addEvent(tx, run.id, run.attempt, status === 'cancelled' ? 'cancelled' : 'stopping', { keep });
	await runRecord.notify(tx, run.id);
	await record(tx, actor, { action: 'run.cancel', projectId: run.projectId, subject: ['run', run.id], details: { keep } });
	if (status === 'cancelled') {
		await recordRunEnd(tx, run, status);
		await endNext(tx, run, status);
	}
	return status;
}
