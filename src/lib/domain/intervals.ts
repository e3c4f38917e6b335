/** Time between the beats of a run, in seconds. Change them together: `intervalProblems` says which relations must hold. */
export type RunIntervals = {
	/** A worker writes a heartbeat, renews its lease and reads what is desired. */
	heartbeatSeconds: number;
	/** The guard beside the engine kills its process group when the lease was not renewed for this long. */
	selfTerminateSeconds: number;
	/** After this long without renewal another worker may take the run. */
	leaseSeconds: number;
	/** The sweeper looks for lapsed leases. */
	sweepSeconds: number;
	/** From TERM to KILL when a person asked to stop, or the worker goes down: time to finish a short step and save. */
	graceSeconds: number;
};

export const RUN_INTERVALS: Readonly<RunIntervals> = { heartbeatSeconds: 5, selfTerminateSeconds: 20, leaseSeconds: 45, sweepSeconds: 10, graceSeconds: 30 };

/** From TERM to KILL when the guard ends an engine whose lease is lost. Shorter than the grace: nobody will take its checkpoint. */
export const KILL_MARGIN_SECONDS = 10;

/** From TERM to KILL when an outside scheduler takes the host away. Under the 30 s after which Slurm and Kubernetes kill by themselves; the lease is renewed meanwhile. */
export const PREEMPTED_GRACE_SECONDS = 25;

/** The longest that an engine is waited for that was asked to save and end. */
export const MOST_GRACE_SECONDS = 900;
/** What a large checkpoint may take to be written. */
const SAVE_SECONDS = 120;

/**
 * From TERM to KILL when what is trained is to be kept: the engine saves at the end of its step, so it gets two of its
 * steps and the time to write. Its lease is renewed meanwhile.
 * @param secondsPerStep as it was last told; null before the first step
 */
export function saveGraceSeconds(secondsPerStep: number | null, { graceSeconds }: Pick<RunIntervals, 'graceSeconds'> = RUN_INTERVALS): number {
	return secondsPerStep === null ? graceSeconds : Math.min(MOST_GRACE_SECONDS, Math.max(graceSeconds, Math.ceil(2 * secondsPerStep + SAVE_SECONDS)));
}

/** Beats that may be lost to a slow commit, a failover or a pause of the host before a training is given up. */
const LOST_BEATS = 3;

/** Relations between the intervals that do not hold, each with what would go wrong; empty when all hold. */
export function intervalProblems(intervals: RunIntervals): string[] {
	const { heartbeatSeconds, selfTerminateSeconds, leaseSeconds, sweepSeconds, graceSeconds } = intervals;
	const problems: string[] = [];
	const check = (holds: boolean, problem: string): void => {
		if (!holds) problems.push(problem);
	};
	if (!Object.values(intervals).every((seconds) => Number.isFinite(seconds) && seconds > 0)) return ['Every interval must be a positive number of seconds.'];
	// Prevents: hours of training killed because the database was away for one beat.
	check(heartbeatSeconds * LOST_BEATS <= selfTerminateSeconds, `heartbeat × ${LOST_BEATS} must not exceed self-termination, or a short outage of the database kills a healthy training.`);
	// Prevents: two attempts of one run training at once and the older one registering its checkpoint.
	// The guard looks once a beat, so it may notice a beat late, and then needs the margin to kill.
	check(
		selfTerminateSeconds + heartbeatSeconds + KILL_MARGIN_SECONDS < leaseSeconds,
		`self-termination + heartbeat + ${KILL_MARGIN_SECONDS} s to kill must stay under the lease, or a second attempt starts while the first still trains.`
	);
	// Prevents: a run whose worker is gone that goes on showing "running" for minutes.
	check(sweepSeconds <= leaseSeconds, 'the sweep must not be rarer than the lease is long, or a dead run looks alive for more than two leases.');
	// Prevents: "stop and keep" that loses the step: the engine saves at the end of a step, which can take longer than a beat.
	check(graceSeconds >= 2 * heartbeatSeconds, 'the grace must be at least two heartbeats, or a stopped training is killed before it has saved.');
	return problems;
}
