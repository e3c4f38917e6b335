import { openArtifacts } from './artifacts/open.ts';
import type { Artifacts } from './artifacts/store.ts';
import type { Config } from './config.ts';
import { connect } from './db/client.ts';
import type { Db } from './db/client.ts';
import { createListen } from './db/listen.ts';
import { createLog } from './log.ts';
import type { Logger } from './log.ts';
import { createEnqueue } from './queue/enqueue.ts';
import type { Enqueue } from './queue/enqueue.ts';
import { storeRecord } from './store-record.ts';
import { createSecrets } from './secrets/secrets.ts';
import type { Secrets } from './secrets/secrets.ts';

/** What use cases are given: everything a process holds open. */
export type App = {
	config: Config;
	db: Db;
	log: Logger;
	artifacts: Artifacts;
	secrets: Secrets;
	enqueue: Enqueue;
	/** Listens on a PostgreSQL channel; the returned function ends it. */
	listen: (channel: string, heard: (payload: string) => void) => Promise<() => Promise<void>>;
	close: () => Promise<void>;
};

/** Opens what web, worker and tests share. The caller closes it. */
export async function createApp(config: Config, name: 'web' | 'worker' | 'gateway' | 'test' | 'cli'): Promise<App> {
	const log = createLog(config.logLevel, name);
	const connection = connect(config.databaseUrl, { poolSize: config.poolSize, applicationName: `plumbline-${name}` });
	try {
		const queue = await createEnqueue(connection.db);
		// A gateway has no business with the store, and may see none; what a person runs at a terminal says it there.
		const refused = ({ message }: Error) => void ((name === 'web' || name === 'worker') && log.error(message));
		return {
			config,
			db: connection.db,
			log,
			artifacts: await openArtifacts(config, { ...storeRecord(connection.db, { decides: name !== 'worker' && name !== 'gateway' }), refused }),
			secrets: createSecrets(config),
			enqueue: queue.enqueue,
			listen: createListen((channel, heard) => connection.client.listen(channel, heard)),
			close: async () => {
				await queue.close();
				await connection.close();
			}
		};
	} catch (error) {
		await connection.close();
		throw error;
	}
}
