import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { Actor } from '../auth/actor.ts';
import * as checkpointExports from '../db/checkpoint-exports.ts';
import type { CheckpointExport } from '../db/checkpoint-exports.ts';
import type { Checkpoint } from '../db/checkpoints.ts';
import type { Executor } from '../db/client.ts';
import type { Access } from './access.ts';
import { reachCheckpoint } from './read-checkpoint.ts';

type Doing = 'run.start' | 'run.cancel' | 'snapshot.data' | 'checkpoint.read' | 'generation.read';

const NONE = 'The checkpoint has no such export.';

/** An export as a call names it: by its checkpoint and its own id. */
export type ExportOf = { checkpointId: string; exportId: string };

/** A checkpoint as a call names it: as it was trained, or in the form of an export. */
export type MaybeInForm = { checkpointId: string; exportId?: string | null | undefined };

/** Finds a checkpoint with which the actor may do this, and the export of it where one is named. */
export async function reachInForm(db: Executor, actor: Actor, { checkpointId, exportId }: MaybeInForm, action: Doing): Promise<Result<{ checkpoint: Checkpoint; access: Access; made: CheckpointExport | null }>> {
	const found = await reachCheckpoint(db, actor, checkpointId, action);
	if (!found.ok) return found;
	const made = exportId ? await checkpointExports.get(db, exportId) : null;
	return exportId && made?.checkpointId !== checkpointId ? fail('not_found', NONE) : ok({ ...found.value, made });
}

/** Finds an export of a checkpoint with which the actor may do this. */
export async function reachExport(db: Executor, actor: Actor, of: ExportOf, action: Doing): Promise<Result<{ made: CheckpointExport; checkpoint: Checkpoint }>> {
	const found = await reachInForm(db, actor, of, action);
	if (!found.ok) return found;
	const { made, checkpoint } = found.value;
	return made ? ok({ made, checkpoint }) : fail('not_found', NONE);
}
