import type { App } from '../app.ts';
import * as runs from '../db/runs.ts';
import type { StoredFile } from '../db/runs.ts';
import { areStored } from './store-citing.ts';

/**
 * Enters the event files for TensorBoard that an attempt wrote. They stay in the store from then on.
 * @returns `fenced` when the run is no longer this attempt's, and nothing was written; `not_stored` when a clean-up took a
 * file away that nothing cited yet: it is to be stored again
 */
export async function keepTensorboard(app: Pick<App, 'db' | 'artifacts'>, of: { runId: string; attempt: number }, files: StoredFile[]): Promise<'kept' | 'fenced' | 'not_stored'> {
	return app.db.transaction(async (tx) => {
		if (!(await areStored(app, tx, files))) return 'not_stored';
		const run = await runs.lock(tx, of.runId);
		if (!run || run.attempt !== of.attempt || !['preparing', 'running', 'stopping'].includes(run.status)) return 'fenced';
		await runs.describeAttempt(tx, of.runId, of.attempt, { tensorboard: files });
		return 'kept';
	});
}
