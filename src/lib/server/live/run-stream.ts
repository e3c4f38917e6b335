import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { RUN_CHANNEL } from '../db/run-record.ts';
import { readRun, readRunMetrics, readRunRecord } from '../usecases/read-run.ts';

/** How often an idle stream says that it lives, so that proxies keep it open. */
const KEEP_ALIVE_MS = 15_000;
/** A page that missed a notification (the listening connection was lost) is at most this far behind; who was shut out is told nothing after it. */
const CATCH_UP_MS = 10_000;

/**
 * A run as server-sent events: its state, new metrics, log lines and events.
 * The id of each message is the last event's number; a reader that comes back
 * with it gets the events it missed, and all metrics, whose steps replace
 * themselves. `who` says for whom it speaks by now; it ends when that is nobody,
 * or somebody who may not read the run.
 */
export function runStream(app: App, who: () => Promise<Actor | null>, runId: string, afterEvent: number): ReadableStream<Uint8Array> {
	const encoder = new TextEncoder();
	let end: () => void = () => undefined;
	return new ReadableStream({
		start: async (controller) => {
			const sent = { event: afterEvent, log: 0, step: -1 };
			let closed = false;
			let timers: NodeJS.Timeout[] = [];
			let unlisten = (): Promise<void> => Promise.resolve();
			// Before anything is waited for: a reader may leave while the database is still being asked to tell us.
			end = () => {
				if (closed) return;
				closed = true;
				timers.forEach(clearInterval);
				void unlisten().catch(() => undefined);
				try {
					controller.close();
				} catch {
					// The reader has gone first.
				}
			};
			let again = false;
			let sending: Promise<void> | null = null;
			const write = (text: string) => {
				if (closed) return;
				try {
					controller.enqueue(encoder.encode(text));
				} catch {
					// The stream is over in a way that nobody told us: thrown from a timer this would end the process.
					end();
				}
			};
			const message = (event: string, data: unknown) => write(`id: ${sent.event}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);

			const send = async () => {
				// Asked anew each time: who lost the role, the account, the session or the token loses the stream.
				const actor = await who();
				if (!actor) return end();
				const run = await readRun(app, actor, runId);
				if (!run.ok) return end();
				const [metrics, record] = await Promise.all([readRunMetrics(app, actor, { runId, since: sent.step }), readRunRecord(app, actor, { runId, afterEvent: sent.event, afterLog: sent.log })]);
				if (!metrics.ok || !record.ok) return end();
				const { events, log } = record.value;
				// After a resume steps come again: the page must hear them although their numbers are old.
				const resumed = events.some((event) => event.kind === 'attempt' && event.attempt > 1);
				if (resumed) sent.step = -1;
				sent.event = events.at(-1)?.id ?? sent.event;
				message('run', run.value);
				const steps = resumed ? await readRunMetrics(app, actor, { runId }) : metrics;
				if (steps.ok && steps.value.length > 0) {
					message('metrics', steps.value);
					sent.step = Math.max(sent.step, ...steps.value.map((step) => step.step));
				}
				if (log.lines.length > 0) {
					message('log', log.lines);
					sent.log = log.lastId;
				}
				for (const event of events) message('event', event);
			};
			const soon = () => {
				if (closed) return;
				if (sending) {
					again = true;
					return;
				}
				sending = send()
					.catch((error: unknown) => app.log.warn({ err: error, runId }, 'stream'))
					.finally(() => {
						sending = null;
						if (again) {
							again = false;
							soon();
						}
					});
			};
			try {
				unlisten = await app.listen(RUN_CHANNEL, (heard) => heard === runId && soon());
			} catch (error) {
				app.log.warn({ err: error, runId }, 'a stream hears nothing and looks from time to time');
			}
			if (closed) return void unlisten().catch(() => undefined);
			// After it: timers of a stream whose start failed would write to nobody for as long as the process lives.
			timers = [setInterval(() => write(': alive\n\n'), KEEP_ALIVE_MS), setInterval(soon, CATCH_UP_MS)];
			soon();
		},
		cancel: () => end()
	});
}
