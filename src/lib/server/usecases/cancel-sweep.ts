import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import * as runs from '../db/runs.ts';
import * as sweeps from '../db/sweeps.ts';
import { allow } from './access.ts';
import { cancelLocked } from './cancel-run.ts';
import { inTransaction } from './transaction.ts';

/**
 * Takes what waits of a sweep out of line. What trains goes on: it is stopped
 * as any run is, by itself. A run that a worker had left goes back in line to
 * have its checkpoint collected, as when it is cancelled alone.
 */
export async function cancelSweep(app: Pick<App, 'db' | 'enqueue'>, actor: Actor, sweepId: string): Promise<Result<{ cancelled: number }>> {
	return inTransaction(app.db, async (tx) => {
		const sweep = await sweeps.get(tx, sweepId);
		if (!sweep) return fail('not_found', 'There is no such sweep.');
		const access = await allow(tx, actor, { id: sweep.projectId }, 'run.cancel');
		if (!access.ok) return access;
		let cancelled = 0;
		for (const { id } of await runs.ofSweep(tx, sweepId)) {
			const run = await runs.lock(tx, id);
			if (!run || (run.status !== 'queued' && run.status !== 'waiting') || run.desiredState.startsWith('cancel')) continue;
			await cancelLocked(app, tx, actor, run, true);
			cancelled += 1;
		}
		if (cancelled === 0) return fail('already_decided', 'Nothing of this sweep waits any more.');
		await record(tx, actor, { action: 'sweep.cancel', projectId: sweep.projectId, subject: ['sweep', sweepId], details: { runs: cancelled } });
		return ok({ cancelled });
	});
}
