import type { Share } from '../../domain/composition.ts';
import type { Manifest } from '../../domain/manifest.ts';
import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as runs from '../db/runs.ts';
import type { Run } from '../db/runs.ts';
import * as snapshots from '../db/snapshots.ts';
import * as users from '../db/users.ts';
import * as walls from '../db/walls.ts';
import { manifestOf, withoutTags } from './read-card.ts';
import { readSnapshot } from './read-snapshot.ts';
import type { SnapshotView } from './read-snapshot.ts';

/** A snapshot with what its manifest says, who froze it and what was trained on it. */
export type SnapshotPage = SnapshotView & {
	/** Null when its stored bytes no longer match their hash; without tags where a wall keeps some of it from who looks. */
	manifest: Manifest | null;
	/** A wall keeps some of it from who looks: its manifest cannot be had byte for byte. */
	tagsHidden: boolean;
	createdBy: string;
	/** Comparisons by matter and part, without matters that a wall keeps from who looks. */
	matters: Share[];
	/** Newest other snapshots of the project, to compare with. */
	others: { id: string; objective: string; rows: number; createdAt: string }[];
	runs: Pick<Run, 'id' | 'status' | 'step' | 'maxSteps' | 'createdAt'>[];
};

/** Snapshots that one can be compared with from its page. */
const OTHERS = 51;

/** One snapshot as its page shows it. */
export async function describeSnapshot(app: Pick<App, 'db' | 'artifacts'>, actor: Actor, id: string): Promise<Result<SnapshotPage>> {
	const view = await readSnapshot(app, actor, id);
	if (!view.ok) return view;
	const [row, manifest, tagsHidden] = await Promise.all([snapshots.get(app.db, id), manifestOf(app, id), walls.keepsFromSnapshot(app.db, actor.userId, id)]);
	if (!row) throw new Error(`snapshot ${id} vanished`);
	const [person, all, matters, newest] = await Promise.all([users.personOf(app.db, row.createdBy), runs.list(app.db, row.projectId), snapshots.matters(app.db, row, actor.userId), snapshots.newest(app.db, row.projectId, OTHERS)]);
	return ok({
		...view.value,
		manifest: manifest.ok ? (tagsHidden ? withoutTags(manifest.value) : manifest.value) : null,
		tagsHidden,
		createdBy: person?.name ?? '',
		matters,
		others: newest.filter((other) => other.id !== id).map(({ id: otherId, objective, trainRows, createdAt }) => ({ id: otherId, objective, rows: trainRows, createdAt })),
		runs: all.filter((run) => run.snapshotId === id).map(({ id: runId, status, step, maxSteps, createdAt }) => ({ id: runId, status, step, maxSteps, createdAt }))
	});
}
