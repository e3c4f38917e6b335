import { curveOf, differingSettings } from '../../domain/compare-runs.ts';
import type { Axis, CurvePoint, DifferingSetting } from '../../domain/compare-runs.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as checkpoints from '../db/checkpoints.ts';
import type { Executor } from '../db/client.ts';
import * as runRecord from '../db/run-record.ts';
import * as runs from '../db/runs.ts';
import type { Run } from '../db/runs.ts';
import { thinned } from '../thinned.ts';
import { allow } from './access.ts';

/** More lines on one drawing nobody tells apart. */
const MOST_COMPARED = 100;
/** More points than this a curve of many needs not: a screen has no room for them. */
const CURVE_POINTS = 400;
/** And all curves together no more than a browser draws at once without a halt. */
const DRAWN_POINTS = 12_000;

/** One of several runs, with its curve. */
export type ComparedRun = Pick<Run, 'id' | 'objective' | 'status' | 'desiredState' | 'step' | 'maxSteps' | 'createdAt' | 'snapshotSha256'> & { parent: string; curve: CurvePoint[]; /** The metric's last value; null where the run has none. */ last: number | null };

/** Runs beside each other: curves of one metric, and the settings in which they differ, values in the order of the runs. */
export type RunComparison = { runs: ComparedRun[]; metric: string; axis: Axis; /** All that these runs' engines report. */ metrics: string[]; differing: DifferingSetting[] };

/** Runs whose steps are in memory at a time: a hundred of ten thousand steps are a million points. */
const AT_A_TIME = 4;

/** A metric of each run as a curve that a screen shows, and its last value. */
async function curvesOf(db: Executor, ids: readonly string[], metric: string, axis: Axis): Promise<Map<string, Pick<ComparedRun, 'curve' | 'last'>>> {
	const curves = new Map<string, Pick<ComparedRun, 'curve' | 'last'>>();
	const left = [...ids];
	const most = Math.min(CURVE_POINTS, Math.floor(DRAWN_POINTS / Math.max(1, ids.length)));
	const take = async () => {
		for (let id = left.pop(); id !== undefined; id = left.pop()) {
			const steps = await runRecord.metricOf(db, id, metric);
			curves.set(id, { curve: thinned(curveOf(steps, metric, axis), most), last: steps.findLast(({ values }) => values[metric] !== undefined)?.values[metric] ?? null });
		}
	};
	await Promise.all(Array.from({ length: AT_A_TIME }, take));
	return curves;
}

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
		curvesOf(db, ids, input.metric, input.axis),
		runRecord.metricNames(db, ids),
		Promise.all([...new Set(found.map((run) => run.parentCheckpointId))].map(async (id) => [id, (await checkpoints.get(db, id))?.name ?? ''] as const))
	]);
	const names = new Map(parents);
	return ok({
		runs: found.map((run) => {
			const { id, objective, status, desiredState, step, maxSteps, createdAt, snapshotSha256 } = run;
			return { id, objective, status, desiredState, step, maxSteps, createdAt, snapshotSha256, parent: names.get(run.parentCheckpointId) ?? '', ...(curves.get(run.id) ?? { curve: [], last: null }) };
		}),
		metric: input.metric,
		axis: input.axis,
		metrics,
		differing: differingSettings(found.map(({ recipe }) => recipe))
	});
}
