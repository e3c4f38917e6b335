import type { LauncherName } from '../../domain/launcher.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { HealthRule } from '../../domain/run-health.ts';
import { plannedSteps } from '../../domain/training-recipe.ts';
import type { TrainingRecipe } from '../../domain/training-recipe.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import * as checkpoints from '../db/checkpoints.ts';
import type { Checkpoint } from '../db/checkpoints.ts';
import type { Tx } from '../db/client.ts';
import * as rounds from '../db/rounds.ts';
import * as runRecord from '../db/run-record.ts';
import * as runs from '../db/runs.ts';
import type { NewRun } from '../db/runs.ts';
import type { Snapshot } from '../db/snapshots.ts';
import { allow } from './access.ts';
import { askedFor, checkedRecipe, parentFacts, placeOf, referenceOf } from './check-recipe.ts';
import { checkedStage } from './check-stage.ts';
import type { StageRequest } from './check-stage.ts';
import { inTransaction } from './transaction.ts';

/** What a person asks for; what is left out takes its default. */
export type RunRequest = { slug: string; snapshotId: string; parentCheckpointId?: string | undefined; recipe?: Record<string, unknown> | undefined; priority?: number | undefined; launcher?: LauncherName | undefined; /** What the worker that takes it must be called. */ labels?: readonly string[] | undefined; /** Health rules that end it. */ stopOn?: readonly HealthRule[] | undefined; clonedFrom?: string | undefined; /** Fine-tuning on the accepted answers first; at most one. */ stages?: readonly StageRequest[] | undefined };

/** A run whose recipe was checked, with what is asked for beside it. */
export type CheckedRun = { snapshot: Snapshot; parent: Checkpoint; recipe: TrainingRecipe } & Required<Pick<NewRun, 'priority' | 'launcher' | 'labels' | 'stopOn'>> & Pick<NewRun, 'clonedFrom' | 'sweep' | 'afterRunId'>;

/** Puts a checked run in line, or behind the stage before it. */
export async function putInLine(app: Pick<App, 'enqueue'>, tx: Tx, actor: Actor, { snapshot, parent, recipe, ...asked }: CheckedRun): Promise<string> {
	const base = await checkpoints.baseOf(tx, snapshot.projectId);
	const id = await runs.insert(tx, {
		...asked,
		projectId: snapshot.projectId,
		roundId: snapshot.roundId,
		snapshotId: snapshot.id,
		snapshotSha256: snapshot.sha256,
		parentCheckpointId: parent.id,
		referenceCheckpointId: referenceOf(recipe, { parentId: parent.id, baseId: base.id }),
		objective: snapshot.objective,
		recipe,
		maxSteps: plannedSteps(recipe, snapshot.trainRows),
		createdBy: actor.userId
	});
	// A point of a sweep tries settings: the round goes on with the run that is started of them.
	if (!asked.sweep) await rounds.advance(tx, snapshot.roundId, 'training');
	await runRecord.addEvent(tx, id, 0, asked.afterRunId ? 'waits_for_stage' : 'queued');
	if (!asked.afterRunId) await app.enqueue(tx, 'train', { runId: id });
	await record(tx, actor, { action: 'run.start', projectId: snapshot.projectId, subject: ['run', id], details: { snapshot: snapshot.sha256, parent: parent.id, objective: snapshot.objective } });
	return id;
}

/** What was put in line: the run, and the stage before it where there is one. */
export type StartedRun = { id: string; status: 'queued' | 'waiting'; stages: string[] };

/** Queues a training within the caller’s transaction: see startRun. */
export async function startRunIn(app: Pick<App, 'enqueue'>, tx: Tx, actor: Actor, input: RunRequest): Promise<Result<StartedRun>> {
	const access = await allow(tx, actor, { slug: input.slug }, 'run.start');
	if (!access.ok) return access;
	const { project } = access.value;
	const found = await askedFor(tx, project.id, input);
	if (!found.ok) return found;
	const { snapshot, parent, priority } = found.value;
	if (input.clonedFrom !== undefined && (await runs.get(tx, input.clonedFrom))?.projectId !== project.id) return fail('not_found', 'There is no such run in this project.', { errors: [{ field: 'clonedFrom', message: 'not a run of this project' }] });
	const asked = { parent, priority, ...placeOf(input), stopOn: [...new Set(input.stopOn)] };
	const facts = await parentFacts(tx, parent);
	const [wanted] = input.stages ?? [];
	const stage = wanted ? await checkedStage(tx, snapshot, facts, wanted, input) : null;
	if (stage && !stage.ok) return stage;
	const recipe = await checkedRecipe(tx, snapshot, stage ? stage.value.leaves : facts, input.recipe, asked);
	if (!recipe.ok) return recipe;
	const first = stage ? await putInLine(app, tx, actor, { ...asked, snapshot: stage.value.snapshot, recipe: stage.value.recipe }) : null;
	const id = await putInLine(app, tx, actor, { ...asked, snapshot, recipe: recipe.value, clonedFrom: input.clonedFrom ?? null, afterRunId: first });
	return ok({ id, status: first ? 'waiting' : 'queued', stages: first ? [first] : [] });
}

/** Queues one training of a snapshot, and before it the stage that was asked for. Impossible settings are refused here, before anything waits for hardware. */
export async function startRun(app: Pick<App, 'db' | 'enqueue'>, actor: Actor, input: RunRequest): Promise<Result<StartedRun>> {
	return inTransaction(app.db, (tx) => startRunIn(app, tx, actor, input));
}
