import { connect } from '#lib/server/db/client.ts';
import type { Db } from '#lib/server/db/client.ts';
import { migrated } from '#lib/server/db/installation.ts';
import { checkDatabase } from '../start/database.mjs';
import { knownDatabaseUrl } from '../start/known-database.mjs';
import type { Settings } from '../start/settings.mjs';
import { Trouble } from '../start/trouble.mjs';

/** The database that DATABASE_URL names, or the embedded one of the data folder, which runs while `npm start` does. */
async function findDatabase({ databaseUrl, dataDir }: Pick<Settings, 'databaseUrl' | 'dataDir'>): Promise<string> {
	if (databaseUrl) {
		await checkDatabase(databaseUrl);
		return databaseUrl;
	}
	const embedded = knownDatabaseUrl(dataDir);
	if (!embedded) throw new Trouble(`${dataDir} holds no database. Name the data folder (PLUMBLINE_DATA_DIR=…) or a server (DATABASE_URL=…), or run npm start first.`);
	try {
		await checkDatabase(embedded);
	} catch {
		throw new Trouble(`The database of ${dataDir} does not answer: it runs only while Plumbline does. Run npm start in another terminal, then this command again.`);
	}
	return embedded;
}

/**
 * Opens the installation's database for one command.
 * @throws Trouble when it cannot be found, reached, or is not Plumbline's
 */
export async function withDatabase<T>(settings: Pick<Settings, 'databaseUrl' | 'dataDir'>, work: (db: Db) => Promise<T>): Promise<T> {
	const url = await findDatabase(settings);
	const connection = connect(url, { poolSize: 2, applicationName: 'plumbline-cli' });
	try {
		if (!(await migrated(connection.db))) throw new Trouble('This database is not Plumbline’s, or of another version. npm start brings it to this version.');
		return await work(connection.db);
	} finally {
		await connection.close();
	}
}
