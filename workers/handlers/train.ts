import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KILL_MARGIN_SECONDS, PREEMPTED_GRACE_SECONDS, RUN_INTERVALS } from '#lib/domain/intervals.ts';
import { devicesWanted } from '#lib/domain/next-run.ts';
import { OUT_OF_REACH } from '#lib/domain/out-of-reach.ts';
import type { RunProblem } from '#lib/domain/run-problem.ts';
import type { Device } from '#lib/domain/training-recipe.ts';
import { outOfReach } from '#lib/server/out-of-reach.ts';
import { DISCARDED, endWithoutCheckpoint, metricsUpTo, recordProgress, takeNextRun } from '#lib/server/usecases/attempt-run.ts';
import type { AttemptAtHand, Progress } from '#lib/server/usecases/attempt-run.ts';
import type { StepMetrics } from '#lib/server/db/run-record.ts';
import { registerCheckpoint } from '#lib/server/usecases/register-checkpoint.ts';
import { PAUSED, requeueAttempt } from '#lib/server/usecases/requeue-run.ts';
import type { EngineEvent, ModelSource, PreparedRun, TrainedCheckpoint, TrainRequest } from '../engine/engine.ts';
import type { Outcome } from '../engine/problem.ts';
import type { EngineEnvironment } from '../engine/swift/environment-types.ts';
import { chatTemplateHash } from '../engine/swift/chat-template.ts';
import { wasKilled } from '../engine/swift/failure.ts';
import { lastCheckpoint } from '../engine/swift/last-checkpoint.ts';
import { metricsByStep } from '../engine/swift/log-parser.ts';
import { PICKLED } from '../engine/swift/pickled.ts';
import { refuseImages } from '../engine/swift/row-images.ts';
import { createSwiftEngine, OUTPUT_FOLDER } from '../engine/swift/swift-engine.ts';
import { waitingCheck } from '../engine/swift/verify.ts';
import type { LaunchedJob, Launcher } from '../launchers/launcher.ts';
import type { JobResources } from '../launchers/outside/scheduler.ts';
import type { ProcessExit } from '../process/exit-record.ts';
import { createCheckAhead } from './check-ahead.ts';
import type { CheckAhead } from './check-ahead.ts';
import { provideBase } from './checkpoint-files.ts';
import { createEngineEnding } from './end-engine.ts';
import { watchGpus } from './gpu-watch.ts';
import { HealthWatch } from './health-watch.ts';
import { allLent, withDevices, withoutDevices } from './context.ts';
import type { WorkerContext } from './context.ts';
import { holdLease } from './hold-lease.ts';
import type { Lease } from './hold-lease.ts';
import { isPassing, waitForReach } from './out-of-reach.ts';
import { finishedModel, startingModel } from './starting-model.ts';
import type { Start } from './starting-model.ts';
import { storeTensorboard } from './store-tensorboard.ts';
import { unexpected } from './unexpected.ts';
import { whenReached } from './when-reached.ts';
import { writeProgress } from './write-progress.ts';
import { layOutRows } from './training-data.ts';

/** A worker that went down in order: the attempt is not held against the run. */
const WORKER_STOPPED: RunProblem = { code: 'worker_stopped', message: 'The worker was stopped.' };

/** The next attempt goes on from the last save; should the database be away still, the lapsed lease brings it. */
const AWAY: RunProblem = { code: OUT_OF_REACH, message: 'The database or the artifact store could not be reached, or a disk has no room.' };

/** What the engine calls the time that a step takes, in seconds. */
const STEP_SECONDS = 'train_speed(s/it)';

type Ended = { kind: 'trained'; trained: TrainedCheckpoint; exitCode: number | null } | { kind: 'broke_off' | 'failed'; problem: RunProblem; exitCode: number | null };

/** What an attempt is worked on with. */
type Attempting = WorkerContext & { ahead: CheckAhead };

/** Newest complete checkpoint that earlier attempts left, as the attempt's folder; undefined on a host from which their folders cannot be seen. */
async function resumable(at: AttemptAtHand): Promise<string | undefined> {
	for (const attempt of at.earlier.toReversed()) {
		if (attempt.outputDir && (await lastCheckpoint(join(attempt.outputDir, OUTPUT_FOLDER)))) return attempt.outputDir;
	}
	return undefined;
}

/** Steps that the broken attempt had trained and logged, and its worker had not yet written when it died. */
async function stepsUpTo(attemptDir: string, step: number): Promise<StepMetrics[]> {
	const logged = await readFile(join(attemptDir, OUTPUT_FOLDER, 'logging.jsonl'), 'utf8').catch(() => '');
	return [...metricsByStep(logged.split('\n')).values()].filter((metrics) => metrics.step <= step).map(({ step: at, epoch, values }) => ({ step: at, epoch, values }));
}

/** Tells the run's page where its job stands in an outside scheduler. What a database that is away misses is told with the next change: the job goes on. */
async function tellPlace({ app }: WorkerContext, lease: Lease, launcher: Launcher, job: LaunchedJob): Promise<void> {
	const tell = (events: Progress['events']) =>
		recordProgress(app, lease.of, { metrics: [], log: [], events, facts: { jobId: job.id } }).catch((error: unknown) => app.log.warn({ err: error, ...lease.of }, 'place not written'));
	await tell([]);
	for await (const { state, detail } of launcher.follow(job)) await tell([{ kind: 'placed', data: { launcher: launcher.name, job: job.id, state, ...(detail ? { detail } : {}) } }]);
}

/** What an outside scheduler is asked for. On processors its processes share the threads out among them, and each gets one at least. */
function resourcesOf(device: Device, threads: number, recipe: AttemptAtHand['run']['recipe']): JobResources {
	const { gpus } = devicesWanted(recipe);
	return { nodes: recipe.strategy === 'single' ? 1 : recipe.nodes, gpusPerNode: device === 'gpu' ? gpus : 0, cpusPerNode: Math.max(threads, gpus) };
}

/** The engine as it runs where a launcher has it run. */
const engineAt = ({ environment, placedEnvironment }: WorkerContext, launcher: Launcher): EngineEnvironment => (launcher.name === 'local' ? environment : placedEnvironment);

/** The same events, each told on its way. */
async function* heard(events: AsyncIterable<EngineEvent>, tell: (event: EngineEvent) => void): AsyncIterable<EngineEvent> {
	for await (const event of events) {
		tell(event);
		yield event;
	}
}

async function runEngine(context: Attempting, launcher: Launcher, at: AttemptAtHand, lease: Lease, request: TrainRequest): Promise<Ended> {
	const environment = engineAt(context, launcher);
	const engine = createSwiftEngine(environment);
	const prepared = await engine.prepare(request);
	if (!prepared.ok) return { kind: 'failed', problem: prepared.problem, exitCode: null };
	const run: PreparedRun = prepared.value;
	const command = engine.command(run);
	const held = await recordProgress(context.app, lease.of, {
		metrics: run.resumeCheckpoint && request.resumeFrom ? await stepsUpTo(request.resumeFrom, run.resumeCheckpoint.step) : [],
		log: [],
		events: run.dropped.map((row) => ({ kind: 'row_dropped', data: row })),
		facts: { outputDir: request.dir, argv: command.argv, env: command.own, rowPlan: run.rowPlan, engineVersions: environment.versions, resumedFromStep: run.resumeCheckpoint?.step ?? null }
	});
	if (!held || lease.stop.aborted) return { kind: 'failed', problem: { code: 'stopped', message: 'It was stopped before it began.' }, exitCode: null };
	// Asked before there is a job that would train on, should the database be away now.
	const before = run.resumeCheckpoint ? await metricsUpTo(context.app, lease.of.runId, run.resumeCheckpoint.step) : [];
	const submitted = await launcher.submit({
		attempt: `${at.run.id}.${at.attempt}`,
		command,
		dir: request.dir,
		// When nobody renews, the engine must be gone before its lease is; a person's wish to stop brings its own, longer grace.
		graceSeconds: KILL_MARGIN_SECONDS,
		preemptedGraceSeconds: PREEMPTED_GRACE_SECONDS,
		selfTerminateSeconds: RUN_INTERVALS.selfTerminateSeconds,
		resources: resourcesOf(environment.device, context.threads, at.run.recipe)
	});
	if (!submitted.ok) return { kind: submitted.problem.code === OUT_OF_REACH ? 'broke_off' : 'failed', problem: submitted.problem, exitCode: null };
	const job = submitted.value;
	let secondsPerStep = before.at(-1)?.values[STEP_SECONDS] ?? null;
	const ending = createEngineEnding(context, launcher, job, lease, () => secondsPerStep);
	lease.onRenewed(() => {
		launcher.renew(job);
		ending.look();
	});

	const ended = new AbortController();
	const hear = (event: EngineEvent) => {
		context.ahead.sees(event, request.model);
		if (event.type === 'metrics') secondsPerStep = event.values[STEP_SECONDS] ?? secondsPerStep;
	};
	const { recipe, maxSteps } = at.run;
	const health = new HealthWatch({ maxSteps, beta: 'reference' in recipe ? recipe.beta : null }, request.dir, before);
	// An outside scheduler's GPUs are on another host.
	const gpus = watchGpus(launcher.name === 'local' ? (context.environment.devices ?? []) : []);
	const told = Promise.all([
		writeProgress(context.app, lease.of, heard(engine.follow(run, { ended: ended.signal }), hear), { health, gpus }),
		launcher.name === 'local' ? undefined : tellPlace(context, lease, launcher, job)
	]);
	// Looked at when the job has ended: until then a rejection that nobody awaits would end the worker with all its runs.
	told.catch(() => undefined);
	let exit: ProcessExit;
	try {
		exit = await launcher.collect(job);
		ended.abort();
		await told;
	} catch (error) {
		// Nobody follows it any more: it must not train beside the next attempt.
		await ending.now();
		throw error;
	} finally {
		ending.over();
		ended.abort();
		await gpus.stop();
	}
	if (recipe.tracker === 'tensorboard') await storeTensorboard(context, lease, request.dir);
	const collected = await engine.collect(run, exit, { acceptEarlyStop: lease.desired === 'cancel_keep' });
	if (collected.ok) return { kind: 'trained', trained: collected.value, exitCode: exit.code };
	return { kind: wasKilled(exit, collected.problem) || context.shutdown.aborted ? 'broke_off' : 'failed', problem: collected.problem, exitCode: exit.code };
}

async function keep(context: Attempting, at: AttemptAtHand, lease: Lease, start: Start, trained: { path: string; step: number; metrics: Record<string, number> }, exitCode: number | null): Promise<RunProblem | null> {
	const finished = await finishedModel(context, at, start, trained.path, attemptDir(context, at), await context.ahead.waiting());
	if (!finished.ok) return finished.problem;
	const chatTemplateSha256 = await chatTemplateHash(start.model);
	for (;;) {
		const tree = await context.app.artifacts.putTree(finished.value.path, (path) => PICKLED.test(path));
		if ((await registerCheckpoint(context.app, { ...lease.of, kind: finished.value.kind, chatTemplateSha256, step: trained.step, exitCode, ...tree, metrics: trained.metrics })) !== 'not_stored') return null;
	}
}

/** The attempt's own folder on this host. */
function attemptDir({ workDir }: Pick<WorkerContext, 'workDir'>, at: AttemptAtHand): string {
	return join(workDir, 'runs', at.run.id, String(at.attempt));
}

/** The base model; null when the attempt was stopped while it was fetched. What earlier attempts saved is collected on it: to keep that, it is fetched all the same. */
async function baseUnlessStopped(context: WorkerContext, at: AttemptAtHand, lease: Lease, saved: boolean): Promise<Outcome<ModelSource> | null> {
	if (at.run.desiredState !== 'cancel_keep') {
		try {
			return await provideBase({ ...context, shutdown: lease.stop }, at.base);
		} catch (error) {
			if (!lease.stop.aborted || context.shutdown.aborted) throw error;
			if (lease.desired !== 'cancel_keep' || !saved) return null;
		}
	}
	return provideBase(context, at.base);
}

/** Waits before the run goes back in line. One that was to be stopped and kept when it was taken waits too: it is taken to collect what it saved, and would be again at once. */
function waitBefore({ shutdown }: Pick<WorkerContext, 'shutdown'>, at: AttemptAtHand, lease: Lease): Promise<void> {
	return waitForReach(at.earlier, at.run.desiredState === 'run' ? lease.stop : AbortSignal.any([shutdown, lease.unwanted]));
}

async function attempt(context: Attempting, launcher: Launcher, at: AttemptAtHand, lease: Lease): Promise<void> {
	const { app } = context;
	const dir = attemptDir(context, at);
	const fail = (problem: RunProblem, exitCode: number | null = null) => endWithoutCheckpoint(app, { ...lease.of, exitCode, problem });
	/** The same, but where a program was ended with its worker: another worker does it again. */
	const failUnlessStopped = (problem: RunProblem, exitCode: number | null = null) =>
		context.shutdown.aborted ? requeueAttempt(app, { ...lease.of, problem: WORKER_STOPPED, exitCode }) : fail(problem, exitCode);
	const resumeFrom = await resumable(at);
	const left = resumeFrom ? await lastCheckpoint(join(resumeFrom, OUTPUT_FOLDER)) : undefined;
	const base = await baseUnlessStopped(context, at, lease, left !== undefined);
	if (!base) return lease.desired === 'cancel_discard' || lease.desired === 'cancel_keep' ? fail({ code: 'stopped', message: 'It was stopped before it began.' }) : requeueAttempt(app, { ...lease.of, problem: PAUSED, exitCode: null });
	// A hub that is away, or a host too busy to look, says nothing against what was trained so far.
	if (!base.ok && (isPassing(base.problem) || base.problem.code === 'killed')) {
		await waitBefore(context, at, lease);
		return requeueAttempt(app, { ...lease.of, problem: base.problem, exitCode: null });
	}
	if (!base.ok) return fail(base.problem);
	if (at.run.desiredState === 'cancel_discard') return fail({ code: 'stopped', message: 'It was stopped.' });
	const start = await startingModel(context, at, base.value, dir);
	if (!start.ok) return failUnlessStopped(start.problem);
	/** Ends a run with what earlier attempts left. */
	const collectLeft = async (exitCode: number | null, status?: 'running') => {
		if (!left || !resumeFrom) return fail({ code: 'stopped', message: 'It was stopped before its first checkpoint.' }, exitCode);
		await recordProgress(app, lease.of, { metrics: await stepsUpTo(resumeFrom, left.step), log: [], events: [], ...(status ? { status } : {}) });
		const problem = await keep(context, at, lease, start.value, { ...left, metrics: {} }, exitCode);
		if (problem) await failUnlessStopped(problem, exitCode);
	};
	// Stopped while nobody worked on it.
	if (at.run.desiredState === 'cancel_keep') return collectLeft(null);
	// It broke off between its last save and its end: gone on with, the engine would train one step too many.
	if (left && left.step === left.maxSteps) return collectLeft(null, 'running');
	const rows = await layOutRows(context, at, dir);
	const blind = rows.images ? await refuseImages(start.value.model.path) : null;
	if (blind) return fail(blind.problem);
	const ended = await runEngine(context, launcher, at, lease, {
		attempt: `${at.run.id}.${at.attempt}`,
		dir,
		recipe: at.run.recipe,
		...start.value,
		rows: rows.path,
		rowCount: rows.rows,
		device: engineAt(context, launcher).device,
		threads: context.threads,
		...(resumeFrom ? { resumeFrom } : {})
	});
	if (lease.fenced) return;
	if (context.shutdown.aborted && lease.desired === 'run' && !(ended.kind === 'trained' && !ended.trained.stoppedEarly)) {
		return requeueAttempt(app, { ...lease.of, problem: WORKER_STOPPED, exitCode: ended.exitCode });
	}
	// A pause that came after the last step changes nothing any more; said to go on meanwhile, it goes on from what it saved.
	if (lease.paused && (lease.desired === 'run' || lease.desired === 'pause') && !(ended.kind === 'trained' && !ended.trained.stoppedEarly)) {
		return requeueAttempt(app, { ...lease.of, problem: PAUSED, exitCode: ended.exitCode });
	}
	if (ended.kind === 'broke_off' && isPassing(ended.problem)) await waitBefore(context, at, lease);
	// Also one that was to be stopped and kept: what it saved before it was killed is collected by the next attempt.
	if (ended.kind === 'broke_off' && lease.desired !== 'cancel_discard') return requeueAttempt(app, { ...lease.of, problem: ended.problem, exitCode: ended.exitCode });
	// Stopped before it saved anew: the last complete checkpoint is the one that it went on from.
	if (ended.kind !== 'trained' && lease.desired === 'cancel_keep') return collectLeft(ended.exitCode);
	if (ended.kind !== 'trained') return fail(ended.problem, ended.exitCode);
	if (lease.desired === 'cancel_discard') return fail(DISCARDED, ended.exitCode);
	const problem = await keep(context, at, lease, start.value, ended.trained, ended.exitCode);
	if (problem) return failUnlessStopped(problem, ended.exitCode);
}

/** Works on an attempt that holds its run by a renewed lease, from data to registered checkpoint. */
async function work(context: WorkerContext, launcher: Launcher, at: AttemptAtHand): Promise<void> {
	const lease = await holdLease(context, { runId: at.run.id, attempt: at.attempt });
	const ahead = createCheckAhead((model, signal) => waitingCheck(context.environment, model, { cacheDir: join(context.workDir, 'cache'), threads: context.threads, timeoutMs: 3_600_000, signal }), context.shutdown);
	try {
		await attempt({ ...context, ahead }, launcher, at, lease);
	} catch (error) {
		if (context.shutdown.aborted) return await requeueAttempt(context.app, { ...lease.of, problem: WORKER_STOPPED, exitCode: null });
		if (outOfReach(error)) {
			context.app.log.warn({ err: error, runId: at.run.id, attempt: at.attempt }, 'out of reach: the run goes back in line');
			await waitBefore(context, at, lease);
			return await whenReached(context, () => requeueAttempt(context.app, { ...lease.of, problem: AWAY, exitCode: null }));
		}
		context.app.log.error({ err: error, runId: at.run.id, attempt: at.attempt }, 'attempt failed');
		await endWithoutCheckpoint(context.app, { ...lease.of, exitCode: null, problem: unexpected(error) });
	} finally {
		ahead.stop();
		lease.end();
	}
}

/** Outside jobs that one worker follows at a time; each is a timer and a few files. */
const MAX_OUTSIDE = 32;

/**
 * Trains the next run in line that this host has room for, on devices of its own.
 * @returns whether there was one
 */
export async function train(context: WorkerContext): Promise<boolean> {
	const { launchers, devices, shutdown } = context;
	const launcher = launchers.get('local');
	// Going down: the row stays in line, where the next worker finds it.
	if (shutdown.aborted || !launcher) return false;
	const taken = await context.claim(async () => {
		if (allLent(context) || devices.free() === 0) return null;
		// A run that wants more than servers leave is another host's: it must not keep those behind it waiting.
		const at = await takeNextRun(context.app, { workerId: context.workerId, versions: context.environment.versions, launchers: ['local'], labels: context.labels, gpus: { total: devices.total - devices.lent(), free: devices.free() } });
		return at && { at, devices: devices.take(devicesWanted(at.run.recipe).gpus) };
	});
	if (!taken) return false;
	const held = await taken.devices;
	try {
		await work(withDevices(context, held.ids), launcher, taken.at);
	} finally {
		held.release();
	}
	return true;
}

/**
 * Hands runs that wait for an outside scheduler to it, and follows them beside whatever else this worker does: they
 * take nothing of its host: what is merged and checked here for them is so on processors, since its GPUs are other runs'.
 * No job of the queue tells of them, or a long training here would keep them waiting.
 */
export async function placeOutside(context: WorkerContext): Promise<void> {
	const { launchers, outside, shutdown } = context;
	const names = [...launchers.keys()].filter((name) => name !== 'local');
	while (names.length > 0 && outside.size < MAX_OUTSIDE && !shutdown.aborted) {
		const at = await takeNextRun(context.app, { workerId: context.workerId, versions: context.placedEnvironment.versions, launchers: names, labels: context.labels, gpus: { total: 0, free: 0 } });
		const launcher = at && launchers.get(at.run.launcher);
		if (!at || !launcher) return;
		const following: Promise<void> = work(withoutDevices(context), launcher, at)
			.catch((error: unknown) => context.app.log.error({ err: error, runId: at.run.id }, 'outside job'))
			.finally(() => outside.delete(following));
		outside.add(following);
	}
}
