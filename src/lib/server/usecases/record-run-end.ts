import { record } from '../db/audit.ts';
import type { Tx } from '../db/client.ts';
import type { Run } from '../db/runs.ts';

/** Writes that a run is over that did not succeed, whichever way it came to that: webhooks are told of this entry alone. */
export async function recordRunEnd(tx: Tx, run: Pick<Run, 'id' | 'projectId'>, status: 'failed' | 'cancelled', details: Record<string, unknown> = {}): Promise<void> {
	await record(tx, null, { action: status === 'failed' ? 'run.failed' : 'run.cancelled', projectId: run.projectId, subject: ['run', run.id], details });
}
