import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as lineage from '../db/lineage.ts';
import type { UsedJudgment } from '../db/lineage.ts';
import * as snapshots from '../db/snapshots.ts';
import { allow } from './access.ts';

/** Judgments of one page. */
const PAGE = 50;

/** The judgments that a snapshot made rows of, newest first. */
export type SnapshotJudgments = { project: string; snapshot: { id: string; sha256: string; objective: string; used: number }; judgments: UsedJudgment[]; /** Behind a wall for who asks: counted, not shown. */ hidden: number; next: string | null };

/** The judgments behind a snapshot, and so behind what was trained on it, a page at a time. What lies behind a wall for who asks is counted and not shown. */
export async function listSnapshotJudgments(app: Pick<App, 'db'>, actor: Actor, query: { id: string; cursor?: string | undefined }): Promise<Result<SnapshotJudgments>> {
	const { db } = app;
	const snapshot = await snapshots.get(db, query.id);
	if (!snapshot) return fail('not_found', 'There is no such snapshot.');
	const access = await allow(db, actor, { id: snapshot.projectId }, 'judgment.read');
	if (!access.ok) return access;
	const [found, hidden] = await Promise.all([lineage.usedBy(db, { snapshotId: snapshot.id, viewer: actor.userId, cursor: query.cursor ?? null, limit: PAGE + 1 }), lineage.hiddenOf(db, [snapshot.id], actor.userId)]);
	const shown = found.slice(0, PAGE);
	return ok({
		project: access.value.project.slug,
		snapshot: { id: snapshot.id, sha256: snapshot.sha256, objective: snapshot.objective, used: snapshot.used },
		judgments: shown,
		hidden: hidden.get(snapshot.id) ?? 0,
		next: found.length > PAGE ? (shown.at(-1)?.id ?? null) : null
	});
}
