import { join } from 'node:path';
import postgres from 'postgres';
import { createApp } from '#lib/server/app.ts';
import type { App } from '#lib/server/app.ts';
import { readConfig } from '#lib/server/config.ts';
import { fact, putFact } from '#lib/server/db/installation.ts';
import * as users from '#lib/server/db/users.ts';
import { ACCOUNTS_FILE, createAccounts, writeAccounts } from './accounts.ts';
import type { DemoPerson } from './accounts.ts';
import { accountsOf } from './accounts-of.ts';
import type { AccountsOf } from './accounts-of.ts';
import { bankCredit } from './bank/scenario.ts';
import { lawFirm } from './law-firm/scenario.ts';
import { lawyerQaZh } from './lawyer-qa-zh/scenario.ts';
import { seedProject } from './project.ts';

/** One number for all Plumbline processes, beside the migration's. */
const SEED_LOCK = 7_310_585_423;
/** Facts of the installation: the accounts with their ids; everything written. */
const ACCOUNTS = 'demo.accounts';
const SEEDED = 'demo.seeded';

/** What a run of the seed did; `lines` are for the person at the terminal. `accounts`: whether the file of the data folder has this database's. */
export type Seeded = { did: 'seeded' | 'nothing' | 'refused'; accounts: boolean; lines: string[] };

/** How the program ends that is not to have the accounts of the file shown: they are another database's, or there are none. Node itself ends with none above 13. */
export const NO_ACCOUNTS = 20;

/** What is the matter with the file of a data folder that does not have this database's accounts. */
const AMISS: Record<Exclude<AccountsOf, 'this'>, (file: string) => string> = {
	another: (file) => `the accounts in ${file} are another database’s`,
	nobody: (file) => `${file} with its passwords is gone or was emptied`,
	unknown: (file) => `no password in ${file} is right: they are another database’s, or were changed since`
};

/** What somebody is told whose demo's passwords are not in the data folder. */
const withoutPasswords = (file: string, of: Exclude<AccountsOf, 'this'>): string =>
	`The demo is in this database, but ${AMISS[of](file)}; its passwords are stored nowhere else. A new one for any account: npx plumbline user password-link EMAIL`;

/** Accounts and their file stand or fall together: the file is in place when the transaction commits, and is written anew when it did not. */
async function seedAccounts(app: App): Promise<{ people: DemoPerson[]; aside: string | null } | null> {
	return app.db.transaction(async (tx) => {
		await users.lockAll(tx);
		// An installation that people use must not get an administrator whose password lies in a file.
		if (!(await users.none(tx))) return null;
		const { accounts, people } = await createAccounts(app, tx);
		await putFact(tx, ACCOUNTS, people);
		return { people, aside: await writeAccounts(app.config.dataDir, accounts) };
	});
}

/**
 * Writes the demo once an installation. Safe beside another one (the second
 * waits, then finds everything done) and after a kill: accounts are all there
 * or not at all, projects are completed.
 * @throws Error when a text of the demo is not taken, or the database is away
 */
export async function seedDemo(app: App): Promise<Seeded> {
	const file = join(app.config.dataDir, ACCOUNTS_FILE);
	// A lock of the session, on a connection of its own: it ends with this process, however that ends.
	const holder = postgres(app.config.databaseUrl, { max: 1, onnotice: () => undefined });
	try {
		await holder`select pg_advisory_lock(${SEED_LOCK})`;
		if ((await fact(app.db, SEEDED)) !== null) {
			const of = await accountsOf(app, app.config.dataDir);
			return { did: 'nothing', accounts: of === 'this', lines: of === 'this' ? [] : [withoutPasswords(file, of)] };
		}
		const before = (await fact(app.db, ACCOUNTS)) as DemoPerson[] | null;
		const seeded = before ? null : await seedAccounts(app);
		const people = before ?? seeded?.people;
		if (!people) return { did: 'refused', accounts: (await accountsOf(app, app.config.dataDir)) === 'this', lines: ['This installation has people already, so the demo was not added. Start with PLUMBLINE_DEMO=0 to be asked no more.'] };
		const lines = seeded?.aside ? [`${file} held accounts that are not this database’s. They are in ${seeded.aside} beside it now.`] : [];
		for (const scenario of [await lawFirm(), await lawyerQaZh(), await bankCredit('en'), await bankCredit('zh')]) lines.push(await seedProject(app, people, scenario));
		await putFact(app.db, SEEDED, { projects: lines.length });
		const of = await accountsOf(app, app.config.dataDir);
		if (of !== 'this') lines.push(withoutPasswords(file, of));
		return { did: 'seeded', accounts: of === 'this', lines };
	} finally {
		await holder.end({ timeout: 5 });
	}
}

if (import.meta.main) {
	const app = await createApp(readConfig({ PLUMBLINE_LOG_LEVEL: 'warn', ...process.env }), 'cli');
	try {
		const { lines, accounts } = await seedDemo(app);
		for (const line of lines) console.log(line);
		if (!accounts) process.exitCode = NO_ACCOUNTS;
	} finally {
		await app.close();
	}
}
