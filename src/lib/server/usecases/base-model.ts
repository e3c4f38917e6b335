import type { ModelFacts } from '../../domain/hub-model.ts';
import type { App } from '../app.ts';
import * as checkpoints from '../db/checkpoints.ts';

/** Writes a base model's hash, and what its folder says, when it is first read. False: it was read before and differs now. */
export async function settleBaseHash(app: Pick<App, 'db'>, checkpointId: string, of: { sha256: string; bytes: number; model: ModelFacts }): Promise<boolean> {
	return app.db.transaction((tx) => checkpoints.settleBaseHash(tx, checkpointId, of));
}
