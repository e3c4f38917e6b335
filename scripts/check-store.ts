import { createStoreLook, StoreTaken } from '../src/lib/server/artifacts/store-mark.ts';
import { readConfig } from '../src/lib/server/config.ts';
import { connect } from '../src/lib/server/db/client.ts';
import { storeRecord } from '../src/lib/server/store-record.ts';

// Run by npm start: one line of what is wrong with the artifact store's folder, and no stack. Only another database's ends
// the start: what is away may come back, and what needs the store waits for it.
const { artifacts, databaseUrl } = readConfig(process.env);
if (artifacts.kind === 'folder') {
	const connection = connect(databaseUrl, { poolSize: 1, applicationName: 'plumbline-cli' });
	try {
		await createStoreLook(artifacts.dir, storeRecord(connection.db, { decides: true }))();
	} catch (error) {
		console.error((error as Error).message);
		if (error instanceof StoreTaken) process.exitCode = 1;
	} finally {
		await connection.close();
	}
}
