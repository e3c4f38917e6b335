import { fail } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { Actor } from '../auth/actor.ts';
import * as checkpoints from '../db/checkpoints.ts';
import type { Checkpoint } from '../db/checkpoints.ts';
import type { Executor } from '../db/client.ts';
import * as runs from '../db/runs.ts';
import * as walls from '../db/walls.ts';

const WALLED = {
	'take it out': 'This checkpoint learned from a matter that you are walled off from. Somebody else must take it out.',
	'have it asked beside another': 'A checkpoint that answers beside it (its parent or the champion) learned from a matter that you are walled off from. Somebody else must have them asked.',
	'ask it': 'This checkpoint learned from a matter that you are walled off from. Somebody else must ask it.',
	'read its answers': 'This checkpoint learned from a matter that you are walled off from. Somebody else must read its answers.'
} as const;

/** A failed result for who is walled off from anything that a checkpoint or one before it learned from: weights remember. `must`: what somebody else is to do instead. */
export async function refuseWalled(db: Executor, actor: Actor, checkpointId: string, must: keyof typeof WALLED = 'take it out'): Promise<Result<never> | null> {
	for (const { runId } of await checkpoints.lineage(db, checkpointId)) {
		const run = runId ? await runs.get(db, runId) : null;
		if (run && (await walls.hidesOfSnapshot(db, actor.userId, run.snapshotId))) return fail('walled', WALLED[must]);
	}
	return null;
}

/** Checkpoints of a project that a person may ask: those that `refuseWalled` would not refuse them; all snapshots are looked at in one statement. */
export async function askable(db: Executor, actor: Actor, projectId: string): Promise<Checkpoint[]> {
	const [made, started] = [await checkpoints.list(db, projectId), await runs.list(db, projectId)];
	const learned = new Set(made.map(({ runId }) => runId));
	const hides = await walls.hidingSnapshots(db, actor.userId, [...new Set(started.filter(({ id }) => learned.has(id)).map(({ snapshotId }) => snapshotId))]);
	const learnedFrom = new Map(started.map(({ id, snapshotId }) => [id, snapshotId]));
	const byId = new Map(made.map((one) => [one.id, one]));
	const isWalled = ({ runId, parentId }: Checkpoint): boolean => {
		const parent = parentId === null ? undefined : byId.get(parentId);
		return hides.has(learnedFrom.get(runId ?? '') ?? '') || (parent !== undefined && isWalled(parent));
	};
	return made.filter((one) => !isWalled(one));
}
