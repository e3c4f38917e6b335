import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { Actor } from '../auth/actor.ts';
import * as checkpointExports from '../db/checkpoint-exports.ts';
import type { CheckpointExport } from '../db/checkpoint-exports.ts';
import type { Checkpoint } from '../db/checkpoints.ts';
import type { Executor } from '../db/client.ts';
import { reachCheckpoint } from './read-checkpoint.ts';

/** An export as a call names it: by its checkpoint and its own id. */
export type ExportOf = { checkpointId: string; exportId: string };

/** Finds an export of a checkpoint with which the actor may do this. */
export async function reachExport(db: Executor, actor: Actor, { checkpointId, exportId }: ExportOf, action: 'run.start' | 'run.cancel' | 'snapshot.data'): Promise<Result<{ made: CheckpointExport; checkpoint: Checkpoint }>> {
	const found = await reachCheckpoint(db, actor, checkpointId, action);
	if (!found.ok) return found;
	const made = await checkpointExports.get(db, exportId);
	return made?.checkpointId === checkpointId ? ok({ made, checkpoint: found.value.checkpoint }) : fail('not_found', 'The checkpoint has no such export.');
}
