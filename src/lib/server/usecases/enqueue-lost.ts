import type { App } from '../app.ts';
import { record } from '../db/audit.ts';
import type { Tx } from '../db/client.ts';
import type { Lost } from '../db/lost-work.ts';
import { enqueueGeneration } from './enqueue-generation.ts';

const SEND: Record<'evaluation' | 'generation' | 'export', (app: Pick<App, 'enqueue'>, tx: Tx, id: string) => Promise<void>> = {
	evaluation: (app, tx, evaluationId) => app.enqueue(tx, 'evaluate', { evaluationId }),
	generation: enqueueGeneration,
	export: (app, tx, exportId) => app.enqueue(tx, 'export', { exportId })
};

/** Sends jobs for evaluations, generations or exports that are in line again because their worker was lost, and records it; those that were lost too often have failed, and the record says so as of any other. Gives how many are in line. */
export async function enqueueLost(app: Pick<App, 'enqueue'>, tx: Tx, kind: keyof typeof SEND, lost: readonly Lost[]): Promise<number> {
	for (const { id, projectId, status, losses } of lost) {
		if (status === 'queued') await SEND[kind](app, tx, id);
		await record(tx, null, { action: status === 'failed' ? `${kind}.fail` : `${kind}.requeue`, projectId, subject: [kind, id], details: { status, losses, code: 'worker_lost' } });
	}
	return lost.filter(({ status }) => status === 'queued').length;
}
