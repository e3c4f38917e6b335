/**
 * queued: in line for a worker · waiting: cannot go on yet, `waitingFor` says
 * why (paused, no fitting worker, an outside scheduler's queue) · preparing: an
 * attempt lays out data and weights · running: the engine trains · stopping:
 * the engine was asked to stop · succeeded, failed, cancelled: over.
 */
export const RUN_STATUSES = ['queued', 'waiting', 'preparing', 'running', 'stopping', 'succeeded', 'failed', 'cancelled'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** What people want of a run; stands beside the status and is obeyed at the next heartbeat. */
export const DESIRED_STATES = ['run', 'pause', 'cancel_keep', 'cancel_discard'] as const;
export type DesiredState = (typeof DESIRED_STATES)[number];

/**
 * Every legal change of status; the database's trigger holds the same table.
 * What looks odd is a crash: when a worker is gone, the sweeper puts the run
 * back to `queued` for a new attempt, or to `waiting` or `cancelled` when a
 * pause or cancel was asked for and nobody is left to obey it.
 */
export const TRANSITIONS = {
	queued: ['waiting', 'preparing', 'failed', 'cancelled'],
	waiting: ['queued', 'preparing', 'running', 'stopping', 'failed', 'cancelled'],
	// An outside scheduler takes a prepared run into its own queue: preparing → waiting → running.
	preparing: ['queued', 'waiting', 'running', 'stopping', 'failed', 'cancelled'],
	running: ['queued', 'waiting', 'stopping', 'succeeded', 'failed', 'cancelled'],
	// A run can finish or fail in the moment before the signal reaches it.
	stopping: ['queued', 'waiting', 'succeeded', 'failed', 'cancelled'],
	succeeded: [],
	failed: [],
	cancelled: []
} as const satisfies { readonly [status in RunStatus]: readonly RunStatus[] };

/** Whether a run may go from one status to another. Staying is no change and not in the table. */
export function canTransition(from: RunStatus, to: RunStatus): boolean {
	return (TRANSITIONS[from] as readonly RunStatus[]).includes(to);
}

/** Whether a run in this status is over. A new try is a new run. */
export function isTerminal(status: RunStatus): boolean {
	return TRANSITIONS[status].length === 0;
}

/** Whether an attempt of the run holds a lease in this status. */
export function hasAttempt(status: RunStatus): boolean {
	return status === 'preparing' || status === 'running' || status === 'stopping';
}
