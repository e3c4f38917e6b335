import { readNextFromSource } from '#lib/server/usecases/read-from-source.ts';
import type { WorkerContext } from './context.ts';

/** Reads the files of sources that wait to be brought in, one after the other. Needs no engine. */
export async function readSources({ app, workerId, shutdown, accepts }: Pick<WorkerContext, 'app' | 'workerId' | 'shutdown'> & { accepts: () => boolean }): Promise<void> {
	while (!shutdown.aborted && accepts() && (await readNextFromSource(app, workerId, shutdown)));
}
