import type { App } from '../app.ts';
import { record } from '../db/audit.ts';
import type { Tx } from '../db/client.ts';
import type { Lost } from '../db/lost-work.ts';
import { enqueueGeneration } from './enqueue-generation.ts';

/** Sends jobs for evaluations or generations that are in line again because their worker was lost, and records it. Gives how many are. */
export async function enqueueLost(app: Pick<App, 'enqueue'>, tx: Tx, kind: 'evaluation' | 'generation', lost: readonly Lost[]): Promise<number> {
	for (const { id, projectId, status, losses } of lost) {
		if (status === 'queued') await (kind === 'evaluation' ? app.enqueue(tx, 'evaluate', { evaluationId: id }) : enqueueGeneration(app, tx, id));
		await record(tx, null, { action: `${kind}.requeue`, projectId, subject: [kind, id], details: { status, losses, code: 'worker_lost' } });
	}
	return lost.filter(({ status }) => status === 'queued').length;
}
