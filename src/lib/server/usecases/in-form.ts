import type { CheckpointExport } from '../db/checkpoint-exports.ts';
import type { Checkpoint } from '../db/checkpoints.ts';

/** A checkpoint as an export has it: a whole model with that one's files, where its weights are others; else, and without an export, as it was trained. */
export function inForm(checkpoint: Checkpoint, made: CheckpointExport | null): Checkpoint {
	return made?.changed ? { ...checkpoint, kind: 'full', files: made.files, sha256: made.sha256, bytes: made.bytes } : checkpoint;
}
