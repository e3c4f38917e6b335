import { PgBoss } from 'pg-boss';
import type { Logger } from '../log.ts';
import type { JobName, Jobs } from './contracts.ts';

/** What a worker does with each job. A handler that throws is logged; the row it was about tells what became of it. */
export type Handlers = { [N in JobName]: (data: Jobs[N]) => Promise<void> };

/** Takes jobs one at a time per queue, and looks after the queue's own tables. `stop` waits for nothing: rows are given back by their handlers. */
export async function consume(databaseUrl: string, handlers: Handlers, log: Logger): Promise<{ stop: () => Promise<void> }> {
	const boss = new PgBoss({ connectionString: databaseUrl, max: 4, migrate: false, createSchema: false });
	boss.on('error', (error) => log.warn({ err: error }, 'queue'));
	await boss.start();
	const take = async <N extends JobName>(name: N) => {
		await boss.work<Jobs[N]>(name, { batchSize: 1, pollingIntervalSeconds: 1 }, async (jobs) => {
			for (const job of jobs) {
				await handlers[name](job.data).catch((error: unknown) => log.error({ err: error, queue: name, job: job.data as object }, 'job failed'));
			}
		});
	};
	await take('train');
	await take('evaluate');
	await take('generate');
	return { stop: () => boss.stop({ graceful: false, close: true }) };
}
