import type { LoopFacts, RoundFacts } from '../../domain/next-action.ts';
import * as checkpoints from '../db/checkpoints.ts';
import type { Checkpoint } from '../db/checkpoints.ts';
import * as decisionRows from '../db/decisions.ts';
import type { Decision } from '../db/decisions.ts';
import type { Executor } from '../db/client.ts';
import * as comparisons from '../db/comparisons.ts';
import * as evaluations from '../db/evaluations.ts';
import type { Evaluation } from '../db/evaluations.ts';
import * as generations from '../db/generations.ts';
import type { Generation } from '../db/generations.ts';
import * as members from '../db/members.ts';
import * as progress from '../db/progress.ts';
import type { Round } from '../db/rounds.ts';
import * as runs from '../db/runs.ts';
import type { Run } from '../db/runs.ts';
import * as snapshots from '../db/snapshots.ts';
import type { Snapshot } from '../db/snapshots.ts';

/** A checkpoint that is looked at now: what this round trained, else what it compares. */
export type CheckpointAtHand = { checkpoint: Checkpoint; from: 'this' | 'previous'; decision: Decision | null; evaluation: Evaluation | null; answers: Generation | null; /** Who started its run: with four eyes somebody else decides. */ startedBy: string | null };

/** What the record says about a round: kept tallies and the newest row of each stage. */
export type LoopRecord = {
	round: Round;
	totals: Awaited<ReturnType<typeof progress.totals>>;
	over: Awaited<ReturnType<typeof comparisons.over>>;
	judges: number;
	snapshot: Snapshot | null;
	/** Newest run on that snapshot. */
	run: Run | null;
	atHand: CheckpointAtHand | null;
};

async function checkpointAtHand(db: Executor, round: Round, runsOfRound: readonly Run[], all: readonly Checkpoint[]): Promise<CheckpointAtHand | null> {
	const own = all.findLast((checkpoint) => runsOfRound.some((run) => run.id === checkpoint.runId && run.status === 'succeeded'));
	const checkpoint = own ?? all.find((candidate) => candidate.id === round.candidateCheckpointId);
	if (!checkpoint) return null;
	const [decisions, evaluation, made] = await Promise.all([decisionRows.of(db, checkpoint.id), evaluations.newestOf(db, checkpoint.id), generations.ofCheckpoint(db, checkpoint.id)]);
	const run = runsOfRound.find(({ id }) => id === checkpoint.runId) ?? (checkpoint.runId ? await runs.get(db, checkpoint.runId) : null);
	return { checkpoint, from: own ? 'this' : 'previous', decision: decisions[0] ?? null, evaluation, answers: made[0] ?? null, startedBy: run?.createdBy ?? null };
}

/** Reads where a round stands. */
export async function loopRecord(db: Executor, projectId: string, round: Round): Promise<LoopRecord> {
	const [totals, over, judges, allSnapshots, allRuns, allCheckpoints] = await Promise.all([
		progress.totals(db, round.id),
		comparisons.over(db, round.id),
		members.judges(db, projectId),
		snapshots.list(db, projectId),
		runs.list(db, projectId),
		checkpoints.list(db, projectId)
	]);
	// Points of a sweep are looks at dev questions: the round goes on with a run of its own.
	// So is the stage before another run: what comes of both is looked at.
	const stages = new Map(allRuns.map((run) => [run.id, run]));
	const before = (run: Run) => (run.afterRunId === null ? undefined : stages.get(run.afterRunId));
	const withNext = new Set(allRuns.map(({ afterRunId }) => afterRunId));
	const own = allRuns.filter((run) => run.roundId === round.id && run.sweep === null && !withNext.has(run.id));
	const snapshot = allSnapshots.find((candidate) => candidate.roundId === round.id) ?? null;
	return {
		round,
		totals,
		over,
		judges: judges.length,
		snapshot,
		run: own.find((run) => run.snapshotId === snapshot?.id || before(run)?.snapshotId === snapshot?.id) ?? null,
		atHand: await checkpointAtHand(db, round, own, allCheckpoints)
	};
}

/** Where a checkpoint's answers are; stopped ones wait to be made again as failed ones do. */
const stageOf = (answers: Generation | null) => (answers?.status === 'cancelled' ? 'failed' : (answers?.status ?? null));

/** What was last decided on a checkpoint: gone back to, it stands as promoted. */
const standing = (decision: Decision | null) => (decision?.decision === 'roll_back' ? 'promote' : (decision?.decision ?? null));

/** The record as the rules of the round read it, but for what hangs on who looks. */
export function roundFacts(record: LoopRecord, { overlap }: Pick<LoopFacts, 'overlap'>): RoundFacts {
	const { round, snapshot, run, atHand } = record;
	return {
		overlap,
		comparisons: round.comparisons,
		complete: record.totals.completed,
		...record.over,
		judges: record.judges,
		snapshot: snapshot ? { id: snapshot.id, run: run ? { id: run.id, status: run.status } : null } : null,
		checkpoint: atHand
			? { id: atHand.checkpoint.id, from: atHand.from, decision: standing(atHand.decision), evaluation: atHand.evaluation?.status ?? null, answers: stageOf(atHand.answers) }
			: null
	};
}
