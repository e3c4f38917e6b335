import { and, eq, gt, isNull, sql } from 'drizzle-orm';
import type { Executor, Tx } from './client.ts';
import { passwordLinks } from './schema/account.ts';

const open = (tokenHash: string) => and(eq(passwordLinks.tokenHash, tokenHash), isNull(passwordLinks.usedAt), gt(passwordLinks.expiresAt, sql`now()`));

/** Makes a one-time link. Returns when it ends. */
export async function insert(tx: Tx, link: { tokenHash: string; userId: string; createdBy: string; hours: number }): Promise<Date> {
	const rows = await tx
		.insert(passwordLinks)
		.values({ tokenHash: link.tokenHash, userId: link.userId, createdBy: link.createdBy, expiresAt: sql`now() + make_interval(hours => ${link.hours}::int)` })
		.returning({ expiresAt: passwordLinks.expiresAt });
	const row = rows[0];
	if (!row) throw new Error('the password link was not stored');
	return row.expiresAt;
}

/** Whose password a link sets; null when it no longer opens. */
export async function personOf(db: Executor, tokenHash: string): Promise<string | null> {
	const rows = await db.select({ userId: passwordLinks.userId }).from(passwordLinks).where(open(tokenHash));
	return rows[0]?.userId ?? null;
}

/** Uses a link up; false when it no longer opens. Of two who try at once, one uses it. */
export async function use(tx: Tx, tokenHash: string): Promise<boolean> {
	const rows = await tx.update(passwordLinks).set({ usedAt: sql`now()` }).where(open(tokenHash)).returning({ userId: passwordLinks.userId });
	return rows.length > 0;
}

/** Closes all open links of a person: only the newest counts, and none after a new password. */
export async function closeAll(tx: Tx, userId: string): Promise<void> {
	await tx
		.update(passwordLinks)
		.set({ usedAt: sql`now()` })
		.where(and(eq(passwordLinks.userId, userId), isNull(passwordLinks.usedAt)));
}
