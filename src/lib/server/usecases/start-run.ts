import type { LauncherName } from '../../domain/launcher.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { adapterOf, OBJECTIVES, plannedSteps, recipeDefaults, recipeProblems, TrainingRecipeSchema } from '../../domain/training-recipe.ts';
import type { Adapter, Objective, TrainingRecipe } from '../../domain/training-recipe.ts';
import * as v from 'valibot';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import * as checkpoints from '../db/checkpoints.ts';
import type { Checkpoint } from '../db/checkpoints.ts';
import type { Executor, Tx } from '../db/client.ts';
import * as rounds from '../db/rounds.ts';
import * as runRecord from '../db/run-record.ts';
import * as runs from '../db/runs.ts';
import * as snapshots from '../db/snapshots.ts';
import type { Snapshot } from '../db/snapshots.ts';
import * as workers from '../db/workers.ts';
import { allow } from './access.ts';
import { inTransaction } from './transaction.ts';

/** What a person asks for; what is left out takes its default. */
export type RunRequest = { slug: string; snapshotId: string; parentCheckpointId?: string | undefined; recipe?: Record<string, unknown> | undefined; priority?: number | undefined; launcher?: LauncherName | undefined; clonedFrom?: string | undefined };

/** The recipe that a run of this snapshot on this parent starts from, by the hardware of the living workers; not yet checked. */
export async function defaultRecipe(db: Executor, snapshot: Snapshot, parent: Checkpoint): Promise<Result<TrainingRecipe>> {
	if (!(OBJECTIVES as readonly string[]).includes(snapshot.objective)) return fail('impossible_recipe', `This installation cannot train ${snapshot.objective} yet.`);
	const objective = snapshot.objective as Objective;
	const gpu = (await workers.alive(db)).some((worker) => worker.capabilities.gpus.length > 0);
	const recipe = recipeDefaults(objective, { device: gpu ? 'gpu' : 'cpu' });
	// Next round: this round's judgments, parent's adapter, reference = parent (semantics 16); ORPO has no reference.
	const reference = parent.kind === 'base' || objective === 'orpo' ? 'base' : 'parent';
	const weights = recipe.objective === 'kto' && snapshot.desirableWeight ? { desirableWeight: snapshot.desirableWeight.desirable, undesirableWeight: snapshot.desirableWeight.undesirable } : {};
	return ok({ ...recipe, reference, ...weights });
}

/** The adapter of a parent, which a run that continues it must keep; undefined for the base model. */
export async function parentAdapter(tx: Executor, parent: Checkpoint): Promise<Adapter | undefined> {
	const run = parent.runId === null ? null : await runs.get(tx, parent.runId);
	return run ? adapterOf(run.recipe) : undefined;
}

/** Whether a KTO snapshot's rows are all good or all bad answers: then no weight could be proposed for it. */
export function isOneKindOnly(snapshot: Pick<Snapshot, 'objective' | 'desirableWeight'>): boolean {
	return snapshot.objective === 'kto' && snapshot.desirableWeight === null;
}

/** The recipe completed with its defaults and checked, or the fields that are wrong. */
export async function completeRecipe(db: Executor, snapshot: Snapshot, parent: Checkpoint, given: Record<string, unknown> = {}): Promise<Result<TrainingRecipe>> {
	const base = await defaultRecipe(db, snapshot, parent);
	if (!base.ok) return base;
	// Before the fields: with another objective nearly all of them look wrong.
	const wanted = given['objective'] ?? snapshot.objective;
	if (wanted !== snapshot.objective) {
		return fail('impossible_recipe', `The snapshot was made for ${snapshot.objective}; make one for ${String(wanted)}.`, { errors: [{ field: 'recipe.objective', message: `must be ${snapshot.objective}` }] });
	}
	const adapter = await parentAdapter(db, parent);
	const lengthGiven = 'maxSteps' in given || 'epochs' in given;
	const merged = {
		...base.value,
		...adapter,
		...(lengthGiven ? { maxSteps: null, epochs: null } : {}),
		...given,
		objective: base.value.objective
	};
	const parsed = v.safeParse(TrainingRecipeSchema, merged);
	if (!parsed.success) {
		const errors = parsed.issues.map((issue) => ({ field: `recipe.${v.getDotPath(issue) ?? ''}`.replace(/\.$/, ''), message: issue.message }));
		return fail('invalid_input', `${errors[0]?.field ?? 'recipe'}: ${errors[0]?.message ?? 'is not valid'}`, { errors });
	}
	const recipe = parsed.output;
	const problems = recipeProblems(recipe, { rows: snapshot.trainRows, parentIsBase: parent.kind === 'base', oneKindOnly: isOneKindOnly(snapshot), ...(adapter ? { parentAdapter: adapter } : {}) });
	if (problems.length > 0) {
		return fail('impossible_recipe', problems.map((problem) => problem.message).join(' '), { errors: problems.map(({ field, message }) => ({ field: `recipe.${field}`, message })) });
	}
	return ok(recipe);
}

async function parentOf(tx: Tx, projectId: string, wanted: string | undefined): Promise<Result<Checkpoint>> {
	if (wanted === undefined) return ok(await checkpoints.champion(tx, projectId));
	const parent = await checkpoints.get(tx, wanted);
	if (!parent || parent.projectId !== projectId) return fail('not_found', 'There is no such checkpoint in this project.', { errors: [{ field: 'parentCheckpointId', message: 'not a checkpoint of this project' }] });
	return ok(parent);
}

/** Queues one training of a snapshot. Impossible settings are refused here, before anything waits for hardware. */
export async function startRun(app: Pick<App, 'db' | 'enqueue'>, actor: Actor, input: RunRequest): Promise<Result<{ id: string; status: 'queued' }>> {
	return inTransaction(app.db, async (tx) => {
		const access = await allow(tx, actor, { slug: input.slug }, 'run.start');
		if (!access.ok) return access;
		const { project } = access.value;
		const snapshot = await snapshots.get(tx, input.snapshotId);
		if (!snapshot || snapshot.projectId !== project.id) return fail('not_found', 'There is no such snapshot in this project.', { errors: [{ field: 'snapshotId', message: 'not a snapshot of this project' }] });
		const parent = await parentOf(tx, project.id, input.parentCheckpointId);
		if (!parent.ok) return parent;
		const recipe = await completeRecipe(tx, snapshot, parent.value, input.recipe);
		if (!recipe.ok) return recipe;
		const base = await checkpoints.baseOf(tx, project.id);
		const reference = recipe.value.objective === 'orpo' ? null : recipe.value.reference === 'parent' ? parent.value.id : base.id;
		const id = await runs.insert(tx, {
			projectId: project.id,
			roundId: snapshot.roundId,
			snapshotId: snapshot.id,
			snapshotSha256: snapshot.sha256,
			parentCheckpointId: parent.value.id,
			referenceCheckpointId: reference,
			objective: snapshot.objective,
			recipe: recipe.value,
			maxSteps: plannedSteps(recipe.value, snapshot.trainRows),
			createdBy: actor.userId,
			priority: input.priority ?? 0,
			launcher: input.launcher ?? 'local',
			clonedFrom: input.clonedFrom ?? null
		});
		await rounds.advance(tx, snapshot.roundId, 'training');
		await runRecord.addEvent(tx, id, 0, 'queued');
		await app.enqueue(tx, 'train', { runId: id });
		await record(tx, actor, { action: 'run.start', projectId: project.id, subject: ['run', id], details: { snapshot: snapshot.sha256, parent: parent.value.id, objective: snapshot.objective } });
		return ok({ id, status: 'queued' });
	});
}
