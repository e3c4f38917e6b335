import type { RunProblem } from '../../domain/run-problem.ts';
import { RUN_INTERVALS } from '../../domain/intervals.ts';
import type { App } from '../app.ts';
import { record } from '../db/audit.ts';
import * as comparisons from '../db/comparisons.ts';
import * as gatewayFeedback from '../db/gateway-feedback.ts';
import * as gatewayRequests from '../db/gateway-requests.ts';
import * as lostWork from '../db/lost-work.ts';
import * as importReads from '../db/import-reads.ts';
import * as imports from '../db/imports.ts';
import * as modelServers from '../db/model-servers.ts';
import * as progress from '../db/progress.ts';
import * as rateLimits from '../db/rate-limits.ts';
import * as runs from '../db/runs.ts';
import * as sessions from '../db/sessions.ts';
import * as sourceLooks from '../db/source-looks.ts';
import * as slots from '../db/slots.ts';
import * as uploads from '../db/uploads.ts';
import { outOfReach } from '../out-of-reach.ts';
import { enqueueLost } from './enqueue-lost.ts';
import { enqueueStranded } from './enqueue-stranded.ts';
import { requeueLostServers } from './hold-model-server.ts';
import { LOOK_SECONDS } from './look-into-folder.ts';
import { requeueLocked } from './requeue-run.ts';
import { settleSentBack } from './settle-dispute.ts';
import { fillFromSurplus } from './settle-slots.ts';
import { tellOverdue } from './tell-overdue.ts';

/** An upload that was silent for this long is over; so is a dry run whose rows nobody took. */
const ABANDONED_IMPORT = { stagingSeconds: 900, scannedSeconds: 24 * 3600 };

/** What the gateway was asked is kept for so many days; what keys used, for good. */
const TRAFFIC_DAYS = 90;

/** Since the last sweep that reached the database; one beat may be lost to a slow commit. */
const GAP_MS = 2.5 * RUN_INTERVALS.sweepSeconds * 1000;

export const WORKER_LOST: RunProblem = { code: 'worker_lost', message: 'The worker that ran it is gone.' };

type Swept = Record<'runs' | 'evaluations' | 'generations' | 'exports' | 'servers' | 'jobs' | 'imports' | 'slots' | 'overdue' | 'disputes', number>;

/** Takes from workers that fell silent what they were at. */
async function takeFromSilent(app: Pick<App, 'db' | 'enqueue'>, swept: Swept): Promise<void> {
	await app.db.transaction(async (tx) => {
		for (const run of await runs.lapsed(tx)) {
			await requeueLocked(app, tx, run, { problem: WORKER_LOST, exitCode: null });
			swept.runs += 1;
		}
	});
	await app.db.transaction(async (tx) => {
		swept.evaluations = await enqueueLost(app, tx, 'evaluation', await lostWork.requeueSilent(tx, 'evaluations', RUN_INTERVALS.leaseSeconds));
		swept.generations = await enqueueLost(app, tx, 'generation', await lostWork.requeueSilent(tx, 'generations', RUN_INTERVALS.leaseSeconds));
		swept.exports = await enqueueLost(app, tx, 'export', await lostWork.requeueSilent(tx, 'checkpoint_exports', RUN_INTERVALS.leaseSeconds));
		swept.servers = await requeueLostServers(tx, await modelServers.silent(tx, RUN_INTERVALS.leaseSeconds));
	});
}

/**
 * Looks after what nobody holds any more: runs, evaluations, answers, exports, model servers, rows without a job, uploads, places whose late judgment waits, assigned work that is late, and disputes that were sent back and left alone.
 * @param silenceTells whether a worker that was not heard of is lost; not where nobody could be heard
 */
export async function sweep(app: Pick<App, 'db' | 'enqueue'>, silenceTells = true): Promise<Swept> {
	const swept: Swept = { runs: 0, evaluations: 0, generations: 0, exports: 0, servers: 0, jobs: 0, imports: 0, slots: 0, overdue: 0, disputes: 0 };
	if (silenceTells) await takeFromSilent(app, swept);
	await app.db.transaction(async (tx) => {
		await sessions.removeExpired(tx);
		await rateLimits.removeExpired(tx);
		await importReads.removeEnded(tx);
		await sourceLooks.removeStale(tx, 4 * LOOK_SECONDS);
		await gatewayRequests.removeExpired(tx, TRAFFIC_DAYS);
		await gatewayFeedback.forgetWords(tx);
		await uploads.removeSilent(tx);
		for (const { id, projectId, status } of await imports.failAbandoned(tx, ABANDONED_IMPORT)) {
			await record(tx, null, { action: status === 'failed' ? 'import.failed' : 'import.discard', projectId, subject: ['import', id] });
			swept.imports += 1;
		}
	});
	swept.overdue = await tellOverdue(app);
	swept.jobs = await enqueueStranded(app);
	swept.disputes = await settleSentBack(app.db);
	for (const { comparisonId, roundId, userId } of await slots.lapsedWithSurplus(app.db)) {
		await app.db.transaction(async (tx) => {
			await progress.lock(tx, roundId, userId);
			const comparison = await comparisons.lock(tx, comparisonId);
			const before = comparison.status;
			const filled = await fillFromSurplus(tx, null, comparison);
			if (filled === 0) return;
			await progress.add(tx, roundId, userId, { counted: filled, completed: Number(comparison.status === 'complete') - Number(before === 'complete') });
			swept.slots += filled;
		});
	}
	return swept;
}

/**
 * Sweeps at each of its beats. After a gap in them the database was away, or this host slept, and so nobody could be heard:
 * everybody then has a lease's time to be heard again before silence is held against them.
 * @param now milliseconds of a clock that goes on while the host sleeps
 */
export function createSweeper(app: Pick<App, 'db' | 'enqueue'>, now: () => number = Date.now): () => Promise<Swept> {
	let last = now();
	let backSince = -Infinity;
	return async () => {
		const at = now();
		let away = false;
		if (at - last > GAP_MS) backSince = at;
		try {
			return await sweep(app, at - backSince >= RUN_INTERVALS.leaseSeconds * 1000);
		} catch (error) {
			away = outOfReach(error);
			throw error;
		} finally {
			if (!away) last = now();
		}
	};
}
