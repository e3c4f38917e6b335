import type { RunProblem } from '../../domain/run-problem.ts';
import { isTerminal } from '../../domain/run-state.ts';
import type { App } from '../app.ts';
import { record } from '../db/audit.ts';
import * as checkpoints from '../db/checkpoints.ts';
import type { Tx } from '../db/client.ts';
import * as runRecord from '../db/run-record.ts';
import * as runs from '../db/runs.ts';
import type { Run } from '../db/runs.ts';
import { referenceOf } from './check-recipe.ts';
import { untrainable } from './held-out-since.ts';
import { recordRunEnd } from './record-run-end.ts';

async function following(tx: Tx, stage: Pick<Run, 'id'>): Promise<Run | null> {
	const found = await runs.after(tx, stage.id);
	const run = found && (await runs.lock(tx, found.id));
	return run && !isTerminal(run.status) ? run : null;
}

/** Puts the run that waited for this stage in line, on the checkpoint that the stage gave. One that was paused meanwhile waits on; one whose questions are held out since is ended. */
export async function releaseNext(app: Pick<App, 'enqueue'>, tx: Tx, stage: Run, checkpointId: string): Promise<void> {
	const run = await following(tx, stage);
	if (!run) return;
	const problem = await untrainable(tx, run);
	if (problem) return failInLine(tx, run, problem, { stage: stage.id });
	const base = await checkpoints.baseOf(tx, run.projectId);
	await runs.setParent(tx, run.id, { parentCheckpointId: checkpointId, referenceCheckpointId: referenceOf(run.recipe, { parentId: checkpointId, baseId: base.id }) });
	if (run.desiredState === 'run') {
		await runs.setStatus(tx, run.id, 'queued');
		await app.enqueue(tx, 'train', { runId: run.id });
	}
	await runRecord.addEvent(tx, run.id, 0, 'stage_done', { run: stage.id, checkpoint: checkpointId });
	await runRecord.notify(tx, run.id);
	await record(tx, null, { action: 'run.released', projectId: run.projectId, subject: ['run', run.id], details: { stage: stage.id, checkpoint: checkpointId } });
}

/** Ends the run that waited for this stage as the stage ended: without its checkpoint there is nothing to start from. */
export async function endNext(tx: Tx, stage: Pick<Run, 'id'>, status: 'failed' | 'cancelled'): Promise<void> {
	const run = await following(tx, stage);
	if (!run) return;
	const problem = { code: 'stage_failed', message: 'The stage before it failed, so there is no checkpoint to start from.', hint: 'Look at that run; then start both again.' };
	if (status === 'failed') return failInLine(tx, run, problem, { stage: stage.id });
	await runs.setStatus(tx, run.id, status, { problem: null });
	await runRecord.addEvent(tx, run.id, run.attempt, status, { run: stage.id });
	await runRecord.notify(tx, run.id);
	await recordRunEnd(tx, run, status, { stage: stage.id });
}

/** Ends a locked run that nobody works on and that must not be trained, and the one that waits for it. */
export async function failInLine(tx: Tx, run: Run, problem: RunProblem, details: Record<string, unknown> = {}): Promise<void> {
	await runs.setStatus(tx, run.id, 'failed', { problem });
	await runRecord.addEvent(tx, run.id, run.attempt, 'failed', { ...problem });
	await runRecord.notify(tx, run.id);
	await recordRunEnd(tx, run, 'failed', { code: problem.code, ...details });
	await endNext(tx, run, 'failed');
}
