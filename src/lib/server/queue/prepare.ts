import { PgBoss } from 'pg-boss';
import { QUEUES } from './contracts.ts';

/** Creates or updates the queue's own schema and every queue. Called by the migration, under its lock. */
export async function prepareQueues(databaseUrl: string): Promise<void> {
	const boss = new PgBoss({ connectionString: databaseUrl, supervise: false, schedule: false, max: 2 });
	boss.on('error', () => undefined);
	await boss.start();
	try {
		for (const [name, options] of Object.entries(QUEUES)) {
			await boss.createQueue(name, options);
		}
	} finally {
		await boss.stop({ graceful: false });
	}
}
