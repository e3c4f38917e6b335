import { and, asc, eq, gt, isNull, sql } from 'drizzle-orm';
import type { Executor, Tx } from './client.ts';
import { userProfiles, users } from './schema/account.ts';

/** What signing in and every change of an account must know. */
export type Account = { id: string; isAdmin: boolean; passwordHash: string | null; deactivatedAt: Date | null };

/** Who a person is, for greeting and lists. */
export type Person = { id: string; name: string; email: string; locale: string | null; isAdmin: boolean };

/** A person in the list of users. */
export type UserLine = Person & { deactivatedAt: Date | null; createdAt: Date };

const account = { id: users.id, isAdmin: users.isAdmin, passwordHash: users.passwordHash, deactivatedAt: users.deactivatedAt };
const person = { id: users.id, name: userProfiles.name, email: userProfiles.email, locale: userProfiles.locale, isAdmin: users.isAdmin };

/** The account with this email, in whatever case it was typed. */
export async function byEmail(db: Executor, email: string): Promise<Account | null> {
	const rows = await db
		.select(account)
		.from(userProfiles)
		.innerJoin(users, eq(users.id, userProfiles.userId))
		.where(sql`lower(${userProfiles.email}) = lower(${email})`);
	return rows[0] ?? null;
}

/** The account, without holding it. */
export async function get(db: Executor, userId: string): Promise<Account | null> {
	const rows = await db.select(account).from(users).where(eq(users.id, userId));
	return rows[0] ?? null;
}

/**
 * The account, locked until the transaction ends: a session, token or link is
 * never made beside a deactivation or a change of password. Rows that refer to
 * the user (leases, judgments) are not held up by it.
 */
export async function lock(tx: Tx, userId: string): Promise<Account | null> {
	const rows = await tx.select(account).from(users).where(eq(users.id, userId)).for('no key update');
	return rows[0] ?? null;
}

/** All admins who may sign in, locked in one order: of two who deactivate each other, the second sees the first's work. */
export async function lockActiveAdmins(tx: Tx): Promise<string[]> {
	const rows = await tx
		.select({ id: users.id })
		.from(users)
		.where(and(eq(users.isAdmin, true), isNull(users.deactivatedAt)))
		.orderBy(asc(users.id))
		.for('no key update');
	return rows.map((row) => row.id);
}

/** Name and email; null for an unknown id. */
export async function personOf(db: Executor, userId: string): Promise<Person | null> {
	const rows = await db.select(person).from(users).innerJoin(userProfiles, eq(userProfiles.userId, users.id)).where(eq(users.id, userId));
	return rows[0] ?? null;
}

/** A page of users in the order they were made; `after` is the last id of the page before. */
export async function list(db: Executor, page: { after: string | null; limit: number }): Promise<UserLine[]> {
	return db
		.select({ ...person, deactivatedAt: users.deactivatedAt, createdAt: users.createdAt })
		.from(users)
		.innerJoin(userProfiles, eq(userProfiles.userId, users.id))
		.where(page.after === null ? undefined : gt(users.id, page.after))
		.orderBy(asc(users.id))
		.limit(page.limit);
}

/** Whether nobody has an account yet. */
export async function none(db: Executor): Promise<boolean> {
	const rows = await db.select({ id: users.id }).from(users).limit(1);
	return rows.length === 0;
}

/** Lets one transaction at a time make users: "is there none yet" then holds until it commits. */
export async function lockAll(tx: Tx): Promise<void> {
	await tx.execute(sql`lock table users in share row exclusive mode`);
}

/** Makes a user with the part that names the person. Fails on `user_profiles_email` when the email is taken. */
export async function insert(tx: Tx, user: { email: string; name: string; isAdmin: boolean; passwordHash: string | null }): Promise<string> {
	const rows = await tx.insert(users).values({ isAdmin: user.isAdmin, passwordHash: user.passwordHash }).returning({ id: users.id });
	const userId = rows[0]?.id ?? '';
	await tx.insert(userProfiles).values({ userId, email: user.email, name: user.name });
	return userId;
}

/** Stores a password's hash. */
export async function setPassword(tx: Tx, userId: string, passwordHash: string): Promise<void> {
	await tx.update(users).set({ passwordHash }).where(eq(users.id, userId));
}

/** From now on this person is nobody. */
export async function deactivate(tx: Tx, userId: string): Promise<void> {
	await tx.update(users).set({ deactivatedAt: sql`now()` }).where(eq(users.id, userId));
}

/** The person may sign in again. */
export async function reactivate(tx: Tx, userId: string): Promise<void> {
	await tx.update(users).set({ deactivatedAt: null }).where(eq(users.id, userId));
}

/** Keeps the language in which a person last read our pages: mails are written in it. */
export async function setLocale(db: Executor, userId: string, locale: string): Promise<void> {
	await db.update(userProfiles).set({ locale }).where(eq(userProfiles.userId, userId));
}
