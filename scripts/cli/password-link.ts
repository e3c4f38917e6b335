import * as users from '#lib/server/db/users.ts';
import { issuePasswordLink } from '#lib/server/usecases/issue-password-link.ts';
import { readSettings } from '../start/settings.mjs';
import { Trouble } from '../start/trouble.mjs';
import type { Command } from './command.ts';
import { withDatabase } from './with-database.ts';

/** `plumbline user password-link EMAIL` */
export const passwordLink: Command = {
	words: ['user', 'password-link'],
	takes: ['EMAIL'],
	summary: 'make a one-time link with which a person sets a new password',
	help: `For who has lost the password, also the last administrator: whoever can run this has the database
anyway. The link opens once, within 24 hours; an earlier one of the person ends. It is in the audit.`,
	run: ([email = ''], say) => {
		const settings = readSettings(process.env);
		return withDatabase(settings, async (db) => {
			const account = await users.byEmail(db, email.trim());
			if (!account) throw new Trouble(`Nobody has an account with the email ${email}.`);
			// In the person's own name, by the system: no administrator of the application did this.
			const issued = await issuePasswordLink({ db }, { userId: account.id, isAdmin: true, via: 'system', scopes: null }, account.id);
			if (!issued.ok) throw new Trouble(issued.problem.detail);
			say(`${settings.origin}/password/${issued.value.token}`);
			say(`Opens once, until ${issued.value.expiresAt}. Give it to ${email} and to nobody else.`);
			return 0;
		});
	}
};
