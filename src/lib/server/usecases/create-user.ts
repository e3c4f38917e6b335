import { fail, ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { checkNewPassword, hashPassword } from '../auth/password.ts';
import { readEmail, readName } from '../auth/profile.ts';
import { record } from '../db/audit.ts';
import { violates } from '../db/errors.ts';
import * as users from '../db/users.ts';
import { allowSite } from './access.ts';
import { inTransaction } from './transaction.ts';

/** Makes an account. Without a password the person gets a one-time link and sets one. */
export async function createUser(
	app: Pick<App, 'db'>,
	actor: Actor,
	input: { email: string; name: string; password?: string | undefined; isAdmin?: boolean | undefined }
): Promise<Result<{ id: string }>> {
	const allowed = allowSite(actor, 'user.manage');
	if (!allowed.ok) return allowed;
	const isAdmin = input.isAdmin ?? false;
	// A token limited to some scopes must not make somebody who has them all.
	if (isAdmin && actor.scopes) return fail('scope_missing', 'A token with limited scopes cannot make an administrator. Sign in instead.');
	const email = readEmail(input.email);
	if (email === null) return wrongField('email', 'an email address such as ada@example.org');
	const name = readName(input.name);
	if (name === null) return wrongField('name', 'a name of at most 200 characters');
	if (input.password !== undefined) {
		const usable = checkNewPassword(input.password);
		if (!usable.ok) return usable;
	}
	const passwordHash = input.password === undefined ? null : await hashPassword(input.password);
	try {
		return await inTransaction(app.db, async (tx) => {
			const id = await users.insert(tx, { email, name, isAdmin, passwordHash });
			await record(tx, actor, { action: 'user.create', subject: ['user', id], details: { isAdmin } });
			return ok({ id });
		});
	} catch (error) {
		if (!violates(error, 'user_profiles_email')) throw error;
		return fail('conflict', 'email: somebody has an account with this email already.', { errors: [{ field: 'email', message: 'somebody has an account with this email already' }] });
	}
}
