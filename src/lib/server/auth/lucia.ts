import { Lucia, TimeSpan } from 'lucia';
import type { Adapter, Cookie } from 'lucia';
import type { Config } from '../config.ts';
import type { Executor } from '../db/client.ts';
import * as sessions from '../db/sessions.ts';
import { secretHash } from './secrets.ts';

/** Who is signed in, as the pages greet them. */
export type Greeted = { name: string; email: string; locale: string | null };
type UserAttributes = Greeted & { isAdmin: boolean };

declare module 'lucia' {
	interface Register {
		Lucia: Auth;
		DatabaseUserAttributes: UserAttributes;
	}
}

/** A cookie as `cookies.set(name, value, attributes)` of the web framework takes it. */
export type SessionCookie = {
	name: string;
	value: string;
	attributes: { path: string; httpOnly: boolean; sameSite: 'lax'; secure: boolean; maxAge: number };
};

const COOKIE_NAME = 'plumbline_session';
const DAYS = 30;

/**
 * lucia's storage. lucia hands over the cookie's value; only its SHA-256 is
 * stored, so that a copy of the database opens no session. A deactivated person
 * is answered as no person: lucia then ends the session.
 */
function adapter(db: Executor): Adapter {
	return {
		getSessionAndUser: async (id) => {
			const row = await sessions.find(db, secretHash(id));
			if (!row) return [null, null];
			const { userId, expiresAt, active, ...attributes } = row;
			return [{ id, userId, expiresAt, attributes: {} }, active ? { id: userId, attributes } : null];
		},
		// These ids are hashes: good for counting, not for ending one session by id.
		getUserSessions: async (userId) => (await sessions.ofUser(db, userId)).map((session) => ({ ...session, attributes: {} })),
		setSession: ({ id, userId, expiresAt }) => sessions.insert(db, { hash: secretHash(id), userId, expiresAt }),
		updateSessionExpiration: (id, expiresAt) => sessions.extend(db, secretHash(id), expiresAt),
		deleteSession: (id) => sessions.remove(db, secretHash(id)),
		deleteUserSessions: async (userId) => {
			await sessions.removeAll(db, userId);
		},
		deleteExpiredSessions: () => sessions.removeExpired(db)
	};
}

/** lucia over the database or an open transaction; making one costs nothing. */
export function createAuth(db: Executor, config: Pick<Config, 'secureCookies'>) {
	return new Lucia(adapter(db), {
		sessionExpiresIn: new TimeSpan(DAYS, 'd'),
		sessionCookie: { name: COOKIE_NAME, attributes: { secure: config.secureCookies, sameSite: 'lax', path: '/' } },
		getUserAttributes: ({ isAdmin, name, email, locale }: UserAttributes) => ({ isAdmin, name, email, locale })
	});
}
export type Auth = ReturnType<typeof createAuth>;

function plain({ name, value, attributes }: Cookie): SessionCookie {
	return {
		name,
		value,
		attributes: { path: '/', httpOnly: true, sameSite: 'lax', secure: attributes.secure ?? true, maxAge: attributes.maxAge ?? 0 }
	};
}

/** Opens a session for a person and gives the cookie that carries it. */
export async function openSession(db: Executor, config: Pick<Config, 'secureCookies'>, userId: string): Promise<SessionCookie> {
	const auth = createAuth(db, config);
	const session = await auth.createSession(userId, {});
	return plain(auth.createSessionCookie(session.id));
}

/** The cookie that makes a browser forget its session. */
export function blankCookie(config: Pick<Config, 'secureCookies'>): SessionCookie {
	return { name: COOKIE_NAME, value: '', attributes: { path: '/', httpOnly: true, sameSite: 'lax', secure: config.secureCookies, maxAge: 0 } };
}

/**
 * Who a session id belongs to. When more than half of its 30 days is over it is
 * extended, and `renewed` is the cookie to set again.
 */
export async function validateSession(db: Executor, config: Pick<Config, 'secureCookies'>, id: string) {
	const auth = createAuth(db, config);
	const { user, session } = await auth.validateSession(id);
	if (!user) return null;
	const cookie = session.fresh ? auth.createSessionCookie(session.id) : null;
	return { user, renewed: cookie ? plain(cookie) : null };
}

/** Who a session id belongs to, without extending or ending it; null: it is over, or its person is deactivated. */
export async function readSession(db: Executor, id: string): Promise<{ userId: string; isAdmin: boolean } | null> {
	const row = await sessions.find(db, secretHash(id));
	return row?.active && row.expiresAt.getTime() > Date.now() ? { userId: row.userId, isAdmin: row.isAdmin } : null;
}

/** Ends the session that a cookie carries. */
export async function endSession(db: Executor, config: Pick<Config, 'secureCookies'>, id: string): Promise<void> {
	await createAuth(db, config).invalidateSession(id);
}

/**
 * The session id in a Cookie header. lucia's own reader decodes every cookie of
 * the host and throws on one that another application wrote badly.
 */
export function sessionIdFrom(cookieHeader: string | null): string | null {
	for (const pair of cookieHeader?.split(';') ?? []) {
		const [name, value] = pair.trim().split('=', 2);
		if (name === COOKIE_NAME && value && /^[a-z2-7]{40}$/.test(value)) return value;
	}
	return null;
}
