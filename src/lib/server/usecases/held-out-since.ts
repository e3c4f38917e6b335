import type { RunProblem } from '../../domain/run-problem.ts';
import type { Executor } from '../db/client.ts';
import type { Run } from '../db/runs.ts';
import * as overlaps from '../db/snapshot-overlaps.ts';

/** Why nothing may be trained on a snapshot any more: questions that it trains on were found to be nearly the same as held-out ones since. Null where there are none. */
export async function heldOutSince(tx: Executor, snapshotId: string): Promise<{ overlaps: number; message: string } | null> {
	const questions = await overlaps.trainedHeldOut(tx, [snapshotId]);
	if (questions === 0) return null;
	return { overlaps: questions, message: `The snapshot holds rows to train on of ${questions} questions that are held out since: people found them nearly the same as held-out ones. Freeze again; the new snapshot leaves them out.` };
}

/**
 * The same of a run that has not begun to train: days may lie between asking for one and its turn. One that has trained
 * goes on: what it learned stays learned, and its figures say so.
 */
export async function untrainable(tx: Executor, run: Pick<Run, 'snapshotId' | 'step'>): Promise<RunProblem | null> {
	const found = run.step > 0 ? null : await heldOutSince(tx, run.snapshotId);
	return found && { code: 'snapshot_overlaps', message: found.message };
}
