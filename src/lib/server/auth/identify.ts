import { isAction } from '../../domain/permission.ts';
import type { App } from '../app.ts';
import { databaseError } from '../db/errors.ts';
import * as tokens from '../db/tokens.ts';
import type { Actor } from './actor.ts';
import { sessionIdFrom, validateSession } from './lucia.ts';
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

async function byToken(app: Services, hash: string): Promise<Identity> {
	const found = await tokens.bearer(app.db, hash);
	if (!found) return NOBODY;
	if (found.stale) noteUse(app, found.id);
	const { userId, isAdmin, scopes, expiresAt } = found;
	return { actor: { userId, isAdmin, via: 'token', scopes: scopes?.filter(isAction) ?? null, until: expiresAt }, person: null };
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
		actor: { userId: id, isAdmin, via: 'session', scopes: null },
		person: { id, name, email, locale },
		...(found.renewed ? { session: found.renewed } : {})
	};
}
