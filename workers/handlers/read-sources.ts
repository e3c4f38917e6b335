import { answerNextLook } from '#lib/server/usecases/look-into-folder.ts';
import { readNextFromSource } from '#lib/server/usecases/read-from-source.ts';
import type { WorkerContext } from './context.ts';

/** Reads the files of sources that wait to be brought in, one after the other. Needs no engine. */
export async function readSources({ app, workerId, shutdown, accepts }: Pick<WorkerContext, 'app' | 'workerId' | 'shutdown'> & { accepts: () => boolean }): Promise<void> {
	while (!shutdown.aborted && accepts() && (await readNextFromSource(app, workerId, shutdown)));
}

/** Answers web processes that do not see a folder what lies in it, also while a file is read. */
export async function answerLooks({ app, shutdown }: Pick<WorkerContext, 'app' | 'shutdown'>): Promise<void> {
	while (!shutdown.aborted && (await answerNextLook(app)));
}
