import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import { bigint, index, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { EVERYDAY_ACTS } from '../../../domain/audit-acts.ts';
import { createdAt, xid8 } from './columns.ts';

/** Whether an entry is an act, none of everyday: of these, of which there are few, there is an index. @param action the column, as the statement calls it */
export const notEveryday = (action: string): SQL => sql.raw(`${action} <> all (array[${EVERYDAY_ACTS.map((name) => `'${name}'`).join(', ')}])`);

/**
 * Who did what, written in the same transaction as the change. Append-only.
 * Holds ids and hashes, never names or free text (semantics 7).
 */
export const auditEntries = pgTable(
	'audit_entries',
	{
		id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
		/** Transaction that wrote the entry: the sealer takes only what can no longer change. */
		txid: xid8()
			.notNull()
			.default(sql`pg_current_xact_id()`),
		actorId: uuid(),
		actorKind: text().notNull(),
		action: text().notNull(),
		projectId: uuid(),
		subjectKind: text().notNull(),
		subjectId: text().notNull(),
		details: jsonb().$type<Record<string, unknown>>(),
		createdAt: createdAt()
	},
	(t) => [index('audit_entries_seal').on(t.txid, t.id), index('audit_entries_project').on(t.projectId, t.id), index('audit_entries_acts').on(t.projectId, t.id).where(notEveryday('action'))]
);

/** One link of the hash chain: a batch of entries in (txid, id) order. Append-only. */
export const auditSeals = pgTable('audit_seals', {
	id: bigint({ mode: 'number' }).primaryKey(),
	untilTxid: xid8().notNull(),
	untilId: bigint({ mode: 'number' }).notNull(),
	entries: integer().notNull(),
	previousHash: text().notNull(),
	hash: text().notNull(),
	createdAt: createdAt()
});
