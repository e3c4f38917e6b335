import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import postgres from 'postgres';
import { prepareQueues } from '#lib/server/queue/prepare.ts';
import { fitIds } from './fit-ids.ts';

/** One number for all Plumbline processes: the migrator itself takes no lock, and two at once fail. */
const MIGRATION_LOCK = 7_310_585_421;

/** Brings a database to this version: schema, where ids come from, then the queue's own tables. Safe to call from several processes. */
export async function migrateDatabase(url: string): Promise<void> {
	const client = postgres(url, { max: 1, onnotice: () => undefined });
	try {
		await client`select pg_advisory_lock(${MIGRATION_LOCK})`;
		await migrate(drizzle(client, { casing: 'snake_case' }), { migrationsFolder: fileURLToPath(new URL('.', import.meta.url)) });
		await fitIds(client);
		await prepareQueues(url);
	} finally {
		await client.end({ timeout: 5 });
	}
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const url = process.env['DATABASE_URL'];
	if (!url) {
		console.error('DATABASE_URL is not set.');
		process.exit(2);
	}
	await migrateDatabase(url);
}
