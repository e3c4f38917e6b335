import { sql } from 'drizzle-orm';
import type { Executor } from './client.ts';
import { rowsOf } from './rows.ts';

/** Whether the database answers. */
export async function answers(db: Executor): Promise<boolean> {
	return (await rowsOf<{ one: number }>(db, sql`select 1 as one`))[0]?.one === 1;
}

/** Whether every migration this version knows was applied: its last table and the queue's schema are there. */
export async function migrated(db: Executor): Promise<boolean> {
	const rows = await rowsOf<{ ready: boolean }>(db, sql`select to_regclass('public.run_transitions') is not null and to_regclass('pgboss.job') is not null as ready`);
	return rows[0]?.ready === true;
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
