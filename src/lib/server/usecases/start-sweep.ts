import type { LauncherName } from '../../domain/launcher.ts';
import { PRIORITIES } from '../../domain/next-run.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { FieldError, Result } from '../../domain/problem.ts';
import type { ParentFacts } from '../../domain/recipe/recipe-problems.ts';
import type { HealthRule } from '../../domain/run-health.ts';
import { planProblems, sweepPoints } from '../../domain/sweep-plan.ts';
import type { PointSettings, SweepPlan } from '../../domain/sweep-plan.ts';
import { changedSettings } from '../../domain/training-recipe.ts';
import type { Objective, TrainingRecipe } from '../../domain/training-recipe.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import type { Executor, Tx } from '../db/client.ts';
import * as snapshots from '../db/snapshots.ts';
import type { Snapshot } from '../db/snapshots.ts';
import * as sweeps from '../db/sweeps.ts';
import { allow } from './access.ts';
import { askedFor, checkedRecipe, parentFacts, placeOf } from './check-recipe.ts';
import { putInLine } from './start-run.ts';
import { inTransaction } from './transaction.ts';

/** What a person asks for: what all runs share, and what is tried. Sweeps wait behind single runs unless another priority is said. */
export type SweepRequest = { slug: string; snapshotId: string; parentCheckpointId?: string | undefined; recipe?: Record<string, unknown> | undefined; plan: SweepPlan; priority?: number | undefined; launcher?: LauncherName | undefined; /** What the workers that take its runs must be called. */ labels?: readonly string[] | undefined; stopOn?: readonly HealthRule[] | undefined };

/** Points whose errors are told one by one; with one setting wrong, all of them are. */
const TOLD = 5;

const said = (point: PointSettings): string => Object.entries(point).map(([key, value]) => `${key} ${value}`).join(', ');

/** The recipe of every point, or what keeps which of them. */
async function checkedPoints(db: Executor, snapshot: Snapshot, parent: ParentFacts, points: readonly PointSettings[], input: Pick<SweepRequest, 'recipe' | 'launcher' | 'labels'>): Promise<Result<TrainingRecipe[]>> {
	const recipes: TrainingRecipe[] = [];
	const errors: FieldError[] = [];
	let refused = 0;
	for (const [index, point] of points.entries()) {
		const recipe = await checkedRecipe(db, snapshot, parent, changedSettings(input.recipe ?? {}, point), placeOf(input));
		if (recipe.ok) recipes.push(recipe.value);
		else if (++refused <= TOLD) {
			const { problem } = recipe;
			errors.push(...(problem.errors ?? [{ field: 'recipe', message: problem.detail }]).map(({ field, message }) => ({ field: `points[${index}].${field}`, message: `${said(point)}: ${message}` })));
		}
	}
	if (refused === 0) return ok(recipes);
	return fail('impossible_recipe', `${refused} of ${points.length} runs cannot work, so none was put in line. ${errors[0]?.message ?? ''}`, { errors });
}

/** Puts a sweep in line within the caller’s transaction: see startSweep. */
export async function startSweepIn(app: Pick<App, 'enqueue'>, tx: Tx, actor: Actor, input: SweepRequest): Promise<Result<{ id: string; runs: string[] }>> {
	const access = await allow(tx, actor, { slug: input.slug }, 'run.start');
	if (!access.ok) return access;
	const { project } = access.value;
	const found = await askedFor(tx, project.id, input, PRIORITIES.last);
	if (!found.ok) return found;
	const { snapshot, parent, priority } = found.value;
	const objective = snapshot.objective as Objective;
	const wrong = planProblems(input.plan, objective).map(({ setting, message }) => ({ field: setting === null ? 'plan.settings' : `plan.settings.${setting}`, message }));
	if (wrong.length > 0) return fail('invalid_input', wrong.map(({ field, message }) => `${field}: ${message}`).join('; '), { errors: wrong });
	const dev = await snapshots.decisive(tx, snapshot.id, 'dev');
	if (dev.comparisons === 0) return fail('conflict', 'The snapshot holds no decisive judgment on a dev question, and the runs of a sweep are compared on those only. Judge more, or start a single run.', { errors: [{ field: 'snapshotId', message: 'has nothing on dev questions' }] });
	const points = sweepPoints(input.plan, objective);
	const recipes = await checkedPoints(tx, snapshot, await parentFacts(tx, parent), points, input);
	if (!recipes.ok) return recipes;
	const id = await sweeps.insert(tx, { projectId: project.id, snapshotId: snapshot.id, parentCheckpointId: parent.id, plan: input.plan, createdBy: actor.userId });
	await record(tx, actor, { action: 'sweep.start', projectId: project.id, subject: ['sweep', id], details: { snapshot: snapshot.sha256, parent: parent.id, points: points.length } });
	const made: string[] = [];
	for (const [index, recipe] of recipes.value.entries()) {
		made.push(await putInLine(app, tx, actor, { snapshot, parent, recipe, priority, ...placeOf(input), stopOn: [...new Set(input.stopOn)], sweep: { id, point: index + 1 } }));
	}
	return ok({ id, runs: made });
}

/**
 * Puts several runs in line that differ in a few settings, all or none of them: one recipe that cannot work refuses the
 * whole. They are compared on the dev questions of their snapshot, never on test ones (semantics 10), so a snapshot
 * without a decisive judgment on a dev question has nothing to compare them by.
 */
export async function startSweep(app: Pick<App, 'db' | 'enqueue'>, actor: Actor, input: SweepRequest): Promise<Result<{ id: string; runs: string[] }>> {
	return inTransaction(app.db, (tx) => startSweepIn(app, tx, actor, input));
}
