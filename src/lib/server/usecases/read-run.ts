import { FAILURE_BEGINS, FAILURE_LINES } from '../../domain/log-failure.ts';
import { devicesWanted } from '../../domain/next-run.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { whyRunWaits } from '../../domain/waiting-for.ts';
import type { WaitingFor } from '../../domain/waiting-for.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as automations from '../db/automations.ts';
import type { StepReason } from '../db/automations.ts';
import * as checkpoints from '../db/checkpoints.ts';
import * as runRecord from '../db/run-record.ts';
import type { LogLine, RunEvent, StepMetrics } from '../db/run-record.ts';
import * as runQueue from '../db/run-queue.ts';
import * as runs from '../db/runs.ts';
import type { Attempt, Run } from '../db/runs.ts';
import * as rounds from '../db/rounds.ts';
import * as overlaps from '../db/snapshot-overlaps.ts';
import * as snapshots from '../db/snapshots.ts';
import * as walls from '../db/walls.ts';
import { allow } from './access.ts';
import type { Access } from './access.ts';
import { livingWorkers } from './living-workers.ts';

/** A run before or after another. */
export type StageView = Pick<Run, 'id' | 'objective' | 'status'>;

/** A run as the API and its page show it. */
export type RunView = {
	id: string;
	project: string;
	round: number;
	objective: string;
	status: Run['status'];
	desiredState: Run['desiredState'];
	priority: number;
	launcher: Run['launcher'];
	/** What the worker that takes it must be called. */
	labels: Run['labels'];
	stopOn: Run['stopOn'];
	/** The run whose settings it began with. */
	clonedFrom: string | null;
	/** The sweep that it is a point of, and which, from 1. */
	sweep: Run['sweep'];
	/** The stage before it, from whose checkpoint it starts, and the run that starts from its own. */
	stage: StageView | null;
	next: StageView | null;
	/** What the record said when it was begun by itself; null: a person began it. */
	automation: StepReason | null;
	/** Why it has not begun; null once it has. */
	waitingFor: WaitingFor | null;
	step: number;
	maxSteps: number | null;
	attempt: number;
	recipe: Run['recipe'];
	snapshot: { id: string; sha256: string; rows: number; stale: number; overlaps: number };
	parent: { id: string; name: string };
	reference: { id: string; name: string } | null;
	checkpoint: { id: string; name: string } | null;
	problem: Run['problem'];
	createdAt: string;
	startedAt: string | null;
	finishedAt: string | null;
};

async function reach(app: Pick<App, 'db'>, actor: Actor, id: string): Promise<Result<{ run: Run; access: Access }>> {
	const run = await runs.get(app.db, id);
	if (!run) return fail('not_found', 'There is no such run.');
	const access = await allow(app.db, actor, { id: run.projectId }, 'run.read');
	return access.ok ? ok({ run, access: access.value }) : access;
}

/** One run with its lineage and, while it waits, the reason. */
export async function readRun(app: Pick<App, 'db'>, actor: Actor, id: string): Promise<Result<RunView>> {
	const found = await reach(app, actor, id);
	if (!found.ok) return found;
	const { run, access } = found.value;
	const [snapshot, parent, reference, checkpoint, stage, next, round, living, stale, overlapping, ahead, automation] = await Promise.all([
		snapshots.get(app.db, run.snapshotId),
		checkpoints.get(app.db, run.parentCheckpointId),
		run.referenceCheckpointId ? checkpoints.get(app.db, run.referenceCheckpointId) : null,
		checkpoints.ofRun(app.db, run.id),
		run.afterRunId ? runs.get(app.db, run.afterRunId) : null,
		runs.after(app.db, run.id),
		rounds.byId(app.db, run.roundId),
		livingWorkers(app.db),
		snapshots.changedSince(app.db, run.snapshotId),
		overlaps.trainedHeldOut(app.db, [run.snapshotId]),
		runQueue.queued(app.db),
		automations.beginningOf(app.db, { runId: run.id, sweepId: run.sweep?.id ?? null })
	]);
	const staged = (one: Run | null): StageView | null => one && { id: one.id, objective: one.objective, status: one.status };
	const named = (one: { id: string; name: string } | null) => (one ? { id: one.id, name: one.name } : null);
	return ok({
		id: run.id,
		project: access.project.slug,
		round: round?.number ?? 0,
		objective: run.objective,
		status: run.status,
		desiredState: run.desiredState,
		priority: run.priority,
		launcher: run.launcher,
		labels: run.labels,
		stopOn: run.stopOn,
		clonedFrom: run.clonedFrom,
		sweep: run.sweep,
		stage: staged(stage),
		next: staged(next),
		automation,
		waitingFor: whyRunWaits({ ...run, ...devicesWanted(run.recipe) }, stage, living, Math.max(0, ahead.indexOf(run.id))),
		step: run.step,
		maxSteps: run.maxSteps,
		attempt: run.attempt,
		recipe: run.recipe,
		snapshot: { id: run.snapshotId, sha256: run.snapshotSha256, rows: snapshot?.trainRows ?? 0, stale, overlaps: overlapping },
		parent: named(parent) ?? { id: run.parentCheckpointId, name: '' },
		reference: named(reference),
		checkpoint: named(checkpoint),
		problem: run.problem,
		createdAt: run.createdAt,
		startedAt: run.startedAt,
		finishedAt: run.finishedAt
	});
}

/** Metrics of a run after a step. */
export async function readRunMetrics(app: Pick<App, 'db'>, actor: Actor, input: { runId: string; since?: number | undefined }): Promise<Result<(StepMetrics & { attempt: number })[]>> {
	const found = await reach(app, actor, input.runId);
	return found.ok ? ok(await runRecord.metrics(app.db, input.runId, input.since ?? -1)) : found;
}

/** What an engine said. Hidden from who is walled off from anything it was trained on: engines print rows. */
export type RunLog = { lines: string[]; lastId: number; hidden: boolean };

/** Log, attempts and events of a run, for its page. */
export async function readRunRecord(app: Pick<App, 'db'>, actor: Actor, input: { runId: string; afterEvent?: number; afterLog?: number }): Promise<Result<{ events: RunEvent[]; log: RunLog; attempts: Attempt[] }>> {
	const found = await reach(app, actor, input.runId);
	if (!found.ok) return found;
	const hidden = await walls.hidesOfSnapshot(app.db, actor.userId, found.value.run.snapshotId);
	const [events, log, attempts] = await Promise.all([
		runRecord.events(app.db, input.runId, input.afterEvent ?? 0),
		hidden ? { lines: [], lastId: input.afterLog ?? 0 } : runRecord.log(app.db, input.runId, { afterId: input.afterLog ?? 0 }),
		runs.attempts(app.db, input.runId)
	]);
	return ok({ events, log: { ...log, hidden }, attempts });
}

/** Where the log of a failed run's last attempt first tells of a failure, and the lines after it; none for who may not see what the engine says. */
export async function readFailure(app: Pick<App, 'db'>, actor: Actor, runId: string): Promise<Result<string[]>> {
	const found = await reach(app, actor, runId);
	if (!found.ok) return found;
	const { run } = found.value;
	if (run.status !== 'failed' || (await walls.hidesOfSnapshot(app.db, actor.userId, run.snapshotId))) return ok([]);
	return ok(await runRecord.failureIn(app.db, { runId, attempt: run.attempt, begins: FAILURE_BEGINS, most: FAILURE_LINES }));
}

/** Found lines a page holds. */
const LINES_A_PAGE = 100;
const PLACE = /^(\d{1,15})\.(\d{1,9})$/;

/** Lines of a run's log that hold a text, newest first, and where to go on; none for who may not see what the engine says. */
export async function searchRunLog(app: Pick<App, 'db'>, actor: Actor, input: { runId: string; text: string; cursor?: string | undefined }): Promise<Result<{ lines: Omit<LogLine, 'place'>[]; next: string | null; hidden: boolean }>> {
	const found = await reach(app, actor, input.runId);
	if (!found.ok) return found;
	const place = input.cursor === undefined ? null : PLACE.exec(input.cursor);
	if (input.cursor !== undefined && !place) return fail('invalid_input', 'cursor: must be a cursor that an earlier answer gave', { errors: [{ field: 'cursor', message: 'must be a cursor that an earlier answer gave' }] });
	if (await walls.hidesOfSnapshot(app.db, actor.userId, found.value.run.snapshotId)) return ok({ lines: [], next: null, hidden: true });
	const lines = await runRecord.searchLog(app.db, input.runId, { text: input.text, before: place ? { chunk: Number(place[1]), line: Number(place[2]) } : undefined, limit: LINES_A_PAGE + 1 });
	const shown = lines.slice(0, LINES_A_PAGE);
	return ok({ lines: shown.map(({ attempt, createdAt, line }) => ({ attempt, createdAt, line })), next: lines.length > LINES_A_PAGE ? (shown.at(-1)?.place ?? null) : null, hidden: false });
}

/** Runs of a project, newest first. */
export async function listRuns(app: Pick<App, 'db'>, actor: Actor, slug: string): Promise<Result<Pick<Run, 'id' | 'objective' | 'status' | 'desiredState' | 'step' | 'maxSteps' | 'createdAt' | 'finishedAt' | 'sweep'>[]>> {
	const access = await allow(app.db, actor, { slug }, 'run.read');
	if (!access.ok) return access;
	const all = await runs.list(app.db, access.value.project.id);
	return ok(all.map(({ id, objective, status, desiredState, step, maxSteps, createdAt, finishedAt, sweep }) => ({ id, objective, status, desiredState, step, maxSteps, createdAt, finishedAt, sweep })));
}
