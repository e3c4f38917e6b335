import { lte, sql } from 'drizzle-orm';
import type { Executor } from './client.ts';
import { rateLimits } from './schema/account.ts';

/** Clears away counts whose window is over. */
export async function removeExpired(db: Executor): Promise<void> {
	await db.delete(rateLimits).where(lte(rateLimits.expire, sql`now()`));
}
