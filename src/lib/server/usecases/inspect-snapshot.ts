import type { RunProblem } from '../../domain/run-problem.ts';
import * as checkpoints from '../db/checkpoints.ts';
import type { Checkpoint } from '../db/checkpoints.ts';
import type { Db } from '../db/client.ts';
import * as inspections from '../db/inspections.ts';
import type { Found, Inspection } from '../db/inspections.ts';
import * as snapshots from '../db/snapshots.ts';
import type { SnapshotFile } from '../db/snapshots.ts';

/** What a worker needs to look a snapshot over. */
export type InspectionAtHand = { inspection: Inspection; base: Checkpoint; train: SnapshotFile };

/** Takes the next inspection in line for a worker; null when there is none. */
export async function takeNextInspection(app: { db: Db }): Promise<InspectionAtHand | null> {
	const inspection = await inspections.takeNext(app.db);
	if (!inspection) return null;
	const [base, files] = await Promise.all([checkpoints.get(app.db, inspection.baseCheckpointId), snapshots.files(app.db, inspection.snapshotId)]);
	const train = files.get('train');
	if (!base || !train) throw new Error(`inspection ${inspection.id} lost its model or rows`);
	return { inspection, base, train };
}

/** Says that an inspection goes on; false when another attempt has taken its place. */
export async function inspectionAlive(app: { db: Db }, at: InspectionAtHand): Promise<boolean> {
	return inspections.heartbeat(app.db, at.inspection.id, at.inspection.attempt);
}

/** Keeps what was found. It follows from immutable things alone, so it is no act of a person and no entry of the audit. */
export async function finishInspection(app: { db: Db }, at: InspectionAtHand, found: Found): Promise<void> {
	await inspections.succeed(app.db, at.inspection.id, at.inspection.attempt, found);
}

/** Ends an inspection that could not be done. */
export async function failInspection(app: { db: Db }, at: InspectionAtHand, problem: RunProblem): Promise<void> {
	await inspections.fail(app.db, at.inspection.id, at.inspection.attempt, problem);
}

/** Puts an inspection back in line: its worker goes down, or something that it needs is away for a while. */
export async function giveBackInspection(app: { db: Db }, at: InspectionAtHand): Promise<void> {
	await inspections.giveBack(app.db, at.inspection.id, at.inspection.attempt);
}
