import { fail, ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { newToken } from '../auth/tokens.ts';
import { record } from '../db/audit.ts';
import * as keys from '../db/gateway-keys.ts';
import type { GatewayKey } from '../db/gateway-keys.ts';
import * as tokens from '../db/tokens.ts';
import * as walls from '../db/walls.ts';
import { allow } from './access.ts';
import { inTransaction } from './transaction.ts';

/**
 * Makes a key with which an application asks for a project's models. Shown this once.
 * `walled` where a wall stands before who makes it: a key asks whatever is served from
 * then on, models that are not trained yet among it, and weights remember.
 */
export async function issueGatewayKey(
	app: Pick<App, 'db'>,
	actor: Actor,
	input: { slug: string; name: string; requestsPerMinute: number; tokensPerDay: number | null; expiresAt?: string | null | undefined }
): Promise<Result<{ id: string; key: string; expiresAt: string | null }>> {
	return inTransaction(app.db, async (tx) => {
		const access = await allow(tx, actor, { slug: input.slug }, 'gateway.manage');
		if (!access.ok) return access;
		const projectId = access.value.project.id;
		if ((await walls.mattersBehind(tx, projectId, actor.userId)).length > 0) return fail('walled', 'A wall stands between you and a matter of this project, and a key asks whatever its models learned. Somebody else must make it.');
		const expiresAt = input.expiresAt ? new Date(input.expiresAt) : null;
		if (expiresAt && !(await tokens.isAhead(tx, expiresAt))) return wrongField('expiresAt', 'must lie in the future');
		const { token, hash } = newToken();
		const id = await keys.insert(tx, { projectId, name: input.name.trim(), keyHash: hash, requestsPerMinute: input.requestsPerMinute, tokensPerDay: input.tokensPerDay, expiresAt, createdBy: actor.userId });
		if (id === null) return wrongField('name', 'a name that no other key of the project has');
		const until = expiresAt?.toISOString() ?? null;
		await record(tx, actor, { action: 'gateway_key.issue', projectId, subject: ['gateway_key', id], details: { requestsPerMinute: input.requestsPerMinute, tokensPerDay: input.tokensPerDay, expiresAt: until } });
		return ok({ id, key: token, expiresAt: until });
	});
}

/** Ends a key for good: gateways refuse it within seconds. Twice is once. */
export async function revokeGatewayKey(app: Pick<App, 'db'>, actor: Actor, id: string): Promise<Result<{ revoked: true }>> {
	return inTransaction(app.db, async (tx) => {
		const found = await keys.lock(tx, id);
		if (!found) return fail('not_found', 'There is no such key.');
		const access = await allow(tx, actor, { id: found.projectId }, 'gateway.manage');
		if (!access.ok) return access;
		if (found.revoked) return ok({ revoked: true });
		await keys.revoke(tx, id);
		await record(tx, actor, { action: 'gateway_key.revoke', projectId: found.projectId, subject: ['gateway_key', id] });
		return ok({ revoked: true });
	});
}

/** Keys of a project and what they used. */
export async function listGatewayKeys(app: Pick<App, 'db'>, actor: Actor, slug: string): Promise<Result<GatewayKey[]>> {
	const access = await allow(app.db, actor, { slug }, 'gateway.manage');
	return access.ok ? ok(await keys.list(app.db, access.value.project.id)) : access;
}
