import { contentHash } from '../../domain/canonical-json.ts';
import { canMake } from '../../domain/checkpoint-export.ts';
import { OBJECTIVE_FACTS } from '../../domain/recipe/objective-facts.ts';
import type { RunProblem } from '../../domain/run-problem.ts';
import type { WorkerCapabilities } from '../../domain/worker-capabilities.ts';
import type { App } from '../app.ts';
import { record } from '../db/audit.ts';
import * as checkpointExports from '../db/checkpoint-exports.ts';
import type { CheckpointExport } from '../db/checkpoint-exports.ts';
import * as checkpoints from '../db/checkpoints.ts';
import type { Checkpoint, CheckpointFile } from '../db/checkpoints.ts';
import type { Db } from '../db/client.ts';
import * as evaluations from '../db/evaluations.ts';
import * as runs from '../db/runs.ts';
import type { Run } from '../db/runs.ts';
import * as snapshots from '../db/snapshots.ts';
import * as workers from '../db/workers.ts';
import { LEFT_TO_OTHERS_SECONDS } from './left-to-others.ts';
import { queueSuiteRun } from './queue-suite-run.ts';
import { areStored } from './store-citing.ts';

/** What a worker needs to make an export. `files`: those of the snapshot that the checkpoint learned from, whose rows its weights are rounded by. */
export type ExportAtHand = { made: CheckpointExport; base: Checkpoint; checkpoint: Checkpoint; run: Run; writes: boolean; manifestSha256: string; files: Awaited<ReturnType<typeof snapshots.files>> };

/**
 * Takes a queued export for a worker; null when it is no longer to be had. One that this worker lacks something for is left
 * to a living worker that has it; where there is none, it is taken, so that somebody says what is missing.
 */
export async function beginExport(app: Pick<App, 'db' | 'enqueue'>, input: { exportId: string; workerId: string; capabilities: WorkerCapabilities }): Promise<ExportAtHand | null> {
	return app.db.transaction(async (tx) => {
		const asked = await checkpointExports.get(tx, input.exportId);
		if (asked?.status !== 'queued') return null;
		const { format } = asked.plan;
		if (!canMake(format, input.capabilities)) {
			const able = (await workers.alive(tx)).some(({ draining, capabilities }) => !draining && capabilities.engine.state === 'ready' && canMake(format, capabilities));
			if (able) {
				await app.enqueue(tx, 'export', { exportId: asked.id }, { startAfterSeconds: LEFT_TO_OTHERS_SECONDS });
				return null;
			}
		}
		const made = await checkpointExports.begin(tx, asked.id, input.workerId);
		if (!made) return null;
		const checkpoint = await checkpoints.get(tx, made.checkpointId);
		const run = checkpoint?.runId ? await runs.get(tx, checkpoint.runId) : null;
		const snapshot = run ? await snapshots.get(tx, run.snapshotId) : null;
		if (!checkpoint || !run || !snapshot) throw new Error(`export ${made.id} lost its checkpoint`);
		return { made, checkpoint, run, writes: OBJECTIVE_FACTS[run.recipe.objective].generates, base: await checkpoints.baseOf(tx, made.projectId), manifestSha256: snapshot.sha256, files: await snapshots.files(tx, run.snapshotId) };
	});
}

/** Says that it is still worked on; false when it was stopped or another attempt has taken its place. */
export async function exportAlive(app: { db: Db }, { made }: ExportAtHand): Promise<boolean> {
	return checkpointExports.heartbeat(app.db, made.id, made.attempt);
}

/** Keeps how the engine is or would be started, and on how many rows. */
export async function keepExportCommand(app: { db: Db }, { made }: ExportAtHand, of: { command: readonly string[]; calibrationRows: number | null }): Promise<void> {
	await checkpointExports.keepCommand(app.db, made.id, made.attempt, of);
}

/**
 * Enters what was made. Weights that are others than the checkpoint's are measured on the same held-out data, beside the
 * checkpoint itself, and run through the project's suite where it may be promoted and has answers to check: both queued in
 * the same transaction.
 * @returns whether the attempt still held it; `not_stored` when a clean-up took a file away: it is to be stored again
 */
export async function finishExport(app: Pick<App, 'db' | 'enqueue' | 'artifacts'>, at: ExportAtHand, of: { sha256: string; files: CheckpointFile[]; bytes: number }): Promise<boolean | 'not_stored'> {
	const { made, checkpoint, run, writes } = at;
	return app.db.transaction(async (tx) => {
		if (!(await areStored(app, tx, of.files))) return 'not_stored';
		if (!(await checkpointExports.succeed(tx, made.id, made.attempt, of))) return false;
		if (made.changed) {
			const evaluationId = await evaluations.insert(tx, {
				projectId: made.projectId,
				checkpointId: checkpoint.id,
				parentCheckpointId: checkpoint.id,
				exportId: made.id,
				snapshotId: run.snapshotId,
				split: run.sweep === null ? 'test' : 'dev',
				seed: contentHash({ evaluation: of.sha256 }).slice(0, 16)
			});
			await app.enqueue(tx, 'evaluate', { evaluationId });
			// A point of a sweep sees no test question.
			if (writes && run.sweep === null) await queueSuiteRun(app, tx, { checkpoint, form: { id: made.id, sha256: of.sha256 }, roundId: run.roundId, by: null });
		}
		await record(tx, null, { action: 'export.finish', projectId: made.projectId, subject: ['export', made.id], details: { checkpoint: checkpoint.id, sha256: of.sha256, bytes: of.bytes } });
		return true;
	});
}

/** Ends an export that could not be made. */
export async function failExport(app: { db: Db }, { made }: ExportAtHand, problem: RunProblem): Promise<void> {
	await app.db.transaction(async (tx) => {
		const held = await checkpointExports.fail(tx, made.id, made.attempt, problem);
		if (held) await record(tx, null, { action: 'export.fail', projectId: made.projectId, subject: ['export', made.id], details: { checkpoint: made.checkpointId, code: problem.code } });
	});
}

/** Puts an export back in line because its worker goes down. */
export async function giveBackExport(app: Pick<App, 'db' | 'enqueue'>, { made }: ExportAtHand): Promise<void> {
	await app.db.transaction(async (tx) => {
		if (!(await checkpointExports.giveBack(tx, made.id, made.attempt))) return;
		await app.enqueue(tx, 'export', { exportId: made.id });
		await record(tx, null, { action: 'export.give_back', projectId: made.projectId, subject: ['export', made.id], details: { attempt: made.attempt } });
	});
}
