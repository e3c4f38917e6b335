import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { App } from '#lib/server/app.ts';
import { verifyPassword } from '#lib/server/auth/password.ts';
import { secretHash } from '#lib/server/auth/secrets.ts';
import * as tokens from '#lib/server/db/tokens.ts';
import * as users from '#lib/server/db/users.ts';
import { ACCOUNTS_FILE } from './accounts.ts';

/** A token as it stands in the file. */
const TOKEN = /plb_[A-Za-z0-9_-]{43}/g;

/** Whose accounts a file has: this database's, another's, nobody's (there is no file, or none in it), or that cannot be told. */
export type AccountsOf = 'this' | 'another' | 'nobody' | 'unknown';

/**
 * Whose accounts the file of a data folder has. A token says it for sure: it was made here or it was not. Where somebody
 * took the tokens out, a password says it that one of the people here has; none may have it because all were changed.
 * @throws Error when the file cannot be read, or the database is away
 */
export async function accountsOf(app: Pick<App, 'db'>, dataDir: string): Promise<AccountsOf> {
	const text = await readFile(join(dataDir, ACCOUNTS_FILE), 'utf8').catch((error: NodeJS.ErrnoException) => {
		if (error.code === 'ENOENT') return '';
		throw error;
	});
	const hashes = [...text.matchAll(TOKEN)].map(([token]) => secretHash(token));
	if (hashes.length > 0) return (await tokens.madeHere(app.db, hashes)) ? 'this' : 'another';
	const passwords = passwordsIn(text);
	for (const { email, password } of passwords) {
		const account = await users.byEmail(app.db, email);
		if (account && (await verifyPassword(account.passwordHash, password))) return 'this';
	}
	return passwords.length === 0 ? 'nobody' : 'unknown';
}

/** Accounts in a file that somebody may have changed by hand. */
function passwordsIn(text: string): { email: string; password: string }[] {
	let written: unknown;
	try {
		written = JSON.parse(text);
	} catch {
		return [];
	}
	return Array.isArray(written) ? written.filter(hasPassword) : [];
}

function hasPassword(account: unknown): account is { email: string; password: string } {
	const { email, password } = (account ?? {}) as { email?: unknown; password?: unknown };
	return typeof email === 'string' && typeof password === 'string';
}
