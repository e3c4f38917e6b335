import type { App } from '../app.ts';
import * as installation from '../db/installation.ts';
import * as workers from '../db/workers.ts';

/** What must be there before people can work: database, its schema, a living worker. */
export type Readiness = { ready: boolean; database: boolean; migrations: boolean; worker: boolean };

/** Looks at each; never throws. */
export async function readiness(app: Pick<App, 'db'>): Promise<Readiness> {
	const state = { database: false, migrations: false, worker: false };
	try {
		state.database = await installation.answers(app.db);
		state.migrations = await installation.migrated(app.db);
		state.worker = (await workers.alive(app.db)).length > 0;
	} catch {
		// A database that is away is what this call is there to tell.
	}
	return { ready: state.database && state.migrations && state.worker, ...state };
}
