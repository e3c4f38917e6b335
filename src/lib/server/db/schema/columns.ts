import { sql } from 'drizzle-orm';
import { customType, timestamp, uuid } from 'drizzle-orm/pg-core';

/** Primary key made by the database (UUID version 7: rows written together lie together, those of one connection in the order of writing). */
export const id = () =>
	uuid()
		.primaryKey()
		.default(sql`new_id()`);

/** Instant of the database's clock; the application never supplies "now". */
export const createdAt = () => timestamp({ withTimezone: true }).notNull().defaultNow();

/** Instant in UTC. */
export const instant = () => timestamp({ withTimezone: true });

/** 64-bit transaction id, for batches that are safe to seal. */
export const xid8 = customType<{ data: string }>({ dataType: () => 'xid8' });

/** Which transactions were over at a moment: what a listener has missed by being late. */
export const pgSnapshot = customType<{ data: string }>({ dataType: () => 'pg_snapshot' });
