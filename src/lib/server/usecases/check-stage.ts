import type { LauncherName } from '../../domain/launcher.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { resultKind } from '../../domain/recipe/recipe-problems.ts';
import type { ParentFacts } from '../../domain/recipe/recipe-problems.ts';
import { ADAPTER_FIELDS, adapterOf } from '../../domain/training-recipe.ts';
import type { TrainingRecipe } from '../../domain/training-recipe.ts';
import * as checkpoints from '../db/checkpoints.ts';
import type { Executor } from '../db/client.ts';
import * as runs from '../db/runs.ts';
import type { Run } from '../db/runs.ts';
import * as snapshots from '../db/snapshots.ts';
import type { Snapshot } from '../db/snapshots.ts';
import { checkedRecipe, placeOf, trainable } from './check-recipe.ts';

/** A stage before a preference run: fine-tuning on the accepted answers and rewrites of a snapshot made from the same judgments. */
export type StageRequest = { snapshotId: string; recipe?: Record<string, unknown> | undefined };

/** A stage that can be trained, and what the run after it will start from. */
export type CheckedStage = { snapshot: Snapshot; recipe: TrainingRecipe; leaves: ParentFacts };

/** What of the run after it a stage takes over unless it says otherwise: both shape one adapter. */
const SHARED = ['tuner', ...ADAPTER_FIELDS] as const;

/** The snapshot that a stage before this one's run would train on: for SFT, by the same rule, of the same judgments; null: none was made yet. */
export async function stageSnapshot(db: Executor, snapshot: Snapshot): Promise<Snapshot | null> {
	const twin = await snapshots.twin(db, snapshot, 'sft');
	return twin && (await snapshots.differ(db, snapshot.id, twin.id)) === 0 ? twin : null;
}

/**
 * What a copy of a run starts from: the stage before it where that has not
 * succeeded, so that both are tried again; else the checkpoint that the stage
 * gave, also where the run itself was ended before it came to start from it.
 */
export async function startOfCopy(db: Executor, run: Pick<Run, 'afterRunId' | 'parentCheckpointId'>): Promise<{ parentId: string; stage: Run | null }> {
	const stage = run.afterRunId === null ? null : await runs.get(db, run.afterRunId);
	const given = stage?.status === 'succeeded' ? await checkpoints.ofRun(db, stage.id) : null;
	return { parentId: given?.id ?? run.parentCheckpointId, stage: given ? null : stage };
}

/**
 * Checks a stage: that its snapshot holds the same judgments as the run's own, by the same rule, and that its recipe can
 * work. So no question that the run is measured on is learnt from in the stage before it.
 */
export async function checkedStage(tx: Executor, snapshot: Snapshot, parent: ParentFacts, wanted: StageRequest, of: { recipe?: Record<string, unknown> | undefined; launcher?: LauncherName | undefined; labels?: readonly string[] | undefined }): Promise<Result<CheckedStage>> {
	const field = 'stages[0].snapshotId';
	const found = await trainable(tx, snapshot.projectId, wanted.snapshotId, field);
	if (!found.ok) return found;
	const own = found.value;
	const refuse = (message: string) => fail('conflict', `The stage before the run cannot be so: ${message}.`, { errors: [{ field, message }] });
	if (own.objective !== 'sft' || snapshot.objective === 'sft' || snapshot.objective === 'rm') return refuse('fine-tuning (sft) comes first, and a run that learns preferences between answers after it');
	// A rule is JSON of the database: keys in one order whatever they were given in.
	if (own.roundId !== snapshot.roundId || JSON.stringify(own.rule) !== JSON.stringify(snapshot.rule)) return refuse('its snapshot was made by another rule; freeze one by the same rule');
	const others = await snapshots.differ(tx, snapshot.id, own.id);
	if (others > 0) return refuse(`${others} comparisons of the two snapshots differ; freeze both from the same judgments`);
	const shared = Object.fromEntries(SHARED.flatMap((key) => (of.recipe && key in of.recipe ? [[key, of.recipe[key]]] : [])));
	const recipe = await checkedRecipe(tx, own, parent, { ...shared, ...wanted.recipe }, placeOf(of));
	if (!recipe.ok) return fail(recipe.problem.code, `The stage before the run: ${recipe.problem.detail}`, { errors: (recipe.problem.errors ?? []).map((error) => ({ ...error, field: `stages[0].${error.field}` })) });
	const kind = resultKind(recipe.value, parent);
	return ok({ snapshot: own, recipe: recipe.value, leaves: { kind, isReward: false, ...(kind === 'adapter' ? { adapter: adapterOf(recipe.value) } : {}) } });
}
