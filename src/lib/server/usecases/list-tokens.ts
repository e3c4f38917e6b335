import { ACTIONS, isAction, may } from '../../domain/permission.ts';
import type { Action } from '../../domain/permission.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as members from '../db/members.ts';
import * as tokens from '../db/tokens.ts';

/** A token in its person's list. `scopes` null: all that the person's roles allow. */
export type TokenInList = { id: string; name: string | null; scopes: Action[] | null; expiresAt: string | null; expired: boolean; lastUsedAt: string | null; createdAt: string };

/**
 * My own tokens that were not revoked, newest first, at most `limit`; and the
 * scopes that at least one of my roles makes useful, to choose from. A token
 * with limited scopes learns of itself alone.
 */
export async function listTokens(app: Pick<App, 'db'>, actor: Actor, limit: number): Promise<{ tokens: TokenInList[]; useful: Action[] }> {
	const rows = await tokens.ofUser(app.db, actor.userId, { limit, only: actor.scopes ? (actor.tokenId ?? null) : undefined });
	const roles = new Set((await members.projectsOf(app.db, actor.userId, false)).map(({ role }) => role));
	const iso = (at: Date | null): string | null => at?.toISOString() ?? null;
	return {
		tokens: rows.map(({ id, name, scopes, expiresAt, expired, lastUsedAt, createdAt }) => ({
			id,
			name,
			// Names of scopes that a later version dropped grant nothing and say nothing.
			scopes: scopes?.filter(isAction) ?? null,
			expiresAt: iso(expiresAt),
			expired,
			lastUsedAt: iso(lastUsedAt),
			createdAt: createdAt.toISOString()
		})),
		useful: ACTIONS.filter((action) => [null, ...roles].some((role) => may({ role, isAdmin: actor.isAdmin }, action)))
	};
}
