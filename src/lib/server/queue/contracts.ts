import type { PgBoss } from 'pg-boss';

/** Ids only: the row is the truth, a job says "look at row X". */
export type Jobs = {
	train: { runId: string };
	evaluate: { evaluationId: string };
	generate: { generationId: string };
	/** A generation of endpoints alone: it needs no engine, and waits for none. */
	ask: { generationId: string };
	export: { exportId: string };
};

export type JobName = keyof Jobs;

type QueueOptions = NonNullable<Parameters<PgBoss['createQueue']>[1]>;

/**
 * A handler claims its row by compare-and-set, and the sweeper enqueues again what a dead worker left and
 * what waits without a job, so the queue itself neither retries nor times out within a long run's life.
 */
const LONG: QueueOptions = { policy: 'standard', retryLimit: 0, expireInSeconds: 86_400, deleteAfterSeconds: 86_400 };

/** Every queue and how it behaves. */
export const QUEUES: Record<JobName, QueueOptions> = { train: LONG, evaluate: LONG, generate: LONG, ask: LONG, export: LONG };
