import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { LAUNCHERS } from '../../domain/launcher.ts';
import type { LauncherName } from '../../domain/launcher.ts';
import { devicesWanted, priorityOfCopy } from '../../domain/next-run.ts';
import type { Host } from '../../domain/recipe/hardware-problems.ts';
import type { HealthRule } from '../../domain/run-health.ts';
import type { ParentFacts } from '../../domain/recipe/recipe-problems.ts';
import type { TrainingRecipe } from '../../domain/training-recipe.ts';
import { waitingFor } from '../../domain/waiting-for.ts';
import type { WaitingFor } from '../../domain/waiting-for.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as champions from '../db/champions.ts';
import * as checkpoints from '../db/checkpoints.ts';
import type { Executor } from '../db/client.ts';
import * as rounds from '../db/rounds.ts';
import * as runQueue from '../db/run-queue.ts';
import * as runs from '../db/runs.ts';
import type { Run } from '../db/runs.ts';
import * as overlaps from '../db/snapshot-overlaps.ts';
import * as snapshots from '../db/snapshots.ts';
import type { Snapshot } from '../db/snapshots.ts';
import { allow } from './access.ts';
import { defaultRecipe, isOneKindOnly, mlflowAt, mlflowPlaces, parentFacts, placeOf, trainingHosts } from './check-recipe.ts';
import { stageSnapshot, startOfCopy } from './check-stage.ts';
import { livingWorkers } from './living-workers.ts';

/** A checkpoint that a run may start from, with what the run would have to keep of it. */
export type RunParent = { id: string; name: string; isChampion: boolean; facts: ParentFacts };

/** A snapshot that can be trained. */
export type TrainableSnapshot = { id: string; objective: string; sha256: string; rows: number; round: number; createdAt: string };

/** What the form that starts a run begins with. */
export type RunPreparation = {
	snapshot: TrainableSnapshot & { stale: number; /** Questions it trained on that are held out since: nothing may be trained on it any more. */ overlaps: number; /** KTO: all rows are good answers, or all bad. */ oneKindOnly: boolean; /** What the points of a sweep would be scored on. */ dev: { comparisons: number; groups: number } };
	/** Newest first. */
	parents: RunParent[];
	parentId: string;
	recipe: TrainingRecipe;
	/** Fine-tuning on the accepted answers first: the snapshot that holds them, once one was made from the same judgments; `possible` where the objective may follow such a stage. */
	stage: { possible: boolean; snapshot: { id: string; rows: number } | null };
	/** The run whose settings it begins with: null where it begins with what is proposed. */
	from: {
		id: string;
		/** Of a copy. */
		priority: number;
		launcher: LauncherName;
		labels: string[];
		stopOn: HealthRule[];
		/** The stage before it where that has not succeeded: without it a copy would train on what the stage was to start from. */
		stage: { snapshotId: string; steps: number | null; rate: number } | null;
	} | null;
	/** Where living workers can place runs. */
	launchers: LauncherName[];
	/** What living workers are called, and what the copied run asks for. */
	labels: string[];
	/** Living workers that have an engine. */
	hosts: Host[];
	/** Whether a run could be written to an MLflow, by where it is placed; left out where nobody could place it now. */
	mlflow: Partial<Record<LauncherName, boolean>>;
	/** What a run queued now would wait for. */
	waitingFor: WaitingFor;
};

/** What the stage before a run would train on: where a run is copied, what its own stage had. A newer twin may hold other judgments by now. */
function stageOffered(db: Executor, snapshot: Snapshot, from: Run | null, unfinished: Run | null): Promise<Snapshot | null> {
	return unfinished && from?.snapshotId === snapshot.id ? snapshots.get(db, unfinished.snapshotId) : stageSnapshot(db, snapshot);
}

/**
 * Defaults of a run for a snapshot, and the checkpoints it could continue; the
 * promoted one is proposed. Or another run's settings and parent, to begin with:
 * of a run of the same objective in this project.
 */
export async function prepareRun(app: Pick<App, 'db'>, actor: Actor, input: { slug: string; snapshotId: string; fromRunId?: string | undefined }): Promise<Result<RunPreparation>> {
	const { db } = app;
	const access = await allow(db, actor, { slug: input.slug }, 'run.start');
	if (!access.ok) return access;
	const { project } = access.value;
	const snapshot = await snapshots.get(db, input.snapshotId);
	if (!snapshot || snapshot.projectId !== project.id) return fail('not_found', 'There is no such snapshot in this project.');
	const from = input.fromRunId === undefined ? null : await runs.get(db, input.fromRunId);
	if (input.fromRunId !== undefined && (from?.projectId !== project.id || from.objective !== snapshot.objective)) return fail('not_found', 'There is no such run of this objective in this project.');
	const copied = from && (await startOfCopy(db, from));
	const unfinished = copied?.stage ?? null;
	const champion = await champions.championOf(db, project.id);
	const recipe = await defaultRecipe(db, snapshot, await parentFacts(db, champion), {}, placeOf(from ?? {}));
	if (!recipe.ok) return recipe;
	const possible = snapshot.objective !== 'sft' && snapshot.objective !== 'rm';
	const [all, round, stale, overlapping, dev, accepted, living, ahead] = await Promise.all([
		checkpoints.list(db, project.id),
		rounds.byId(db, snapshot.roundId),
		snapshots.changedSince(db, snapshot.id),
		overlaps.trainedHeldOut(db, [snapshot.id]),
		snapshots.decisive(db, snapshot.id, 'dev'),
		possible ? stageOffered(db, snapshot, from, unfinished) : null,
		livingWorkers(db),
		runQueue.queued(db)
	]);
	const parents = await Promise.all(
		all.toReversed().map(async (one): Promise<RunParent> => ({ id: one.id, name: one.name, isChampion: one.id === champion.id, facts: await parentFacts(db, one) }))
	);
	const mlflow = await mlflowPlaces(db);
	const offered = new Set(living.flatMap(({ capabilities: { launchers = ['local' as const] } }) => launchers));
	const usable = parents.filter(({ facts }) => !facts.isReward || snapshot.objective === 'rm');
	return ok({
		snapshot: { id: snapshot.id, objective: snapshot.objective, sha256: snapshot.sha256, rows: snapshot.trainRows, round: round?.number ?? 0, createdAt: snapshot.createdAt, stale, overlaps: overlapping, oneKindOnly: isOneKindOnly(snapshot), dev },
		parents: usable,
		parentId: copied?.parentId ?? champion.id,
		recipe: from?.recipe ?? recipe.value,
		stage: { possible, snapshot: accepted && { id: accepted.id, rows: accepted.trainRows } },
		from: from && { id: from.id, priority: priorityOfCopy(from), launcher: from.launcher, labels: from.labels, stopOn: from.stopOn, stage: unfinished && { snapshotId: unfinished.snapshotId, steps: unfinished.maxSteps, rate: unfinished.recipe.learningRate } },
		launchers: LAUNCHERS.filter((launcher) => launcher === 'local' || launcher === from?.launcher || offered.has(launcher)),
		labels: [...new Set([...living.flatMap(({ capabilities: { labels = [] } }) => labels), ...(from?.labels ?? [])])].sort(),
		hosts: await trainingHosts(db),
		mlflow: Object.fromEntries(LAUNCHERS.flatMap((launcher) => [mlflowAt(mlflow, launcher)].flatMap((writes) => (writes === undefined ? [] : [[launcher, writes]])))),
		waitingFor: waitingFor(living, ahead.length, { ...placeOf(from ?? {}), ...devicesWanted(from?.recipe ?? recipe.value) })
	});
}

/** Snapshots that a run could be started for, newest first. */
export async function trainableSnapshots(app: Pick<App, 'db'>, actor: Actor, slug: string): Promise<Result<TrainableSnapshot[]>> {
	const access = await allow(app.db, actor, { slug }, 'run.start');
	if (!access.ok) return access;
	const [all, everyRound] = await Promise.all([snapshots.list(app.db, access.value.project.id), rounds.list(app.db, access.value.project.id)]);
	const number = new Map(everyRound.map((round) => [round.id, round.number]));
	return ok(all.map(({ id, objective, sha256, trainRows, roundId, createdAt }) => ({ id, objective, sha256, rows: trainRows, round: number.get(roundId) ?? 0, createdAt })));
}
