import { setTimeout as sleep } from 'node:timers/promises';
import { outOfReach } from '#lib/server/out-of-reach.ts';
import type { WorkerContext } from './context.ts';

/** Between two tries: what is told is one small row. */
const AGAIN_MS = 1000;

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
		await sleep(AGAIN_MS, undefined, { signal: shutdown }).catch(() => undefined);
	}
}
