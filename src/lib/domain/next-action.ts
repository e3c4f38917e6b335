import type { EvaluationStatus } from './evaluation-results.ts';
import { isTerminal } from './run-state.ts';
import type { RunStatus } from './run-state.ts';

type JobStatus = 'queued' | 'running' | 'succeeded' | 'failed';

/** Where the newest round stands. */
export type RoundFacts = {
	comparisons: number;
	complete: number;
	/** Incomplete comparisons that no member is left to judge. */
	exhausted: number;
	/** Such comparisons that a reviewer has decided: settled, as complete ones are. */
	closed: number;
	/** Active members whose role judges. */
	judges: number;
	/** How many different people judge each pair. */
	overlap: number;
	/** Newest snapshot of the round and the newest run on it. */
	snapshot: { id: string; run: { id: string; status: RunStatus } | null } | null;
	/** What the round trained (`this`), else what the round before trained and this round compares. */
	checkpoint: {
		id: string;
		from: 'this' | 'previous';
		decision: 'promote' | 'reject' | 'more_data' | null;
		evaluation: EvaluationStatus | null;
		/** Writing its answers for the next round; null: there was nothing to answer. */
		answers: JobStatus | null;
	} | null;
};

/** The same, and what the person who looks may do. */
export type LoopFacts = RoundFacts & {
	may: { judge: boolean; import: boolean; freeze: boolean; train: boolean; decide: boolean; manage: boolean };
	/** The person's own part; null for who does not judge. `left` null: more than were counted. */
	mine: { left: number | null; secondsEach: number | null } | null;
	/** Disputed pairs that this person may decide; 0 for who does not adjudicate. */
	disputes: number;
	/** A training that nobody begins by hand waits for the yes of who may start it. */
	approval: boolean;
};

/** Who or what the round waits for. */
export type WaitsOn = 'annotators' | 'engineer' | 'reviewer' | 'owner' | 'engine';

/** The one thing to do now. `wait` is the honest answer when it is somebody else's turn. */
export type NextAction =
	| { kind: 'judge'; left: number | null; minutes: number | null }
	| { kind: 'adjudicate'; disputes: number }
	| { kind: 'import' }
	| { kind: 'invite'; judges: number; overlap: number }
	| { kind: 'freeze'; /** Judged whole, or decided by a reviewer. */ complete: number; comparisons: number; exhausted: number }
	| { kind: 'train'; snapshotId: string }
	| { kind: 'follow_run'; runId: string; status: RunStatus }
	| { kind: 'mend_run'; runId: string; snapshotId: string }
	| { kind: 'decide'; checkpointId: string }
	| { kind: 'mend_evaluation'; checkpointId: string }
	| { kind: 'approve' }
	| { kind: 'unblock'; exhausted: number }
	| { kind: 'wait'; on: WaitsOn; pending: number };

/** Pairs that somebody can still judge. */
export function pendingComparisons(facts: Pick<LoopFacts, 'comparisons' | 'complete' | 'exhausted' | 'closed'>): number {
	return Math.max(0, facts.comparisons - settledComparisons(facts) - facts.exhausted);
}

/** Pairs that have their answer: judged whole, or decided by a reviewer where nobody was left to judge. */
export function settledComparisons({ complete, closed }: Pick<LoopFacts, 'complete' | 'closed'>): number {
	return complete + closed;
}

/** Whole minutes that `left` pairs take at this person's pace; null while the pace is unknown. */
export function minutesFor(left: number, secondsEach: number | null): number | null {
	return secondsEach === null || secondsEach <= 0 ? null : Math.max(1, Math.round((left * secondsEach) / 60));
}

/**
 * Whether everything that can be known about a checkpoint is known and only a
 * decision is missing: measured, its answers written, and judged by people
 * where this round compares them.
 */
export function decisionIsDue(facts: LoopFacts): boolean {
	const { checkpoint } = facts;
	if (!checkpoint || checkpoint.decision !== null || isUnderWay(checkpoint.evaluation)) return false;
	return checkpoint.from === 'previous' ? pendingComparisons(facts) === 0 : !isUnderWay(checkpoint.answers);
}

function isUnderWay(status: EvaluationStatus | null): boolean {
	return status === 'queued' || status === 'running';
}

/**
 * The one next action of a person, in the order in which the circle is walked
 * and what holds others up comes first: a decision, a broken run, disputed pairs,
 * one's own pairs, the training, the data.
 */
export function nextAction(facts: LoopFacts): NextAction {
	const { may, mine, snapshot, checkpoint } = facts;
	const pending = pendingComparisons(facts);
	const wait = (on: WaitsOn): NextAction => ({ kind: 'wait', on, pending });
	const due = decisionIsDue(facts);

	if (due && checkpoint && may.decide) return { kind: 'decide', checkpointId: checkpoint.id };
	if (facts.approval && may.train) return { kind: 'approve' };
	const run = snapshot?.run ?? null;
	if (run && snapshot && run.status === 'failed' && may.train) return { kind: 'mend_run', runId: run.id, snapshotId: snapshot.id };
	if (facts.disputes > 0) return { kind: 'adjudicate', disputes: facts.disputes };
	if (mine && may.judge && mine.left !== 0) return { kind: 'judge', left: mine.left, minutes: mine.left === null ? null : minutesFor(mine.left, mine.secondsEach) };
	if (run && !isTerminal(run.status)) return may.train ? { kind: 'follow_run', runId: run.id, status: run.status } : wait('engine');

	if (checkpoint?.from === 'this') return afterTraining(facts, checkpoint, wait);
	if (facts.comparisons === 0) return isUnderWay(checkpoint?.answers ?? null) ? wait('engine') : may.import ? { kind: 'import' } : wait('engineer');
	if (snapshot && (run === null || run.status === 'cancelled')) return may.train ? { kind: 'train', snapshotId: snapshot.id } : wait('engineer');
	if (run?.status === 'failed') return wait('engineer');
	if (pending > 0) {
		// With fewer people than a pair needs, no pair is ever complete, however diligent they are.
		if (facts.judges >= facts.overlap) return wait('annotators');
		return may.manage ? { kind: 'invite', judges: facts.judges, overlap: facts.overlap } : wait('owner');
	}
	// Which model the next training starts from is what the decision says.
	if (due) return wait('reviewer');
	const settled = settledComparisons(facts);
	if (settled === 0) return may.manage ? { kind: 'unblock', exhausted: facts.exhausted } : wait('owner');
	return may.freeze ? { kind: 'freeze', complete: settled, comparisons: facts.comparisons, exhausted: facts.exhausted } : wait('engineer');
}

/** The round has trained; what is missing before the next one opens. */
function afterTraining(facts: LoopFacts, checkpoint: NonNullable<LoopFacts['checkpoint']>, wait: (on: WaitsOn) => NextAction): NextAction {
	const { may } = facts;
	if (isUnderWay(checkpoint.evaluation) || isUnderWay(checkpoint.answers)) return wait('engine');
	if (checkpoint.evaluation === 'failed' || checkpoint.answers === 'failed') return may.train ? { kind: 'mend_evaluation', checkpointId: checkpoint.id } : wait('engineer');
	if (checkpoint.decision === null) return wait('reviewer');
	if (checkpoint.decision === 'more_data' && pendingComparisons(facts) > 0) return wait('annotators');
	// No question was left for the checkpoint to answer: the next round needs new ones.
	return may.import ? { kind: 'import' } : wait('engineer');
}

/** Stages of the circle in which a round can stand. */
export type LoopStage = 'prompts' | 'judgments' | 'snapshot' | 'run' | 'evaluation' | 'next_round';

/** The stage the newest round is in now. */
export function currentStage(facts: Pick<LoopFacts, 'comparisons' | 'complete' | 'exhausted' | 'closed' | 'snapshot' | 'checkpoint'>): LoopStage {
	const { snapshot, checkpoint } = facts;
	if (checkpoint?.from === 'this') return checkpoint.decision === 'promote' || checkpoint.decision === 'reject' ? 'next_round' : 'evaluation';
	if (snapshot) return 'run';
	if (facts.comparisons === 0) return 'prompts';
	return pendingComparisons(facts) > 0 ? 'judgments' : 'snapshot';
}
