import { eq, lte, sql } from 'drizzle-orm';
import type { Executor } from './client.ts';
import { sessions, userProfiles, users } from './schema/account.ts';

/** A session with the person who opened it. */
export type SessionRow = {
	userId: string;
	expiresAt: Date;
	isAdmin: boolean;
	active: boolean;
	name: string;
	email: string;
	locale: string | null;
};

/** The session with this hash and its person, in one read. */
export async function find(db: Executor, hash: string): Promise<SessionRow | null> {
	const rows = await db
		.select({
			userId: sessions.userId,
			expiresAt: sessions.expiresAt,
			isAdmin: users.isAdmin,
			active: sql<boolean>`${users.deactivatedAt} is null`,
			name: userProfiles.name,
			email: userProfiles.email,
			locale: userProfiles.locale
		})
		.from(sessions)
		.innerJoin(users, eq(users.id, sessions.userId))
		.innerJoin(userProfiles, eq(userProfiles.userId, sessions.userId))
		.where(eq(sessions.id, hash));
	return rows[0] ?? null;
}

/** Sessions of a person; `id` is the hash, from which no cookie can be made. */
export async function ofUser(db: Executor, userId: string): Promise<{ id: string; userId: string; expiresAt: Date }[]> {
	return db.select({ id: sessions.id, userId: sessions.userId, expiresAt: sessions.expiresAt }).from(sessions).where(eq(sessions.userId, userId));
}

/** Opens a session under the hash of its cookie. */
export async function insert(db: Executor, session: { hash: string; userId: string; expiresAt: Date }): Promise<void> {
	await db.insert(sessions).values({ id: session.hash, userId: session.userId, expiresAt: session.expiresAt });
}

/** Moves a session's end. */
export async function extend(db: Executor, hash: string, expiresAt: Date): Promise<void> {
	await db.update(sessions).set({ expiresAt }).where(eq(sessions.id, hash));
}

/** Ends a session; twice is once. */
export async function remove(db: Executor, hash: string): Promise<void> {
	await db.delete(sessions).where(eq(sessions.id, hash));
}

/** Ends all sessions of a person. Returns how many there were. */
export async function removeAll(db: Executor, userId: string): Promise<number> {
	const rows = await db.delete(sessions).where(eq(sessions.userId, userId)).returning({ id: sessions.id });
	return rows.length;
}

/** Clears away what has ended by itself. */
export async function removeExpired(db: Executor): Promise<void> {
	await db.delete(sessions).where(lte(sessions.expiresAt, sql`now()`));
}
