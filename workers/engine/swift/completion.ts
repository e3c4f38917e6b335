import type { ProcessExit } from '../../process/exit-record.ts';
import type { TrainedCheckpoint } from '../engine.ts';
import { problem, value } from '../problem.ts';
import type { Outcome } from '../problem.ts';
import { explainTraining } from './failure.ts';
import type { CheckpointFolder } from './last-checkpoint.ts';

/** What is known of a run whose process has ended. */
export type Remains = {
	exit: ProcessExit;
	logTail: string;
	/** The same of the other machines of a training, where it has some. */
	otherTails?: readonly string[];
	checkpoint: CheckpointFolder | undefined;
	/** Rows the engine said it read; null when it did not come that far. */
	rows: number | null;
	expectedRows: number;
	metrics: Record<string, number>;
	/** True when the run was asked to stop and what it had shall be kept. */
	acceptEarlyStop: boolean;
};

/**
 * Whether a run is done. Exit code 0 alone says nothing: TERM ends the engine with 0 in mid-run. Done means that the
 * checkpoint of the last step is whole and that the engine read every row it was given.
 */
export function judgeCompletion(remains: Remains): Outcome<TrainedCheckpoint> {
	const { exit, checkpoint, rows } = remains;
	const stoppedByUs = exit.reason === 'stopped' && remains.acceptEarlyStop;
	if (exit.code !== 0 && !(stoppedByUs && checkpoint)) return { ok: false, problem: explainTraining(exit, remains.logTail, remains.otherTails) };
	if (!checkpoint) {
		return problem('incomplete_checkpoint', 'The engine ended without a whole checkpoint.', 'Start the run again.');
	}
	if (rows !== remains.expectedRows) {
		return problem(
			'rows_lost',
			`The engine trained on ${rows ?? 'an unknown number of'} rows instead of ${remains.expectedRows}.`,
			'The checkpoint is not registered, because it is not what the manifest says. Look for dropped rows in the log.'
		);
	}
	const stoppedEarly = checkpoint.step < checkpoint.maxSteps;
	if (stoppedEarly && !remains.acceptEarlyStop) {
		return problem('stopped_early', `The engine stopped at step ${checkpoint.step} of ${checkpoint.maxSteps}.`, 'The run goes on from there, as a new attempt.');
	}
	return value({ path: checkpoint.path, step: checkpoint.step, maxSteps: checkpoint.maxSteps, rows, stoppedEarly, metrics: remains.metrics });
}
