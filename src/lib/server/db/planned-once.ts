import { sql } from 'drizzle-orm';

/**
 * Expression that settles how the rest of a judging transaction is planned: each
 * statement once a connection, and by index. Otherwise PostgreSQL may plan the look
 * for the next place anew at each claim, for a millisecond, to find it in a
 * quarter of one by the same plan; and a plan that was made while the tables were
 * small reads them from end to end until they are next analysed, which after a
 * large import is a minute too late.
 */
export const plannedOnce = sql`set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true)`;
