import type { LauncherName } from '../../domain/launcher.ts';
import { readShape, seesImages } from '../../domain/memory/model-shape.ts';
import { MOST_PRIORITY } from '../../domain/next-run.ts';
import { fail, ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { TUNERS } from '../../domain/recipe/field.ts';
import type { Host } from '../../domain/recipe/hardware-problems.ts';
import { mustMerge, recipeProblems } from '../../domain/recipe/recipe-problems.ts';
import type { ParentFacts, RecipeContext, RecipeProblem } from '../../domain/recipe/recipe-problems.ts';
import { adapterOf, OBJECTIVES, recipeDefaults, TrainingRecipeSchema } from '../../domain/training-recipe.ts';
import type { Device, TrainingRecipe } from '../../domain/training-recipe.ts';
import type { WorkerCapabilities } from '../../domain/worker-capabilities.ts';
import { hasLabels } from '../../domain/worker-label.ts';
import * as v from 'valibot';
import * as champions from '../db/champions.ts';
import * as checkpoints from '../db/checkpoints.ts';
import type { Checkpoint } from '../db/checkpoints.ts';
import type { Executor } from '../db/client.ts';
import * as inspections from '../db/inspections.ts';
import * as runs from '../db/runs.ts';
import * as snapshots from '../db/snapshots.ts';
import type { Snapshot } from '../db/snapshots.ts';
import * as workers from '../db/workers.ts';
import { heldOutSince } from './held-out-since.ts';

/** What of a recipe decides the rest of its proposal. */
type Chosen = { tuner?: unknown; onParent?: unknown };

/** Where a run shall be placed: by which launcher, and by a worker that is called what. */
export type Place = { launcher: LauncherName; labels: readonly string[] };

/** What is asked for of a place; without anything it is the host of any worker. */
export function placeOf({ launcher, labels }: { launcher?: LauncherName | undefined; labels?: readonly string[] | undefined }): { launcher: LauncherName; labels: string[] } {
	return { launcher: launcher ?? 'local', labels: [...(labels ?? [])] };
}

/** Living workers that could place a run there. */
export async function workersAt(db: Executor, place: Place): Promise<workers.Worker[]> {
	return (await workers.alive(db)).filter(({ capabilities: { launchers = ['local'], labels } }) => launchers.includes(place.launcher) && hasLabels(labels, place.labels));
}

/** What a run would compute on there: on a worker's own host what that has, elsewhere what the worker's engine was made for. */
async function deviceAt(db: Executor, place: Place): Promise<Device> {
	const gpu = ({ gpus, device }: WorkerCapabilities) => (place.launcher === 'local' ? gpus.length > 0 : device === 'gpu');
	return (await workersAt(db, place)).some(({ capabilities }) => gpu(capabilities)) ? 'gpu' : 'cpu';
}

/** The recipe that a run of this snapshot on this parent starts from, by the hardware of the living workers that could place it; not yet checked. */
export async function defaultRecipe(db: Executor, snapshot: Snapshot, parent: ParentFacts, chosen: Chosen = {}, place: Place = placeOf({})): Promise<Result<TrainingRecipe>> {
	const objective = OBJECTIVES.find((one) => one === snapshot.objective);
	if (!objective) return fail('impossible_recipe', `This installation cannot train ${snapshot.objective} yet.`);
	const tuner = TUNERS.find((one) => one === chosen.tuner);
	const recipe: TrainingRecipe = recipeDefaults(objective, { device: await deviceAt(db, place), ...(tuner ? { tuner } : {}) });
	// Next round: this round's judgments, parent's adapter, reference = parent (semantics 16).
	if ('reference' in recipe) recipe.reference = parent.kind === 'base' ? 'base' : 'parent';
	if (recipe.objective === 'kto' && snapshot.desirableWeight) {
		recipe.desirableWeight = snapshot.desirableWeight.desirable;
		recipe.undesirableWeight = snapshot.desirableWeight.undesirable;
	}
	if (mustMerge(objective, parent)) recipe.onParent = 'merge';
	const { adapter } = parent;
	const keeps = adapter !== undefined && recipe.tuner !== 'full' && (chosen.onParent ?? recipe.onParent) !== 'merge';
	return ok({ ...recipe, ...(keeps ? adapter : {}) });
}

/** What a run that starts from this checkpoint must know of it. */
export async function parentFacts(tx: Executor, parent: Checkpoint): Promise<ParentFacts> {
	const run = parent.runId === null ? null : await runs.get(tx, parent.runId);
	return { kind: parent.kind, isReward: run?.objective === 'rm', ...(run && parent.kind === 'adapter' ? { adapter: adapterOf(run.recipe) } : {}) };
}

/** Hosts on which living workers train themselves, as far as their engine is ready; one that only hands runs to a scheduler trains on none. */
export async function trainingHosts(db: Executor): Promise<Host[]> {
	return (await workersAt(db, placeOf({}))).flatMap(({ capabilities: { gpus, cpus, engine, labels = [] } }) => (engine.state === 'ready' ? [{ gpus, cpus, versions: engine.versions, labels }] : []));
}

/** Where runs can be placed by a living worker that writes to an MLflow, and where by any with an engine. */
export async function mlflowPlaces(db: Executor): Promise<{ writes: LauncherName[]; places: LauncherName[] }> {
	const ready = (await workers.alive(db)).flatMap(({ capabilities: { launchers = ['local' as const], engine } }) => (engine.state === 'ready' ? [{ launchers, versions: engine.versions }] : []));
	return { writes: ready.flatMap(({ launchers, versions }) => (versions['mlflow'] === undefined ? [] : launchers)), places: ready.flatMap(({ launchers }) => launchers) };
}

/** Whether a run placed there could be written to an MLflow; undefined while no living worker could place it. */
export function mlflowAt({ writes, places }: { writes: readonly LauncherName[]; places: readonly LauncherName[] }, launcher: LauncherName): boolean | undefined {
	return places.includes(launcher) ? writes.includes(launcher) : undefined;
}

/** Whether a KTO snapshot's rows are all good or all bad answers: then no weight could be proposed for it. */
export function isOneKindOnly(snapshot: Pick<Snapshot, 'objective' | 'desirableWeight'>): boolean {
	return snapshot.objective === 'kto' && snapshot.desirableWeight === null;
}

/** The recipe completed with its defaults and read by its schema, or the fields that are wrong. Whether it can work is another question. */
export async function completeRecipe(db: Executor, snapshot: Snapshot, parent: ParentFacts, given: Record<string, unknown> = {}, place: Place = placeOf({})): Promise<Result<TrainingRecipe>> {
	const base = await defaultRecipe(db, snapshot, parent, given, place);
	if (!base.ok) return base;
	// Before the fields: with another objective nearly all of them look wrong.
	const wanted = given['objective'] ?? snapshot.objective;
	if (wanted !== snapshot.objective) {
		return fail('impossible_recipe', `The snapshot was made for ${snapshot.objective}; make one for ${String(wanted)}.`, { errors: [{ field: 'recipe.objective', message: `must be ${snapshot.objective}` }] });
	}
	const lengthGiven = 'maxSteps' in given || 'epochs' in given;
	// A run that is shorter than the proposed time between saves saves once, at its end.
	const { saveSteps } = base.value;
	const short = typeof given['maxSteps'] === 'number' && given['maxSteps'] >= 1 && given['maxSteps'] < saveSteps;
	const merged = { ...base.value, ...(lengthGiven ? { maxSteps: null, epochs: null } : {}), ...(short ? { saveSteps: given['maxSteps'] } : {}), ...given, objective: base.value.objective };
	const parsed = v.safeParse(TrainingRecipeSchema, merged);
	if (parsed.success) return ok(parsed.output);
	const errors = parsed.issues.map((issue) => ({ field: `recipe.${v.getDotPath(issue) ?? ''}`.replace(/\.$/, ''), message: issue.message }));
	return fail('invalid_input', `${errors[0]?.field ?? 'recipe'}: ${errors[0]?.message ?? 'is not valid'}`, { errors });
}

/** What a recipe on this snapshot and parent is checked against, where it shall run. */
export async function contextOf(db: Executor, snapshot: Snapshot, parent: ParentFacts, { launcher, labels }: Place): Promise<RecipeContext> {
	// What the hosts of an outside scheduler have, it knows itself.
	const hosts = launcher === 'local' ? (await trainingHosts(db)).filter((host) => hasLabels(host.labels, labels)) : [];
	const found = await inspections.foundOf(db, snapshot.id);
	const shape = found && readShape(found.config);
	return {
		rows: snapshot.trainRows,
		parent,
		oneKindOnly: isOneKindOnly(snapshot),
		hosts,
		machines: launcher === 'local' || launcher === 'ray' ? 1 : null,
		mlflow: mlflowAt(await mlflowPlaces(db), launcher),
		...(found ? { lengths: found.lengths, unseen: seesImages(found.config) ? 0 : found.withImages, experts: shape?.experts != null } : {}),
		...(shape ? { keyValueHeads: shape.kvHeads } : {})
	};
}

/** Why a complete recipe cannot work on this snapshot, parent and, where workers train themselves, on their hosts; empty when it can. */
export async function problemsOf(db: Executor, snapshot: Snapshot, parent: ParentFacts, recipe: TrainingRecipe, place: Place): Promise<RecipeProblem[]> {
	return recipeProblems(recipe, await contextOf(db, snapshot, parent, place));
}

/** The checkpoint that was asked for, or the promoted one. */
export async function parentOf(tx: Executor, projectId: string, wanted: string | undefined): Promise<Result<Checkpoint>> {
	if (wanted === undefined) return ok(await champions.championOf(tx, projectId));
	const parent = await checkpoints.get(tx, wanted);
	if (!parent || parent.projectId !== projectId) return fail('not_found', 'There is no such checkpoint in this project.', { errors: [{ field: 'parentCheckpointId', message: 'not a checkpoint of this project' }] });
	return ok(parent);
}

/** A snapshot of the project that may be trained on. */
export async function trainable(tx: Executor, projectId: string, snapshotId: string, field = 'snapshotId'): Promise<Result<Snapshot>> {
	const snapshot = await snapshots.get(tx, snapshotId);
	if (!snapshot || snapshot.projectId !== projectId) return fail('not_found', 'There is no such snapshot in this project.', { errors: [{ field, message: 'not a snapshot of this project' }] });
	const held = await heldOutSince(tx, snapshot.id);
	if (held) return fail('conflict', held.message, { facts: { overlaps: held.overlaps } });
	return ok(snapshot);
}

/** A priority that was asked for, or the given one. */
function readPriority(wanted: number | undefined, otherwise: number): Result<number> {
	const priority = wanted ?? otherwise;
	return Number.isInteger(priority) && Math.abs(priority) <= MOST_PRIORITY ? ok(priority) : wrongField('priority', `must be a whole number from -${MOST_PRIORITY} to ${MOST_PRIORITY}`);
}

/** From what a run is asked for: snapshot and parent of the project, and its turn. */
export type AskedFor = { snapshotId: string; parentCheckpointId?: string | undefined; priority?: number | undefined };

/** What is asked for as it stands in the record, or what of it cannot be; `turn` is the priority where none is said. */
export async function askedFor(tx: Executor, projectId: string, input: AskedFor, turn = 0): Promise<Result<{ snapshot: Snapshot; parent: Checkpoint; priority: number }>> {
	const snapshot = await trainable(tx, projectId, input.snapshotId);
	if (!snapshot.ok) return snapshot;
	const parent = await parentOf(tx, projectId, input.parentCheckpointId);
	if (!parent.ok) return parent;
	const priority = readPriority(input.priority, turn);
	if (!priority.ok) return priority;
	return ok({ snapshot: snapshot.value, parent: parent.value, priority: priority.value });
}

/** The complete recipe of a run that could be started as it is asked for; else what keeps it, field by field. */
export async function checkedRecipe(db: Executor, snapshot: Snapshot, parent: ParentFacts, given: Record<string, unknown> | undefined, place: Place): Promise<Result<TrainingRecipe>> {
	const recipe = await completeRecipe(db, snapshot, parent, given, place);
	if (!recipe.ok) return recipe;
	const problems = await problemsOf(db, snapshot, parent, recipe.value, place);
	if (problems.length === 0) return recipe;
	return fail('impossible_recipe', problems.map((problem) => problem.message).join(' '), { errors: problems.map(({ field, message }) => ({ field: `recipe.${field}`, message })) });
}

/** What a run with this recipe is held to: its parent, the base, or nothing. */
export function referenceOf(recipe: TrainingRecipe, of: { parentId: string; baseId: string }): string | null {
	return !('reference' in recipe) ? null : recipe.reference === 'parent' ? of.parentId : of.baseId;
}
