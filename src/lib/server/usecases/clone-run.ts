import { priorityOfCopy } from '../../domain/next-run.ts';
import { fail } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { changedSettings } from '../../domain/training-recipe.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import type { Tx } from '../db/client.ts';
import * as runs from '../db/runs.ts';
import { allow } from './access.ts';
import { startOfCopy } from './check-stage.ts';
import { startRunIn } from './start-run.ts';
import type { RunRequest, StartedRun } from './start-run.ts';
import { inTransaction } from './transaction.ts';

/** What a copy does otherwise than its original; without anything it is the same run once more. */
export type RunChanges = Partial<Pick<RunRequest, 'snapshotId' | 'parentCheckpointId' | 'recipe' | 'priority' | 'launcher' | 'labels' | 'stopOn'>>;

/** Starts a copy within the caller’s transaction: see cloneRun. */
export async function cloneRunIn(app: Pick<App, 'enqueue'>, tx: Tx, actor: Actor, runId: string, changes: RunChanges = {}): Promise<Result<StartedRun>> {
	const run = await runs.get(tx, runId);
	if (!run) return fail('not_found', 'There is no such run.');
	const access = await allow(tx, actor, { id: run.projectId }, 'run.start');
	if (!access.ok) return access;
	const { parentId, stage } = await startOfCopy(tx, run);
	return startRunIn(app, tx, actor, {
		slug: access.value.project.slug,
		snapshotId: changes.snapshotId ?? run.snapshotId,
		parentCheckpointId: changes.parentCheckpointId ?? parentId,
		recipe: changedSettings(run.recipe, changes.recipe ?? {}),
		priority: changes.priority ?? priorityOfCopy(run),
		launcher: changes.launcher ?? run.launcher,
		labels: changes.labels ?? run.labels,
		stopOn: changes.stopOn ?? run.stopOn,
		clonedFrom: run.id,
		...(stage && changes.parentCheckpointId === undefined ? { stages: [{ snapshotId: stage.snapshotId, recipe: stage.recipe }] } : {})
	});
}

/** Starts a run with the settings of another and some changes: a retry, or the next try. */
export async function cloneRun(app: Pick<App, 'db' | 'enqueue'>, actor: Actor, runId: string, changes: RunChanges = {}): Promise<Result<StartedRun>> {
	return inTransaction(app.db, (tx) => cloneRunIn(app, tx, actor, runId, changes));
}
