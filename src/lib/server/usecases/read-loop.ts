import type { AutomationStep } from '../../domain/automation.ts';
import type { Figure } from '../../domain/cluster-bootstrap.ts';
import { headline } from '../../domain/evaluation-results.ts';
import { currentStage, nextAction } from '../../domain/next-action.ts';
import type { LoopFacts, LoopStage, NextAction } from '../../domain/next-action.ts';
import { devicesWanted } from '../../domain/next-run.ts';
import { maySign } from '../../domain/four-eyes.ts';
import { may } from '../../domain/permission.ts';
import type { Action } from '../../domain/permission.ts';
import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { DatasetObjective } from '../../domain/preference-dataset.ts';
import { waitingFor, whyRunWaits } from '../../domain/waiting-for.ts';
import type { LivingWorker, WaitingFor } from '../../domain/waiting-for.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as champions from '../db/champions.ts';
import type { Decision } from '../db/decisions.ts';
import type { Executor } from '../db/client.ts';
import type { Evaluation } from '../db/evaluations.ts';
import type { Generation } from '../db/generations.ts';
import * as imports from '../db/imports.ts';
import type { Project } from '../db/members.ts';
import * as progress from '../db/progress.ts';
import * as projects from '../db/projects.ts';
import * as rounds from '../db/rounds.ts';
import type { Round } from '../db/rounds.ts';
import * as runQueue from '../db/run-queue.ts';
import * as runs from '../db/runs.ts';
import type { Run } from '../db/runs.ts';
import * as overlaps from '../db/snapshot-overlaps.ts';
import * as roundStats from '../db/round-stats.ts';
import * as snapshots from '../db/snapshots.ts';
import { allow } from './access.ts';
import { waitingDecisions } from './adjudication-queue.ts';
import { ownLeft, toldInTens } from './counts-told.ts';
import { livingWorkers } from './living-workers.ts';
import { loopRecord, roundFacts } from './loop-record.ts';
import type { LoopRecord } from './loop-record.ts';
import { automationNow } from './put-automation.ts';
import { roundProgress } from './round-progress.ts';
import type { RoundProgress } from './round-progress.ts';

/** Pairs after which a person's pace says something about what is left. */
const PACE_FROM = 3;

/** The training engine as the page shows it: ready, or why not. */
export type EngineNotice = { code: 'ready'; gpus: number } | { code: 'unknown' } | Extract<WaitingFor, { code: 'no_worker' | 'no_engine' | 'engine_installing' }>;

/** Live counts of the circle. Names models and checkpoints: never for who judges blind. */
export type LoopStages = {
	prompts: roundStats.PromptCounts & { importing: number | null };
	comparisons: { total: number; complete: number; exhausted: number; closed: number; identical: number };
	judgments: { done: number; wanted: number; people: number; judges: number };
	snapshot: { id: string; objective: DatasetObjective; trainRows: number; used: number; stale: number; overlaps: number; createdAt: string } | null;
	run: (Pick<Run, 'id' | 'status' | 'step' | 'maxSteps' | 'problem'> & { waitingFor: WaitingFor | null }) | null;
	checkpoint: { id: string; name: string; from: 'this' | 'previous'; decision: Decision['decision'] | null; decidedBy: string | null } | null;
	evaluation: (Pick<Evaluation, 'status' | 'done' | 'total' | 'problem'> & { accuracy: Figure | null; auc: Figure | null }) | null;
	answers: Pick<Generation, 'status' | 'done' | 'total' | 'problem'> | null;
	champion: { id: string; name: string; isBase: boolean };
};

/** A project's home. What is null for annotators they may not know: they judge without knowing whose answers they see. */
export type LoopView = {
	round: { number: number };
	next: NextAction;
	mine: { judged: number; skipped: number; cannotJudge: number; left: number | null; secondsEach: number | null } | null;
	/** How far everybody together is; null before there is anything to judge. */
	progress: RoundProgress | null;
	guidelineVersion: number | null;
	/** What goes on by itself, as it stands; null where nothing does, and for who may not know. */
	automation: { now: AutomationStep } | null;
	inside: { stage: LoopStage; status: Round['status']; stages: LoopStages; engine: EngineNotice; earlier: { number: number; status: Round['status'] }[] } | null;
};

async function ownPart(db: Executor, round: Round, userId: string, inTens: boolean): Promise<NonNullable<LoopView['mine']>> {
	const [done, left] = await Promise.all([progress.of(db, round.id, userId), ownLeft(db, { round, userId, inTens })]);
	return {
		judged: done.judged,
		skipped: done.skipped,
		cannotJudge: done.cannotJudge,
		left,
		secondsEach: done.judged >= PACE_FROM && done.durationMs > 0 ? done.durationMs / done.judged / 1000 : null
	};
}

function engineNotice(living: readonly LivingWorker[]): EngineNotice {
	const ready = living.filter(({ capabilities }) => capabilities.engine.state === 'ready');
	if (ready.length > 0) return { code: 'ready', gpus: ready.reduce((sum, { capabilities }) => sum + capabilities.gpus.length, 0) };
	const why = waitingFor(living, 0, { launcher: 'local', labels: [], gpus: 1, gpuOnly: false });
	return why.code === 'no_worker' || why.code === 'no_engine' || why.code === 'engine_installing' ? why : { code: 'unknown' };
}

async function readStages(app: Pick<App, 'db'>, project: Project, record: LoopRecord, all: readonly Round[], living: readonly LivingWorker[]): Promise<LoopStages> {
	const { db } = app;
	const { round, totals, snapshot, run, atHand } = record;
	const [brought, prompts, stale, overlapping, queue, stage, champion] = await Promise.all([
		imports.list(db, project.id),
		roundStats.promptCounts(db, project.id),
		snapshot ? snapshots.changedSince(db, snapshot.id) : 0,
		snapshot ? overlaps.trainedHeldOut(db, [snapshot.id]) : 0,
		runQueue.queued(db),
		run?.afterRunId ? runs.get(db, run.afterRunId) : null,
		champions.championOf(db, project.id)
	]);
	const importing = brought.filter((one) => one.status === 'staging');
	return {
		prompts: { ...prompts, importing: importing.length > 0 ? importing.reduce((sum, one) => sum + one.rows, 0) : null },
		comparisons: { total: round.comparisons, complete: totals.completed, ...record.over, identical: round.identical },
		judgments: { done: totals.counted, wanted: round.comparisons * project.overlap, people: totals.people, judges: record.judges },
		snapshot: snapshot
			? { id: snapshot.id, objective: snapshot.objective as DatasetObjective, trainRows: snapshot.trainRows, used: snapshot.used, stale, overlaps: overlapping, createdAt: snapshot.createdAt }
			: null,
		run: run
			? {
					id: run.id,
					status: run.status,
					step: run.step,
					maxSteps: run.maxSteps,
					problem: run.problem,
					waitingFor: whyRunWaits({ ...run, ...devicesWanted(run.recipe) }, stage, living, Math.max(0, queue.indexOf(run.id)))
				}
			: null,
		checkpoint: atHand
			? { id: atHand.checkpoint.id, name: atHand.checkpoint.name, from: atHand.from, decision: atHand.decision?.decision ?? null, decidedBy: atHand.decision?.byName ?? null }
			: null,
		evaluation: atHand?.evaluation
			? {
					status: atHand.evaluation.status,
					done: atHand.evaluation.done,
					total: atHand.evaluation.total,
					problem: atHand.evaluation.problem,
					...headline(atHand.evaluation.results)
				}
			: null,
		answers: atHand?.answers ? { status: atHand.answers.status, done: atHand.answers.done, total: atHand.answers.total, problem: atHand.answers.problem } : null,
		champion: { id: champion.id, name: champion.name, isBase: champion.kind === 'base' }
	};
}

/** Where the circle stands, what it waits for, and the one next action of the person who looks. */
export async function readLoop(app: Pick<App, 'db'>, actor: Actor, slug: string): Promise<Result<LoopView>> {
	const access = await allow(app.db, actor, { slug }, 'project.read');
	if (!access.ok) return access;
	const { project, role } = access.value;
	const able = (action: Action) => may({ role, isAdmin: actor.isAdmin }, action);
	const inTens = toldInTens(actor, access.value);
	const all = await rounds.list(app.db, project.id);
	const round = all.at(-1);
	if (!round) throw new Error(`project ${project.id} has no round`);
	const [record, mine, waiting, together, guideline, automation, living] = await Promise.all([
		loopRecord(app.db, project.id, round),
		able('task.judge') ? ownPart(app.db, round, actor.userId, inTens) : null,
		able('judgment.adjudicate') ? waitingDecisions(app.db, project, actor.userId) : null,
		round.comparisons > 0 ? roundProgress(app.db, project, round, inTens) : null,
		projects.guideline(app.db, project.id),
		able('automation.read') ? automationNow(app.db, project.id) : null,
		able('run.read') ? livingWorkers(app.db) : []
	]);
	const facts: LoopFacts = {
		...roundFacts(record, project),
		may: {
			judge: able('task.judge'),
			import: able('import.create'),
			freeze: able('snapshot.create'),
			train: able('run.start'),
			decide: able('checkpoint.decide') && maySign({ userId: actor.userId, startedBy: record.atHand?.startedBy ?? null, fourEyes: project.fourEyes, signedBy: [] }) === null,
			manage: able('members.manage')
		},
		mine,
		disputes: waiting?.mine ?? 0,
		approval: automation?.waitsForApproval ?? false
	};
	return ok({
		round: { number: round.number },
		next: nextAction(facts),
		mine,
		progress: together,
		guidelineVersion: guideline?.version ?? null,
		automation: automation?.now && automation.set?.settings.enabled ? { now: automation.now } : null,
		inside:
			able('round.read') && able('checkpoint.read') && able('run.read')
				? {
						stage: currentStage(facts),
						status: round.status,
						stages: await readStages(app, project, record, all, living),
						engine: engineNotice(living),
						earlier: all.slice(0, -1).map(({ number, status }) => ({ number, status })).reverse()
					}
				: null
	});
}
