import { sql } from 'drizzle-orm';
import journal from '../../../../drizzle/meta/_journal.json' with { type: 'json' };
import type { Executor } from './client.ts';
import { rowsOf } from './rows.ts';

/** Whether the database answers. */
export async function answers(db: Executor): Promise<boolean> {
	return (await rowsOf<{ one: number }>(db, sql`select 1 as one`))[0]?.one === 1;
}

/** When the newest migration that this version knows was written: the migrator notes it with each that it applies. */
const NEWEST_MIGRATION = Math.max(...journal.entries.map((entry) => entry.when));

/** Whether every migration this version knows was applied, those of a newer one perhaps as well, and the queue's schema is there. */
export async function migrated(db: Executor): Promise<boolean> {
	const there = await rowsOf<{ ready: boolean }>(db, sql`select to_regclass('drizzle.__drizzle_migrations') is not null and to_regclass('pgboss.job') is not null as ready`);
	if (there[0]?.ready !== true) return false;
	const newest = await rowsOf<{ ready: boolean }>(db, sql`select coalesce(max(created_at), 0) >= ${NEWEST_MIGRATION}::bigint as ready from drizzle.__drizzle_migrations`);
	return newest[0]?.ready === true;
}

/** A stored fact about this installation; null when there is none. */
export async function fact(db: Executor, key: string): Promise<unknown> {
	const rows = await rowsOf<{ value: unknown }>(db, sql`select value from installation where key = ${key}`);
	return rows[0]?.value ?? null;
}

/** Stores a fact once; an existing one stays. */
export async function putFact(db: Executor, key: string, value: unknown): Promise<void> {
	await db.execute(sql`insert into installation (key, value) values (${key}, ${JSON.stringify(value)}::jsonb) on conflict do nothing`);
}

/** Whether anything names a file of the artifact store. Whatever was trained, measured or reported comes of a snapshot. */
export async function namesFiles(db: Executor): Promise<boolean> {
	const rows = await rowsOf<{ named: boolean }>(db, sql`select exists (select 1 from snapshot_files) or exists (select 1 from artifacts) as named`);
	return rows[0]?.named === true;
}
