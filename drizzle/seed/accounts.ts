import { randomInt } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { App } from '#lib/server/app.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import type { Tx } from '#lib/server/db/client.ts';
import { createUser } from '#lib/server/usecases/create-user.ts';
import { issueToken } from '#lib/server/usecases/issue-token.ts';
import { valueOf } from './value-of.ts';

/** Where the demo's people, passwords and tokens are written, in the data folder. */
export const ACCOUNTS_FILE = 'demo-accounts.json';

export type DemoRole = 'admin' | 'engineer' | 'reviewer' | 'annotator';
/** An account as the file has it. */
export type DemoAccount = { email: string; name: string; role: DemoRole; password: string; token: string };
/** A person of the demo as the database knows them. */
export type DemoPerson = { id: string; role: DemoRole; email: string };

const PEOPLE: readonly { email: string; name: string; role: DemoRole }[] = [
	{ email: 'ruth.alder@alder-finch.example', name: 'Ruth Alder', role: 'admin' },
	{ email: 'tomas.herrera@alder-finch.example', name: 'Tomás Herrera', role: 'engineer' },
	{ email: 'ingrid.finch@alder-finch.example', name: 'Ingrid Finch', role: 'reviewer' },
	{ email: 'priya.nair@alder-finch.example', name: 'Priya Nair', role: 'annotator' },
	{ email: 'daniel.okafor@alder-finch.example', name: 'Daniel Okafor', role: 'annotator' },
	{ email: 'lin.jing@alder-finch.example', name: '林静 Lin Jing', role: 'annotator' }
];

/** Who acts before anybody has an account: the start itself. The nil UUID names no person in the audit. */
const STARTER: Actor = { userId: '00000000-0000-0000-0000-000000000000', isAdmin: true, via: 'system', scopes: null };

/** The demo's administrator, acting for the seed. */
export const asAdmin = (id: string): Actor => ({ userId: id, isAdmin: true, via: 'system', scopes: null });

/** A password of 79 random bits that can be read out and typed: no signs that look alike. */
function newPassword(): string {
	const signs = 'abcdefghjkmnpqrstuvwxyz23456789';
	const group = () => Array.from({ length: 4 }, () => signs[randomInt(signs.length)]).join('');
	return [group(), group(), group(), group()].join('-');
}

/** Makes everybody with a password and a token inside the caller's transaction. */
export async function createAccounts(app: App, tx: Tx): Promise<{ accounts: DemoAccount[]; people: DemoPerson[] }> {
	// The use cases open transactions of their own; inside this one they are savepoints.
	const within = { ...app, db: tx };
	const accounts: DemoAccount[] = [];
	const people: DemoPerson[] = [];
	for (const { email, name, role } of PEOPLE) {
		const admin = people.find((person) => person.role === 'admin');
		const actor = admin ? asAdmin(admin.id) : STARTER;
		const password = newPassword();
		const { id } = valueOf(await createUser(within, actor, { email, name, password, isAdmin: role === 'admin' }));
		const { token } = valueOf(await issueToken(within, actor, { userId: id, name: 'demo' }));
		accounts.push({ email, name, role, password, token });
		people.push({ id, role, email });
	}
	return { accounts, people };
}

/** A file with another database's accounts keeps its passwords, which are stored nowhere else, under another name. Gives that name; null: there was none. */
async function setAside(dataDir: string): Promise<string | null> {
	const aside = ACCOUNTS_FILE.replace(/\.json$/u, `.${new Date().toISOString().replaceAll(':', '-')}.json`);
	return rename(join(dataDir, ACCOUNTS_FILE), join(dataDir, aside)).then(
		() => aside,
		(error: NodeJS.ErrnoException) => {
			if (error.code === 'ENOENT') return null;
			throw error;
		}
	);
}

/**
 * Writes the accounts so that nobody else can read them and no half-written file is ever seen. Gives the name that a file
 * of the same name has from now on; null: there was none.
 */
export async function writeAccounts(dataDir: string, accounts: readonly DemoAccount[]): Promise<string | null> {
	await mkdir(dataDir, { recursive: true, mode: 0o700 });
	const draft = join(dataDir, `${ACCOUNTS_FILE}.${process.pid}`);
	await rm(draft, { force: true });
	const file = await open(draft, 'wx', 0o600);
	try {
		await file.writeFile(`${JSON.stringify(accounts, null, '\t')}\n`);
		await file.sync();
	} finally {
		await file.close();
	}
	const aside = await setAside(dataDir);
	await rename(draft, join(dataDir, ACCOUNTS_FILE));
	return aside;
}
