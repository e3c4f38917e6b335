import type { App } from '../app.ts';
import * as checkpoints from '../db/checkpoints.ts';

/** Writes a base model's hash when it is first read. False: it was read before and differs now. */
export async function settleBaseHash(app: Pick<App, 'db'>, checkpointId: string, sha256: string, bytes: number): Promise<boolean> {
	return app.db.transaction((tx) => checkpoints.settleBaseHash(tx, checkpointId, sha256, bytes));
}
