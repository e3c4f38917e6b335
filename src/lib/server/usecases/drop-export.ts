import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import * as checkpointExports from '../db/checkpoint-exports.ts';
import { reachExport } from './reach-export.ts';
import type { ExportOf } from './reach-export.ts';
import { inTransaction } from './transaction.ts';

/** What somebody who would drop an export is told where something leans on it. */
const KEPT = {
	promoted: 'The checkpoint was promoted in this form: what a decision rests on stays.',
	proposed: 'A decision that promotes the checkpoint in this form waits for its second signature.',
	served: 'A server serves this form. End its deployment first.',
	measured: 'This form is being measured. Wait for the end of that.'
} as const;

/**
 * Lets go of the files of an export that was made: the next clean-up takes those that nothing else in the record is. What
 * the export was, its hashes and what was measured of it stay; the same form can be made anew.
 */
export async function dropExport(app: Pick<App, 'db'>, actor: Actor, input: ExportOf): Promise<Result<{ id: string; status: 'dropped' }>> {
	return inTransaction(app.db, async (tx) => {
		const found = await reachExport(tx, actor, input, 'run.cancel');
		if (!found.ok) return found;
		const { id, projectId } = found.value.made;
		const made = await checkpointExports.lock(tx, id);
		if (made?.status === 'dropped') return ok({ id, status: 'dropped' });
		if (made?.status !== 'succeeded') return fail('conflict', 'This export has no files yet, or could not be made: there is nothing to drop.');
		const leaning = await checkpointExports.leanedOnBy(tx, id);
		if (leaning) return fail('conflict', KEPT[leaning]);
		await checkpointExports.drop(tx, id);
		await record(tx, actor, { action: 'export.drop', projectId, subject: ['export', id], details: { checkpoint: input.checkpointId, sha256: made.sha256, bytes: made.bytes } });
		return ok({ id, status: 'dropped' });
	});
}
