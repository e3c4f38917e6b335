import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as users from '../db/users.ts';
import { allowSite } from './access.ts';

/** A person in the administrator's list. */
export type UserInList = { id: string; name: string; email: string; isAdmin: boolean; active: boolean; createdAt: string };

/** A page of users, oldest first; `next` asks for the page after it. */
export async function listUsers(
	app: Pick<App, 'db'>,
	actor: Actor,
	page: { after?: string | undefined; limit?: number | undefined } = {}
): Promise<Result<{ users: UserInList[]; next: string | null }>> {
	const allowed = allowSite(actor, 'user.manage');
	if (!allowed.ok) return allowed;
	const limit = page.limit ?? 100;
	const rows = await users.list(app.db, { after: page.after ?? null, limit: limit + 1 });
	const shown = rows.slice(0, limit);
	return ok({
		users: shown.map(({ id, name, email, isAdmin, deactivatedAt, createdAt }) => ({ id, name, email, isAdmin, active: deactivatedAt === null, createdAt: createdAt.toISOString() })),
		next: rows.length > limit ? (shown.at(-1)?.id ?? null) : null
	});
}
