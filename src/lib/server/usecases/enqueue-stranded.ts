import type { App } from '../app.ts';
import * as jobs from '../db/jobs.ts';

/** Time in which a worker that took a job claims the job's row. */
const GRACE_SECONDS = 10;

/**
 * Sends a job for every evaluation, generation and export that waits in line without one. Handlers claim by
 * compare-and-set, so a job too many does no harm; a row never has two that wait.
 * @returns how many jobs were sent
 */
export async function enqueueStranded(app: Pick<App, 'db' | 'enqueue'>): Promise<number> {
	return app.db.transaction(async (tx) => {
		const found = await jobs.stranded(tx, GRACE_SECONDS);
		if (!found) return 0;
		for (const evaluationId of found.evaluate) await app.enqueue(tx, 'evaluate', { evaluationId });
		for (const generationId of found.generate) await app.enqueue(tx, 'generate', { generationId });
		for (const generationId of found.ask) await app.enqueue(tx, 'ask', { generationId });
		for (const exportId of found.export) await app.enqueue(tx, 'export', { exportId });
		return found.evaluate.length + found.generate.length + found.ask.length + found.export.length;
	});
}
