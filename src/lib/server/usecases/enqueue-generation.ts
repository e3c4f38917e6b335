import type { App } from '../app.ts';
import type { Tx } from '../db/client.ts';
import * as generations from '../db/generations.ts';

/** Sends a job for a generation in line: to a worker with an engine where a checkpoint answers, else to any. `startAfterSeconds`: not before so long. */
export async function enqueueGeneration(app: Pick<App, 'enqueue'>, tx: Tx, generationId: string, options: { startAfterSeconds?: number } = {}): Promise<void> {
	await app.enqueue(tx, (await generations.needsEngine(tx, generationId)) ? 'generate' : 'ask', { generationId }, options);
}
