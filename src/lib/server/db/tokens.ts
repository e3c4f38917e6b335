import { and, desc, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { Executor, Tx } from './client.ts';
import { rowsOf } from './rows.ts';
import { apiTokens } from './schema/account.ts';

/** What a bearer token stands for. `stale`: its last use was noted more than a minute ago. */
export type Bearer = { id: string; userId: string; isAdmin: boolean; scopes: string[] | null; expiresAt: Date | null; stale: boolean };

const due = sql<boolean>`coalesce(${apiTokens.lastUsedAt} < now() - interval '1 minute', true)`;

/**
 * The token with this hash, if it still counts and its person is active. Found
 * by the index on the hash: how long the look-up takes tells nothing about the
 * token's characters. Written by hand, as what every call of a program waits for.
 */
export async function bearer(db: Executor, hash: string): Promise<Bearer | null> {
	const rows = await rowsOf<{ id: string; user_id: string; is_admin: boolean; scopes: string[] | null; expires_at: string | null; stale: boolean }>(
		db,
		sql`select t.id, t.user_id, u.is_admin, t.scopes, t.expires_at, coalesce(t.last_used_at < now() - interval '1 minute', true) as stale
			from api_tokens t join users u on u.id = t.user_id
			where t.token_hash = ${hash} and t.revoked_at is null and (t.expires_at is null or t.expires_at > now()) and u.deactivated_at is null`
	);
	const row = rows[0];
	return row ? { id: row.id, userId: row.user_id, isAdmin: row.is_admin, scopes: row.scopes, expiresAt: row.expires_at === null ? null : new Date(row.expires_at), stale: row.stale } : null;
}

/** Whether a token with one of these hashes was ever made here, also one that was revoked since. */
export async function madeHere(db: Executor, hashes: readonly string[]): Promise<boolean> {
	const rows = await db.select({ id: apiTokens.id }).from(apiTokens).where(inArray(apiTokens.tokenHash, [...hashes])).limit(1);
	return rows.length > 0;
}

/** Notes that a token is in use, unless that was noted within the last minute. */
export async function touch(db: Executor, id: string): Promise<void> {
	await db.update(apiTokens).set({ lastUsedAt: sql`now()` }).where(and(eq(apiTokens.id, id), due));
}

/** Whether an instant lies ahead of the database's clock. */
export async function isAhead(tx: Tx, instant: Date): Promise<boolean> {
	const rows = await tx.execute<{ ahead: boolean }>(sql`select ${instant.toISOString()}::timestamptz > now() as ahead`);
	return rows[0]?.ahead ?? false;
}

/** Makes a token for a person. */
export async function insert(tx: Tx, token: { userId: string; tokenHash: string; name: string | null; scopes: string[] | null; expiresAt: Date | null }): Promise<string> {
	const rows = await tx.insert(apiTokens).values(token).returning({ id: apiTokens.id });
	return rows[0]?.id ?? '';
}

/** A token as its person sees it; the token itself is nowhere. */
export type TokenLine = { id: string; name: string | null; scopes: string[] | null; expiresAt: Date | null; expired: boolean; lastUsedAt: Date | null; createdAt: Date };

/** Tokens of a person that were not revoked, newest first, expired ones included; with `only` no other than this one, null: none. */
export async function ofUser(db: Executor, userId: string, { limit, only }: { limit: number; only?: string | null | undefined }): Promise<TokenLine[]> {
	if (only === null) return [];
	return db
		.select({
			id: apiTokens.id,
			name: apiTokens.name,
			scopes: apiTokens.scopes,
			expiresAt: apiTokens.expiresAt,
			expired: sql<boolean>`coalesce(${apiTokens.expiresAt} <= now(), false)`,
			lastUsedAt: apiTokens.lastUsedAt,
			createdAt: apiTokens.createdAt
		})
		.from(apiTokens)
		.where(and(eq(apiTokens.userId, userId), isNull(apiTokens.revokedAt), only === undefined ? undefined : eq(apiTokens.id, only)))
		.orderBy(desc(apiTokens.id))
		.limit(limit);
}

/** A token's person and whether it was revoked, locked. */
export async function lock(tx: Tx, id: string): Promise<{ userId: string; revoked: boolean } | null> {
	const rows = await tx
		.select({ userId: apiTokens.userId, revoked: sql<boolean>`${apiTokens.revokedAt} is not null` })
		.from(apiTokens)
		.where(eq(apiTokens.id, id))
		.for('update');
	return rows[0] ?? null;
}

/** Ends a token for good. */
export async function revoke(tx: Tx, id: string): Promise<void> {
	await tx.update(apiTokens).set({ revokedAt: sql`now()` }).where(eq(apiTokens.id, id));
}

/** Ends all tokens of a person. Returns how many still counted. */
export async function revokeAll(tx: Tx, userId: string): Promise<number> {
	const rows = await tx
		.update(apiTokens)
		.set({ revokedAt: sql`now()` })
		.where(and(eq(apiTokens.userId, userId), isNull(apiTokens.revokedAt)))
		.returning({ id: apiTokens.id });
	return rows.length;
}
