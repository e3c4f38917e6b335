import { sql } from 'drizzle-orm';
import { PgBoss, fromDrizzle } from 'pg-boss';
import type { Db, Tx } from '../db/client.ts';
import type { JobName, Jobs } from './contracts.ts';

/** Puts jobs on a queue inside the caller's transaction: no job without its row, no row without its job. */
export type Enqueue = <N extends JobName>(tx: Tx, name: N, data: Jobs[N], options?: { startAfterSeconds?: number }) => Promise<void>;

/** A sender for web and worker. It starts no maintenance and opens no connection of its own. */
export async function createEnqueue(db: Db): Promise<{ enqueue: Enqueue; close: () => Promise<void> }> {
	const boss = new PgBoss({ db: fromDrizzle(db as never, sql as never), supervise: false, schedule: false, migrate: false, createSchema: false });
	boss.on('error', () => undefined);
	await boss.start();
	return {
		enqueue: async (tx, name, data, options) => {
			const after = options?.startAfterSeconds;
			await boss.send(name, data, { db: fromDrizzle(tx as never, sql as never), ...(after ? { startAfter: after } : {}) });
		},
		close: () => boss.stop({ graceful: false })
	};
}
