import { isAction } from '../../domain/permission.ts';
import type { App } from '../app.ts';
import { databaseError } from '../db/errors.ts';
import * as tokens from '../db/tokens.ts';
import type { Bearer } from '../db/tokens.ts';
import type { Actor } from './actor.ts';
import { readSession, sessionIdFrom, validateSession } from './lucia.ts';
import type { Greeted, SessionCookie } from './lucia.ts';
import { bearerHash } from './tokens.ts';

type Services = Pick<App, 'db' | 'config' | 'log'>;

/** Who sent a request. */
export type Identity = {
	actor: Actor | null;
	/** Name and email of who is signed in; null for a token, whose program needs no greeting. */
	person: (Greeted & { id: string }) | null;
	/** The renewed session's cookie, to be set again. */
	session?: SessionCookie;
};

const NOBODY: Identity = { actor: null, person: null };

/** Tokens whose use is being noted right now: sixteen requests at once write once. */
const noting = new Set<string>();

function noteUse(app: Services, tokenId: string): void {
	if (noting.has(tokenId)) return;
	noting.add(tokenId);
	// Not awaited: no request waits for, or fails by, a note that it was there.
	void tokens
		.touch(app.db, tokenId)
		.catch((error: unknown) => app.log.warn({ tokenId, code: databaseError(error)?.code }, 'use of a token was not noted'))
		.finally(() => noting.delete(tokenId));
}

const actorOfToken = ({ id, userId, isAdmin, scopes, expiresAt }: Bearer): Actor => ({ userId, isAdmin, via: 'token', scopes: scopes?.filter(isAction) ?? null, tokenId: id, until: expiresAt });
const actorOfSession = (of: { userId: string; isAdmin: boolean }): Actor => ({ ...of, via: 'session', scopes: null });

async function byToken(app: Services, hash: string): Promise<Identity> {
	const found = await tokens.bearer(app.db, hash);
	if (!found) return NOBODY;
	if (found.stale) noteUse(app, found.id);
	return { actor: actorOfToken(found), person: null };
}

/**
 * Who sends these headers. A bearer token wins over a cookie, also when it is
 * no longer valid: a program must not go on with somebody's session.
 */
export async function identify(app: Services, headers: { cookie: string | null; authorization: string | null }): Promise<Identity> {
	const bearer = bearerHash(headers.authorization);
	if (bearer === 'malformed') return NOBODY;
	if (bearer) return byToken(app, bearer.hash);
	const sessionId = sessionIdFrom(headers.cookie);
	const found = sessionId && (await validateSession(app.db, app.config, sessionId));
	if (!found) return NOBODY;
	const { id, isAdmin, name, email, locale } = found.user;
	return {
		actor: actorOfSession({ userId: id, isAdmin }),
		person: { id, name, email, locale },
		...(found.renewed ? { session: found.renewed } : {})
	};
}

/**
 * Whom the same headers speak for by now; null: nobody any more. For an answer
 * that goes on for long: it notes no use and renews no session, whose cookie
 * could not be set again.
 */
export async function actorNow(app: Pick<App, 'db'>, headers: { cookie: string | null; authorization: string | null }): Promise<Actor | null> {
	const bearer = bearerHash(headers.authorization);
	if (bearer === 'malformed') return null;
	if (bearer) {
		const found = await tokens.bearer(app.db, bearer.hash);
		return found && actorOfToken(found);
	}
	const sessionId = sessionIdFrom(headers.cookie);
	const found = sessionId === null ? null : await readSession(app.db, sessionId);
	return found && actorOfSession(found);
}
