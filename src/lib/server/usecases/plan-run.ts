import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { changeThatFits, fitOf } from '../../domain/memory/fit.ts';
import type { Change, Devices, Fit } from '../../domain/memory/fit.ts';
import { planMemory } from '../../domain/memory/memory-plan.ts';
import type { MemoryParts } from '../../domain/memory/memory-plan.ts';
import { readShape } from '../../domain/memory/model-shape.ts';
import { sequencesOf } from '../../domain/memory/sequences.ts';
import { costOf, estimateTime } from '../../domain/memory/time-estimate.ts';
import type { TimeEstimate } from '../../domain/memory/time-estimate.ts';
import { histogram, longestIn, quantileOf, rowsOver } from '../../domain/memory/token-lengths.ts';
import type { Bar } from '../../domain/memory/token-lengths.ts';
import { OBJECTIVE_FACTS } from '../../domain/recipe/objective-facts.ts';
import type { Host } from '../../domain/recipe/hardware-problems.ts';
import { recipeProblems } from '../../domain/recipe/recipe-problems.ts';
import type { RecipeContext, RecipeProblem } from '../../domain/recipe/recipe-problems.ts';
import { plannedSteps, processesOf, replicasOf, rowsLeftOut, totalBatch } from '../../domain/training-recipe.ts';
import type { LeftOut, TrainingRecipe } from '../../domain/training-recipe.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as checkpoints from '../db/checkpoints.ts';
import type { Executor } from '../db/client.ts';
import * as inspections from '../db/inspections.ts';
import type { Found } from '../db/inspections.ts';
import * as runSpeeds from '../db/run-speeds.ts';
import type { RunSpeed } from '../db/run-speeds.ts';
import * as snapshots from '../db/snapshots.ts';
import { allow } from './access.ts';
import { completeRecipe, contextOf, parentFacts, parentOf, placeOf, workersAt } from './check-recipe.ts';
import type { Place } from './check-recipe.ts';
import type { RunRequest } from './start-run.ts';

/** Lengths of the snapshot's rows under the model's tokenizer. `over` would be cut or end the run, as the recipe says. */
export type PlannedLengths = { longest: number; median: number; most: number; over: number; tooLong: TrainingRecipe['tooLong']; withImages: number; bars: Bar[] };

/** Memory on one kind of device. `assumed`: lengths of rows are not known, so each of these is taken to be as long as allowed. `withImages`: rows with images; what the encoder computes for them is not counted. */
export type PlannedMemory = { devices: Devices; parts: MemoryParts; total: number; host: number; fit: Fit; change: (Pick<Change, 'settings'> & { total: number }) | null; assumed: boolean; withImages: number };

/** Time on one kind of device, from earlier runs on such; null without one. `cost` is that at the price that the installation was given; null without a price or time, or on CPU. */
export type PlannedTime = { devices: Devices; time: TimeEstimate | null; cost: { amount: number; currency: string } | null };

/** What a run would need and do, without starting it. */
export type RunPlan = {
	recipe: TrainingRecipe;
	/** Why it cannot be started as it is; empty when it can. */
	problems: RecipeProblem[];
	steps: number;
	/** `copies` of the model read rows of their own: as many as devices, but where several share a row. */
	batch: { micro: number; accumulation: number; devices: number; copies: number; total: number };
	/** Whether a worker has looked model and rows over: until then there are no lengths and no memory. */
	inspection: { status: 'waiting' | 'done' } | { status: 'failed'; message: string };
	parameters: { total: number; trained: number; exact: boolean } | null;
	lengths: PlannedLengths | null;
	/** Rows that the engine is not given. */
	dropped: LeftOut[];
	/** One for each kind of device that living workers have, or for the one that was asked about; none where an outside scheduler’s hosts are not known here. */
	memory: PlannedMemory[];
	/** One for each of the same kinds, also where nothing is known of it. */
	times: PlannedTime[];
};

/** What a person asks about; `device` is one that no worker has, such as one that could be rented. */
export type PlanRequest = RunRequest & { device?: { name?: string | undefined; memoryGb: number; count?: number | undefined } | undefined };

/** A kind of device, and the machines that have it, as far as their engine is ready; of one that was asked about none is known. */
type Kind = { devices: Devices; hosts: Host[] };

/** Kinds of devices of the living workers that train there themselves: GPUs by name and size, or a processor with its memory where there is none. What the hosts of an outside scheduler have, it knows itself. */
async function kindsAt(db: Executor, place: Place): Promise<Kind[]> {
	if (place.launcher !== 'local') return [];
	const found = new Map<string, Kind>();
	for (const { capabilities: { gpus, cpus, memoryBytes, engine } } of await workersAt(db, place)) {
		const [gpu] = gpus;
		const one: Devices = gpu ? { kind: 'gpu', name: gpu.name, memoryBytes: gpu.memoryBytes, count: gpus.length, hostBytes: memoryBytes } : { kind: 'cpu', name: 'CPU', memoryBytes, count: 1 };
		const key = `${one.kind} ${one.name} ${one.memoryBytes}`;
		const other = found.get(key);
		const host: Host[] = engine.state === 'ready' ? [{ gpus, cpus, versions: engine.versions }] : [];
		found.set(key, { devices: other ? largerOf(other.devices, one) : one, hosts: [...(other?.hosts ?? []), ...host] });
	}
	const all = [...found.values()];
	return all.some(({ devices }) => devices.kind === 'gpu') ? all.filter(({ devices }) => devices.kind === 'gpu') : all;
}

/** Of two machines with the same devices the one with more of them; of as many, that with less memory of its own. */
function largerOf(one: Devices, other: Devices): Devices {
	if (one.count !== other.count) return one.count > other.count ? one : other;
	return (one.hostBytes ?? 0) <= (other.hostBytes ?? 0) ? one : other;
}

function memoryOn({ devices, hosts }: Kind, recipe: TrainingRecipe, found: Found, context: RecipeContext): PlannedMemory | null {
	const shape = readShape(found.config);
	if (!shape) return null;
	const { sequences, assumed } = sequencesOf(found, shape, recipe);
	const { parts, total, host } = planMemory(shape, recipe, sequences, devices.kind);
	const fit = fitOf({ total, host }, devices);
	const change = fit === 'fits' ? null : changeThatFits(shape, recipe, sequences, devices, { assumed, startable: bringsNoProblem(recipe, { ...context, hosts }) });
	return { devices, parts, total, host, fit, change: change && { settings: change.settings, total: change.plan.total }, assumed, withImages: found.withImages };
}

/** Whether a changed recipe has only problems that the recipe had before: what is offered must not be refused. */
function bringsNoProblem(recipe: TrainingRecipe, context: RecipeContext): (changed: TrainingRecipe) => boolean {
	const named = ({ field, code }: RecipeProblem) => `${field} ${code}`;
	const had = new Set(recipeProblems(recipe, context).map(named));
	return (changed) => recipeProblems(changed, context).every((problem) => had.has(named(problem)));
}

/** A device that no worker has: nothing is known of its machine. */
function askedAbout({ name, memoryGb, count }: NonNullable<PlanRequest['device']>): Devices {
	return { kind: 'gpu', name: name ?? `GPU ${memoryGb} GB`, memoryBytes: memoryGb * 2 ** 30, count: count ?? 1 };
}

/** Time from earlier runs on the same model that learned from the same kind of rows by the same kind of tuner, on such a device. */
function timeOf(speeds: readonly RunSpeed[], recipe: TrainingRecipe, steps: number, devices: Devices): TimeEstimate | null {
	const { reads, reference } = OBJECTIVE_FACTS[recipe.objective];
	const like = speeds.filter(({ recipe: past, capabilities }) => {
		const facts = OBJECTIVE_FACTS[past.objective];
		const device = capabilities.gpus[0]?.name ?? 'CPU';
		return facts.reads === reads && facts.reference === reference && past.tuner === recipe.tuner && past.strategy === recipe.strategy && device === devices.name;
	});
	return estimateTime(like.map(({ recipe: past, secondsPerStep }) => ({ secondsPerStep, ...sharedOut(past, devices.kind) })), { steps, ...sharedOut(recipe, devices.kind) });
}

/** Devices that train side by side, and the rows of a step that fall to each. The processes of a machine share its processor, which is one. */
function sharedOut(recipe: TrainingRecipe, kind: Devices['kind']): { rowsPerDevice: number; devices: number } {
	const devices = kind === 'gpu' ? processesOf(recipe) : recipe.strategy === 'single' ? 1 : recipe.nodes;
	return { rowsPerDevice: totalBatch(recipe) / devices, devices };
}

/**
 * Says whether a recipe fits and how long it takes, without starting it. The first plan of a snapshot asks a worker to
 * look at the model and to count the rows' tokens; that is kept, since neither ever changes.
 */
export async function planRun(app: Pick<App, 'db' | 'config'>, actor: Actor, input: PlanRequest): Promise<Result<RunPlan>> {
	const { db } = app;
	const access = await allow(db, actor, { slug: input.slug }, 'run.start');
	if (!access.ok) return access;
	const { project } = access.value;
	const snapshot = await snapshots.get(db, input.snapshotId);
	if (!snapshot || snapshot.projectId !== project.id) return fail('not_found', 'There is no such snapshot in this project.', { errors: [{ field: 'snapshotId', message: 'not a snapshot of this project' }] });
	const parent = await parentOf(db, project.id, input.parentCheckpointId);
	if (!parent.ok) return parent;
	const facts = await parentFacts(db, parent.value);
	const place = placeOf(input);
	const completed = await completeRecipe(db, snapshot, facts, input.recipe, place);
	if (!completed.ok) return completed;
	const recipe = completed.value;
	const base = await checkpoints.baseOf(db, project.id);
	const inspection = await inspections.ask(db, { projectId: project.id, snapshotId: snapshot.id, baseCheckpointId: base.id });
	const { found } = inspection;
	const kinds: Kind[] = input.device ? [{ devices: askedAbout(input.device), hosts: [] }] : await kindsAt(db, place);
	const context = await contextOf(db, snapshot, facts, place);
	const memory = found ? kinds.flatMap((kind) => memoryOn(kind, recipe, found, context) ?? []) : [];
	const shape = found && readShape(found.config);
	const steps = plannedSteps(recipe, snapshot.trainRows);
	const price = app.config.gpuHour;
	const speeds = kinds.length > 0 ? await runSpeeds.ofBase(db, base.location ?? '') : [];
	const times = kinds.map(({ devices }): PlannedTime => {
		const time = timeOf(speeds, recipe, steps, devices);
		return { devices, time, cost: price && time && devices.kind === 'gpu' ? { amount: costOf(time.seconds, processesOf(recipe), price.amount), currency: price.currency } : null };
	});
	return ok({
		recipe,
		problems: recipeProblems(recipe, context),
		steps,
		batch: { micro: recipe.batchSize, accumulation: recipe.gradientAccumulation, devices: processesOf(recipe), copies: replicasOf(recipe), total: totalBatch(recipe) },
		inspection: inspection.status === 'succeeded' ? { status: 'done' } : inspection.status === 'failed' ? { status: 'failed', message: inspection.problem?.message ?? '' } : { status: 'waiting' },
		parameters: shape ? { ...planMemory(shape, recipe, { longest: 1, answer: 1 }).parameters, exact: shape.exact } : null,
		lengths: found && longestIn(found.lengths) > 0 ? { longest: longestIn(found.lengths), median: quantileOf(found.lengths, 0.5), most: quantileOf(found.lengths, 0.95), over: rowsOver(found.lengths, recipe.maxLength), tooLong: recipe.tooLong, withImages: found.withImages, bars: histogram(found.lengths) } : null,
		dropped: rowsLeftOut(recipe, snapshot.trainRows),
		memory,
		times
	});
}
