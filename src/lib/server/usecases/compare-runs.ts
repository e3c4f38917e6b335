import { curveOf, differingSettings } from '../../domain/compare-runs.ts';
import type { Axis, CurvePoint, DifferingSetting } from '../../domain/compare-runs.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as checkpoints from '../db/checkpoints.ts';
import * as runRecord from '../db/run-record.ts';
import * as runs from '../db/runs.ts';
import type { Run } from '../db/runs.ts';
import { thinned } from '../thinned.ts';
import { allow } from './access.ts';

/** More lines on one drawing nobody tells apart. */
const MOST_COMPARED = 100;
/** More points than this a curve of many needs not: a screen has no room for them. */
const CURVE_POINTS = 400;

/** One of several runs, with its curve. */
export type ComparedRun = Pick<Run, 'id' | 'objective' | 'status' | 'desiredState' | 'step' | 'maxSteps' | 'createdAt' | 'snapshotSha256'> & { parent: string; curve: CurvePoint[]; /** The metric's last value; null where the run has none. */ last: number | null };

/** Runs beside each other: curves of one metric, and the settings in which they differ, values in the order of the runs. */
export type RunComparison = { runs: ComparedRun[]; metric: string; axis: Axis; /** All that these runs' engines report. */ metrics: string[]; differing: DifferingSetting[] };

/**
 * Runs of a project beside each other, oldest first, whatever their state.
 * Curves are thinned on the server to what a screen shows.
 */
export async function compareRuns(app: Pick<App, 'db'>, actor: Actor, input: { slug: string; runIds: readonly string[]; metric: string; axis: Axis }): Promise<Result<RunComparison>> {
	const { db } = app;
	const access = await allow(db, actor, { slug: input.slug }, 'run.read');
	if (!access.ok) return access;
	const wanted = new Set(input.runIds);
	if (wanted.size > MOST_COMPARED) return fail('invalid_input', `runs: at most ${MOST_COMPARED} at a time`, { errors: [{ field: 'runs', message: `at most ${MOST_COMPARED} at a time` }] });
	const found = await runs.some(db, access.value.project.id, [...wanted]);
	const missing = [...wanted].find((id) => !found.some((run) => run.id === id));
	if (missing !== undefined) return fail('not_found', `There is no run ${missing} in this project.`, { errors: [{ field: 'runs', message: `${missing} is not a run of this project` }] });
	const ids = found.map(({ id }) => id);
	const [curves, metrics, parents] = await Promise.all([
		runRecord.metricOf(db, ids, input.metric),
		runRecord.metricNames(db, ids),
		Promise.all([...new Set(found.map((run) => run.parentCheckpointId))].map(async (id) => [id, (await checkpoints.get(db, id))?.name ?? ''] as const))
	]);
	const names = new Map(parents);
	return ok({
		runs: found.map((run) => {
			const steps = curves.get(run.id) ?? [];
			const { id, objective, status, desiredState, step, maxSteps, createdAt, snapshotSha256 } = run;
			return { id, objective, status, desiredState, step, maxSteps, createdAt, snapshotSha256, parent: names.get(run.parentCheckpointId) ?? '', curve: thinned(curveOf(steps, input.metric, input.axis), CURVE_POINTS), last: steps.findLast(({ values }) => values[input.metric] !== undefined)?.values[input.metric] ?? null };
		}),
		metric: input.metric,
		axis: input.axis,
		metrics,
		differing: differingSettings(found.map(({ recipe }) => recipe))
	});
}
