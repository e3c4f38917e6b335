import type { RunProblem } from '#lib/domain/run-problem.ts';
import { ArtifactDamaged } from '#lib/server/artifacts/store.ts';

/**
 * What a piece of work is ended with that met an error: files that are not what was stored are refused by name, what
 * nobody reckoned with is the worker's.
 */
export function unexpected(error: unknown): RunProblem {
	if (error instanceof ArtifactDamaged) return { code: 'artifact_damaged', message: `A file does not match its hash: ${error.message}.`, hint: 'What was changed is not used. Put it back from a backup, and look at the artifact store’s disk; a snapshot can be frozen again.' };
	return { code: 'worker_failed', message: 'The worker met an error it did not expect.', hint: 'Look at the worker’s log.' };
}
