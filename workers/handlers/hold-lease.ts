import { RUN_INTERVALS } from '#lib/domain/intervals.ts';
import type { DesiredState } from '#lib/domain/run-state.ts';
import { RUN_CHANNEL } from '#lib/server/db/run-record.ts';
import { renewAttempt } from '#lib/server/usecases/attempt-run.ts';
import type { WorkerContext } from './context.ts';

/** An attempt's hold on its run. */
export type Lease = {
	of: { runId: string; attempt: number };
	/** Aborted when the engine shall end: asked for, fenced off, or the worker goes down. */
	stop: AbortSignal;
	/** Aborted when nothing of the attempt is wanted any more: to be thrown away, or fenced off. */
	unwanted: AbortSignal;
	desired: DesiredState;
	/** Somebody paused the run while this attempt held it, though they may have said since that it goes on. */
	paused: boolean;
	/** Another attempt has the run: nothing of this one may be written any more. */
	fenced: boolean;
	/** Called after every renewal: passes it on to the guard, which kills the engine when renewals stop. */
	onRenewed: (renewed: () => void) => void;
	end: () => void;
};

/** Renews an attempt's lease every beat, and at once when the run's page tells that something changed. Throws when the database cannot be listened to; then nothing renews it. */
export async function holdLease(context: Pick<WorkerContext, 'app' | 'shutdown'>, of: { runId: string; attempt: number }): Promise<Lease> {
	const { app, shutdown } = context;
	const [stop, unwanted] = [new AbortController(), new AbortController()];
	let renewed = () => {};
	const lease: Lease = { of, stop: stop.signal, unwanted: unwanted.signal, desired: 'run', paused: false, fenced: false, onRenewed: (pass) => (renewed = pass), end: () => undefined };
	let beating = false;
	let again = false;
	/** One renewal at a time. What is told while one is under way may have come after it looked: another follows. */
	const beat = async (): Promise<void> => {
		if (beating) {
			again = true;
			return;
		}
		beating = true;
		again = false;
		try {
			const desired = await renewAttempt(app, of);
			if (desired === null) lease.fenced = true;
			else {
				lease.desired = desired;
				lease.paused ||= desired === 'pause';
				renewed();
			}
			if (desired !== 'run') stop.abort();
			if (desired === null || desired === 'cancel_discard') unwanted.abort();
		} catch (error) {
			// The database is away for a moment. If it stays away the guard ends the engine before the lease lapses.
			app.log.warn({ err: error, ...of }, 'lease not renewed');
		} finally {
			beating = false;
		}
		if (again) await beat();
	};
	// Before the timer: one that outlived a failed start would renew, for as long as the worker lives, a lease that nobody works under.
	const unlisten = await app.listen(RUN_CHANNEL, (runId) => {
		// Our own progress is announced on this channel too. Who was asked to end may still be told to throw all away; after that nothing is new.
		if (runId === of.runId && !unwanted.signal.aborted) void beat();
	});
	const goingDown = () => stop.abort();
	shutdown.addEventListener('abort', goingDown, { once: true });
	// A signal that was raised before is not raised again.
	if (shutdown.aborted) goingDown();
	const timer = setInterval(() => void beat(), RUN_INTERVALS.heartbeatSeconds * 1000);
	lease.end = () => {
		clearInterval(timer);
		shutdown.removeEventListener('abort', goingDown);
		void unlisten().catch(() => undefined);
	};
	await beat();
	return lease;
}
