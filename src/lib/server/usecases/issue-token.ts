import { ACTIONS } from '../../domain/permission.ts';
import type { Action } from '../../domain/permission.ts';
import { fail, ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { newToken } from '../auth/tokens.ts';
import { record } from '../db/audit.ts';
import * as tokens from '../db/tokens.ts';
import * as users from '../db/users.ts';
import { allowSite } from './access.ts';
import { inTransaction } from './transaction.ts';

/** Scopes of the new token: never more than the token that asks for it has. Null: all the role allows. */
function scopesFor(actor: Actor, wanted: readonly string[] | undefined): Result<Action[] | null> {
	if (!wanted) return ok(actor.scopes && [...actor.scopes]);
	if (wanted.length === 0) return wrongField('scopes', 'name at least one, or leave it out for all that the role allows');
	const scopes: Action[] = [];
	for (const [i, name] of wanted.entries()) {
		const scope = ACTIONS.find((action) => action === name);
		if (!scope) return wrongField(`scopes[${i}]`, `“${name}” is no scope`);
		if (actor.scopes && !actor.scopes.includes(scope)) return fail('scope_missing', `This token lacks the scope “${scope}” and so cannot give it.`);
		if (!scopes.includes(scope)) scopes.push(scope);
	}
	return ok(scopes);
}

/** Makes a bearer token: without `userId` for the person who asks, with it for anybody (administrator). Shown this once. */
export async function issueToken(
	app: Pick<App, 'db'>,
	actor: Actor,
	input: { userId?: string | undefined; scopes?: readonly string[] | undefined; expiresAt?: string | undefined; name?: string | undefined }
): Promise<Result<{ id: string; token: string; expiresAt: string | null }>> {
	if (input.userId !== undefined) {
		const allowed = allowSite(actor, 'user.manage');
		if (!allowed.ok) return allowed;
	}
	const userId = input.userId ?? actor.userId;
	const scopes = scopesFor(actor, input.scopes);
	if (!scopes.ok) return scopes;
	const limit = actor.until ?? null;
	const expiresAt = input.expiresAt === undefined ? limit : new Date(input.expiresAt);
	if (expiresAt && Number.isNaN(expiresAt.getTime())) return wrongField('expiresAt', 'an ISO 8601 time such as 2026-11-23T09:00:00Z');
	if (limit && expiresAt && expiresAt > limit) return wrongField('expiresAt', `not after ${limit.toISOString()}, when the token that asks ends`);
	return inTransaction(app.db, async (tx) => {
		const account = await users.lock(tx, userId);
		if (!account) return fail('not_found', 'There is no user with this id.');
		if (account.deactivatedAt !== null) return fail('conflict', 'This user is deactivated. Reactivate the account first.');
		if (expiresAt && !(await tokens.isAhead(tx, expiresAt))) return wrongField('expiresAt', 'must lie in the future');
		const { token, hash } = newToken();
		const id = await tokens.insert(tx, { userId, tokenHash: hash, name: input.name ?? null, scopes: scopes.value, expiresAt });
		const until = expiresAt?.toISOString() ?? null;
		await record(tx, actor, { action: 'token.issue', subject: ['token', id], details: { user: userId, scopes: scopes.value, expiresAt: until } });
		return ok({ id, token, expiresAt: until });
	});
}
