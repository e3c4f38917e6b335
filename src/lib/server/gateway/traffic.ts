import type { NewRequest } from '../db/gateway-requests.ts';
import { databaseError } from '../db/errors.ts';
import type { Logger } from '../log.ts';

/** So many requests wait at most while the database is out of reach; past that the oldest are lost, and the log says how many. */
const MOST_WAITING = 20_000;
const BATCH = 500;

export type Traffic = ReturnType<typeof createTraffic>;

/** Keeps what was asked until it is written down, many at a time: no request waits for the database. */
export function createTraffic(write: (requests: readonly NewRequest[]) => Promise<void>, log: Pick<Logger, 'warn'>) {
	let waiting: NewRequest[] = [];
	/** Tokens that were used and are not yet written down, by key. */
	const unwritten = new Map<string, number>();
	const tokensOf = (one: NewRequest): number => (one.way === 'shadow' ? 0 : (one.promptTokens ?? 0) + (one.completionTokens ?? 0));
	const settle = (of: readonly NewRequest[]): void => {
		for (const one of of) unwritten.set(one.keyId, (unwritten.get(one.keyId) ?? 0) - tokensOf(one));
	};

	/** One by one, where a batch holds something that the database refuses: what it was is said, the rest is kept. */
	async function writeEach(batch: readonly NewRequest[]): Promise<void> {
		for (const one of batch) {
			try {
				await write([one]);
			} catch (error) {
				if (!databaseError(error)) throw error;
				log.warn({ err: error, requestId: one.id }, 'a request could not be written down');
			}
		}
	}

	async function writeAll(): Promise<void> {
		while (waiting.length > 0) {
			const batch = waiting.slice(0, BATCH);
			try {
				await write(batch);
			} catch (error) {
				if (!databaseError(error)) throw error;
				await writeEach(batch);
			}
			const written = new Set(batch);
			// What was lost meanwhile was settled then.
			settle(waiting.filter((one) => written.has(one)));
			waiting = waiting.filter((one) => !written.has(one));
		}
	}
	let writing: Promise<void> | null = null;

	return {
		add(one: NewRequest): void {
			waiting.push(one);
			unwritten.set(one.keyId, (unwritten.get(one.keyId) ?? 0) + tokensOf(one));
			if (waiting.length <= MOST_WAITING) return;
			const lost = waiting.splice(0, waiting.length - MOST_WAITING);
			settle(lost);
			log.warn({ lost: lost.length }, 'requests were lost: the database has been out of reach for too long');
		},
		/** Tokens that a key used and that no reading of the record shows yet. */
		unwrittenTokens: (keyId: string): number => unwritten.get(keyId) ?? 0,
		/** Writes down what waits, one writer at a time. What the database does not take now stays for the next time. */
		async flush(): Promise<void> {
			// Whoever comes while another writes waits for that, and then for what came after it had begun.
			await writing?.catch(() => undefined);
			writing ??= writeAll().finally(() => (writing = null));
			await writing;
		}
	};
}
