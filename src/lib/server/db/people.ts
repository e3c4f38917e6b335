import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { Tx } from './client.ts';

/**
 * Whether a comparison still waits for anybody depends on its project's people
 * and on its judgments, and both change at once: an advisory lock on "the people
 * of this project" is shared by everything that ends a judgment and taken alone
 * by everything that changes who may judge, until either commits.
 */
const key = (projectId: SQL) => sql`hashtextextended('people:' || ${projectId}, 0)`;

/** Expression that takes the shared lock; first lock of a judging transaction. */
export const holdPeople = (projectId: SQL): SQL => sql`pg_advisory_xact_lock_shared(${key(projectId)})`;

/** The same as a statement of its own. */
export async function hold(tx: Tx, projectId: string): Promise<void> {
	await tx.execute(sql`select ${holdPeople(sql`${projectId}::uuid`)}`);
}

/** Waits for judgments under way, and lets none go on until the people have changed. */
export async function changePeople(tx: Tx, projectId: string): Promise<void> {
	await tx.execute(sql`select pg_advisory_xact_lock(${key(sql`${projectId}::uuid`)})`);
}
