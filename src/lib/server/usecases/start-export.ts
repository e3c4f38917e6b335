import { changesWeights, refusedForm } from '../../domain/checkpoint-export.ts';
import type { ExportPlan } from '../../domain/checkpoint-export.ts';
import { fail, ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import * as checkpointExports from '../db/checkpoint-exports.ts';
import { writesAnswers } from './queue-suite-run.ts';
import { reachCheckpoint } from './read-checkpoint.ts';
import { inTransaction } from './transaction.ts';

/** Has a worker make a form of a checkpoint. What no machine could make is refused here; what this one lacks, the worker says. */
export async function startExport(app: Pick<App, 'db' | 'enqueue'>, actor: Actor, input: { checkpointId: string; plan: ExportPlan }): Promise<Result<{ id: string; status: 'queued' }>> {
	const { plan } = input;
	return inTransaction(app.db, async (tx) => {
		const found = await reachCheckpoint(tx, actor, input.checkpointId, 'run.start');
		if (!found.ok) return found;
		const { id: checkpointId, projectId, kind } = found.value.checkpoint;
		const refused = refusedForm(plan.format, { kind, writes: await writesAnswers(tx, found.value.checkpoint) });
		if (refused) return wrongField('format', refused);
		const id = await checkpointExports.insert(tx, { projectId, checkpointId, plan, changed: changesWeights(plan.format, kind), createdBy: actor.userId });
		if (id === null) return fail('conflict', 'This export is there already, or under way.');
		await app.enqueue(tx, 'export', { exportId: id });
		await record(tx, actor, { action: 'export.start', projectId, subject: ['export', id], details: { checkpoint: checkpointId, ...plan } });
		return ok({ id, status: 'queued' });
	});
}
