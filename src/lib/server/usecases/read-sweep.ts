import { differingSettings } from '../../domain/compare-runs.ts';
import type { DifferingSetting } from '../../domain/compare-runs.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { SweepPlan } from '../../domain/sweep-plan.ts';
import { rankPoints, scoreOf } from '../../domain/sweep-score.ts';
import type { Ranking, SweepScore } from '../../domain/sweep-score.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as checkpoints from '../db/checkpoints.ts';
import type { Executor } from '../db/client.ts';
import * as evaluations from '../db/evaluations.ts';
import type { Evaluation } from '../db/evaluations.ts';
import * as runs from '../db/runs.ts';
import type { Run } from '../db/runs.ts';
import * as snapshots from '../db/snapshots.ts';
import * as sweeps from '../db/sweeps.ts';
import { allow } from './access.ts';

/** A point of a sweep: its run and what was measured of it. */
export type SweepPoint = Pick<Run, 'id' | 'objective' | 'status' | 'desiredState' | 'step' | 'maxSteps' | 'problem'> & {
	/** From 1, in the order in which they were laid out. */
	point: number;
	checkpoint: { id: string; name: string } | null;
	/** Of its scoring on dev questions; null before it has trained. */
	evaluation: Pick<Evaluation, 'status' | 'problem'> | null;
	score: SweepScore | null;
};

/** A sweep as the API and its page show it. */
export type SweepView = {
	id: string;
	project: string;
	objective: string;
	plan: SweepPlan;
	snapshot: { id: string; sha256: string };
	parent: { id: string; name: string };
	/** What the points are scored on: decisive dev comparisons of the snapshot, and the prompt groups they come from. */
	dev: { comparisons: number; groups: number };
	points: SweepPoint[];
	/** Values in the order of `points`. */
	differing: DifferingSetting[];
	ranking: Ranking;
	createdAt: string;
};

async function pointOf(db: Executor, run: Run): Promise<SweepPoint> {
	const checkpoint = await checkpoints.ofRun(db, run.id);
	const evaluation = checkpoint && (await evaluations.newestOf(db, checkpoint.id, 'dev'));
	const { id, objective, status, desiredState, step, maxSteps, problem } = run;
	return {
		id, objective, status, desiredState, step, maxSteps, problem,
		point: run.sweep?.point ?? 0,
		checkpoint: checkpoint && { id: checkpoint.id, name: checkpoint.name },
		evaluation: evaluation && { status: evaluation.status, problem: evaluation.problem },
		score: scoreOf(evaluation?.results ?? null)
	};
}

/** One sweep: its points with what they differ in and their scores, and how they rank. */
export async function readSweep(app: Pick<App, 'db'>, actor: Actor, id: string): Promise<Result<SweepView>> {
	const { db } = app;
	const sweep = await sweeps.get(db, id);
	if (!sweep) return fail('not_found', 'There is no such sweep.');
	const access = await allow(db, actor, { id: sweep.projectId }, 'run.read');
	if (!access.ok) return access;
	const [found, snapshot, parent, dev] = await Promise.all([runs.ofSweep(db, id), snapshots.get(db, sweep.snapshotId), checkpoints.get(db, sweep.parentCheckpointId), snapshots.decisive(db, sweep.snapshotId, 'dev')]);
	if (!snapshot || !parent) throw new Error(`sweep ${id} lost its snapshot or parent`);
	const points = await Promise.all(found.map((run) => pointOf(db, run)));
	return ok({
		id,
		project: access.value.project.slug,
		objective: snapshot.objective,
		plan: sweep.plan,
		snapshot: { id: snapshot.id, sha256: snapshot.sha256 },
		parent: { id: parent.id, name: parent.name },
		dev,
		points,
		differing: differingSettings(found.map(({ recipe }) => recipe)),
		ranking: rankPoints(points),
		createdAt: sweep.createdAt
	});
}

/** A sweep in the list. */
export type SweepLine = { id: string; objective: string; plan: SweepPlan; states: Partial<Record<Run['status'], number>>; createdAt: string };

/** Sweeps of a project, newest first, with how many of their runs are in which state. */
export async function listSweeps(app: Pick<App, 'db'>, actor: Actor, slug: string): Promise<Result<SweepLine[]>> {
	const access = await allow(app.db, actor, { slug }, 'run.read');
	if (!access.ok) return access;
	return ok((await sweeps.list(app.db, access.value.project.id)).map(({ id, objective, plan, states, createdAt }) => ({ id, objective, plan, states, createdAt })));
}
