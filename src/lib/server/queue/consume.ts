import { setTimeout as sleep } from 'node:timers/promises';
import { PgBoss } from 'pg-boss';
import type { Logger } from '../log.ts';
import type { JobName, Jobs } from './contracts.ts';

/** What a worker does with each job that it takes; queues are looked at in this order. A handler that throws is logged; the row it was about tells what became of it. */
export type Handlers = { [N in JobName]?: (data: Jobs[N]) => Promise<void> };

const POLLING_MS = 1000;

/**
 * Takes one job at a time and lane, from the queues that have a handler in turn, and looks after the queue's own tables. A worker has a lane
 * for each engine that its host can run: a job that it took and let wait would be nobody's when the worker dies, while
 * another worker stands idle. `stop` takes no further job and waits for
 * those under way.
 * @param options.accepts while it says no to a queue, nothing of that is taken
 * @param options.looks what a lane does in the turn of a queue that had no job, and whether there was anything: who takes a job
 * first may be one who can do nothing with it, and those who could are not told
 */
export async function consume(databaseUrl: string, handlers: Handlers, log: Logger, { lanes = 1, accepts = () => true, looks = {} }: { lanes?: number; accepts?: (name: JobName) => boolean; looks?: { [N in JobName]?: () => Promise<boolean> } } = {}): Promise<{ stop: () => Promise<void> }> {
	const boss = new PgBoss({ connectionString: databaseUrl, max: 3 + lanes, migrate: false, createSchema: false });
	boss.on('error', (error) => log.warn({ err: error }, 'queue'));
	await boss.start();
	const stopping = new AbortController();
	const { signal } = stopping;
	const names = Object.keys(handlers) as JobName[];
	const takeOne = async <N extends JobName>(name: N): Promise<boolean> => {
		const handle: Handlers[N] = handlers[name];
		if (!handle) return false;
		const [job] = await boss.fetch<Jobs[N]>(name);
		if (!job) return (await looks[name]?.()) ?? false;
		await handle(job.data).catch((error: unknown) => log.error({ err: error, queue: name, job: job.data as object }, 'job failed'));
		await boss.complete(name, job.id);
		return true;
	};
	const takeInTurn = async (): Promise<void> => {
		while (!signal.aborted) {
			let took = false;
			for (const name of names) {
				if (signal.aborted) return;
				if (!accepts(name)) continue;
				took = (await takeOne(name).catch((error: unknown) => log.warn({ err: error, queue: name }, 'queue'))) === true || took;
			}
			if (!took) await sleep(POLLING_MS, undefined, { signal }).catch(() => undefined);
		}
	};
	const taking = Promise.all(Array.from({ length: lanes }, takeInTurn));
	return {
		stop: async () => {
			stopping.abort();
			await taking;
			await boss.stop({ graceful: false, close: true });
		}
	};
}
