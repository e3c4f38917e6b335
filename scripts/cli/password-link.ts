import * as users from '#lib/server/db/users.ts';
import { issuePasswordLink } from '#lib/server/usecases/issue-password-link.ts';
import { readSettings } from '../start/settings.mjs';
import { refused } from './ending.ts';
import type { Tools } from './tools.ts';
import { withDatabase } from './with-database.ts';

/** `plumbline user password-link`, on the installation's own database. @throws Trouble */
export function passwordLink({ env, speaker }: Tools, email: string): Promise<void> {
	const settings = readSettings(env);
	return withDatabase(settings, async (db) => {
		const account = await users.byEmail(db, email.trim());
		if (!account) throw refused(`Nobody has an account with the email ${email}.`, { code: 'not_found' });
		// In the person's own name, by the system: no administrator of the application did this.
		const issued = await issuePasswordLink({ db }, { userId: account.id, isAdmin: true, via: 'system', scopes: null }, account.id);
		if (!issued.ok) throw refused(issued.problem.detail, { code: issued.problem.code });
		const link = `${settings.origin}/password/${issued.value.token}`;
		speaker.result({ email, passwordLink: link, expiresAt: issued.value.expiresAt }, [link, `Opens once, until ${issued.value.expiresAt}. Give it to ${email} and to nobody else.`]);
	});
}
