import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import * as checkpointExports from '../db/checkpoint-exports.ts';
import * as evaluations from '../db/evaluations.ts';
import * as lostWork from '../db/lost-work.ts';
import { reachExport } from './reach-export.ts';
import type { ExportOf } from './reach-export.ts';
import { STOPPED } from './stop-measuring.ts';
import { inTransaction } from './transaction.ts';

/** How an export stands that was stopped: one that was made stays, and what stopped is its evaluation. */
type Stopped = { id: string; status: 'cancelled' | 'succeeded' };

/** Stops an export that waits or is made, or the evaluation of one that was made; its worker sees it at its next beat. */
export async function cancelExport(app: Pick<App, 'db'>, actor: Actor, input: ExportOf): Promise<Result<Stopped>> {
	return inTransaction(app.db, async (tx) => {
		const found = await reachExport(tx, actor, input, 'run.cancel');
		if (!found.ok) return found;
		const { id, projectId } = found.value.made;
		if (await checkpointExports.cancel(tx, id)) {
			await record(tx, actor, { action: 'export.cancel', projectId, subject: ['export', id], details: { checkpoint: input.checkpointId } });
			return ok<Stopped>({ id, status: 'cancelled' });
		}
		const evaluation = (await evaluations.ofExports(tx, [id])).get(id);
		if (!evaluation || !(await lostWork.stop(tx, 'evaluations', evaluation.id, STOPPED))) return fail('already_decided', 'This export is over and is not being measured: there is nothing to stop.');
		await record(tx, actor, { action: 'evaluation.stop', projectId, subject: ['evaluation', evaluation.id], details: { checkpoint: input.checkpointId, export: id } });
		return ok<Stopped>({ id, status: 'succeeded' });
	});
}

/** Puts an export that failed or was stopped in line again; of one that was made, the evaluation that failed or was stopped. */
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
