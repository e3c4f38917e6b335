import { outOfReach } from '#lib/server/out-of-reach.ts';
import type { WorkerContext } from './context.ts';

/** Between two tries: what is told is one small row. */
const AGAIN_MS = 1000;

const pause = (milliseconds: number, signal: AbortSignal) =>
	new Promise<void>((resolve) => {
		const done = () => {
			clearTimeout(timer);
			signal.removeEventListener('abort', done);
			resolve();
		};
		const timer = setTimeout(done, milliseconds);
		signal.addEventListener('abort', done, { once: true });
	});

/**
 * Tells the record what became of an attempt as soon as the database can be reached, however long that takes: one that
 * says nothing is taken for lost. What is told must hold its row by its attempt, for it may come late.
 * @throws what is no outage at once, and any outage once the worker goes down
 */
export async function whenReached<T>({ shutdown }: Pick<WorkerContext, 'shutdown'>, tell: () => Promise<T>): Promise<T> {
	for (;;) {
		try {
			return await tell();
		} catch (error) {
			if (shutdown.aborted || !outOfReach(error)) throw error;
		}
		await pause(AGAIN_MS, shutdown);
	}
}
