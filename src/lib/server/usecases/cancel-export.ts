import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import * as checkpointExports from '../db/checkpoint-exports.ts';
import * as evaluations from '../db/evaluations.ts';
import { reachExport } from './reach-export.ts';
import type { ExportOf } from './reach-export.ts';
import { inTransaction } from './transaction.ts';

/** Stops an export that waits or is made; its worker sees it at its next beat. */
export async function cancelExport(app: Pick<App, 'db'>, actor: Actor, input: ExportOf): Promise<Result<{ id: string; status: 'cancelled' }>> {
	return inTransaction(app.db, async (tx) => {
		const found = await reachExport(tx, actor, input, 'run.cancel');
		if (!found.ok) return found;
		const { id, projectId } = found.value.made;
		if (!(await checkpointExports.cancel(tx, id))) return fail('already_decided', 'This export is over: there is nothing to stop.');
		await record(tx, actor, { action: 'export.cancel', projectId, subject: ['export', id], details: { checkpoint: input.checkpointId } });
		return ok({ id, status: 'cancelled' });
	});
}

/** Puts an export that failed or was stopped in line again; of one that was made, the evaluation that failed. */
export async function exportAgain(app: Pick<App, 'db' | 'enqueue'>, actor: Actor, input: ExportOf): Promise<Result<{ id: string; status: 'queued' }>> {
	return inTransaction(app.db, async (tx) => {
		const found = await reachExport(tx, actor, input, 'run.start');
		if (!found.ok) return found;
		const { id, projectId } = found.value.made;
		if ((await checkpointExports.lock(tx, id))?.status === 'dropped') return fail('conflict', 'This export was dropped: ask for the same form anew.');
		if (await checkpointExports.again(tx, id)) await app.enqueue(tx, 'export', { exportId: id });
		else {
			const evaluation = (await evaluations.ofExports(tx, [id])).get(id);
			if (!evaluation || !(await evaluations.again(tx, evaluation.id))) return fail('conflict', 'Neither this export nor its evaluation has failed or was stopped, or the same was asked for anew meanwhile.');
			await app.enqueue(tx, 'evaluate', { evaluationId: evaluation.id });
		}
		await record(tx, actor, { action: 'export.again', projectId, subject: ['export', id], details: { checkpoint: input.checkpointId } });
		return ok({ id, status: 'queued' });
	});
}
