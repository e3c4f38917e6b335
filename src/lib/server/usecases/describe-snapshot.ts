import type { Share } from '../../domain/composition.ts';
import { readableManifest } from '../../domain/manifest.ts';
import type { Manifest } from '../../domain/manifest.ts';
import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as runs from '../db/runs.ts';
import type { Run } from '../db/runs.ts';
import * as snapshots from '../db/snapshots.ts';
import * as users from '../db/users.ts';
import { readManifest, readSnapshot } from './read-snapshot.ts';
import type { SnapshotView } from './read-snapshot.ts';

/** A snapshot with what its manifest says, who froze it and what was trained on it. */
export type SnapshotPage = SnapshotView & {
	/** Null when its stored bytes no longer match their hash. */
	manifest: Manifest | null;
	createdBy: string;
	/** Comparisons by matter and part, without matters that a wall keeps from who looks. */
	matters: Share[];
	runs: Pick<Run, 'id' | 'status' | 'step' | 'maxSteps' | 'createdAt'>[];
};

/** One snapshot as its page shows it. */
export async function describeSnapshot(app: Pick<App, 'db' | 'artifacts'>, actor: Actor, id: string): Promise<Result<SnapshotPage>> {
	const view = await readSnapshot(app, actor, id);
	if (!view.ok) return view;
	const [row, opened] = await Promise.all([snapshots.get(app.db, id), readManifest(app, actor, id)]);
	if (!row) throw new Error(`snapshot ${id} vanished`);
	const [person, all, matters] = await Promise.all([users.personOf(app.db, row.createdBy), runs.list(app.db, row.projectId), snapshots.matters(app.db, row, actor.userId)]);
	const chunks: Buffer[] = [];
	if (opened.ok) for await (const chunk of opened.value.stream) chunks.push(Buffer.from(chunk as Uint8Array));
	return ok({
		...view.value,
		manifest: opened.ok ? readableManifest(JSON.parse(Buffer.concat(chunks).toString('utf8')) as Manifest) : null,
		createdBy: person?.name ?? '',
		matters,
		runs: all.filter((run) => run.snapshotId === id).map(({ id: runId, status, step, maxSteps, createdAt }) => ({ id: runId, status, step, maxSteps, createdAt }))
	});
}
