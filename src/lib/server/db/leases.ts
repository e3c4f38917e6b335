import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { Tx } from './client.ts';
import { plannedOnce } from './planned-once.ts';

/**
 * Lets one claim or renewal of a person happen at a time, in whatever project:
 * taken before the person's leases are read, or two at once could both find room
 * for a last one. Such a transaction does not wait for the disk
 * (docs/decisions/lease-lives-on-the-task.md).
 */
export const oneAtATime = (userId: string): SQL => sql`pg_advisory_xact_lock(hashtextextended(${`leases:${userId}`}, 0)), set_config('synchronous_commit', 'off', true), ${plannedOnce}`;

/** The same as a statement of its own. */
export async function serialise(tx: Tx, userId: string): Promise<void> {
	await tx.execute(sql`select ${oneAtATime(userId)}`);
}
