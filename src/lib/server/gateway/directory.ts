import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from '../app.ts';
import type { Server } from '../db/deployments.ts';
import { readDirectory } from '../usecases/serve-traffic.ts';
import type { Directory } from '../usecases/serve-traffic.ts';

/** Keys that are not known are looked for in the record no more often than this, in milliseconds, all of them at once. */
const LOOK_AGAIN_MS = 250;

export type KeptDirectory = ReturnType<typeof keepDirectory>;

/**
 * What a gateway knows, read again every few seconds: while the database is out of
 * reach it answers by what it read last. Keys of servers are opened once.
 */
export function keepDirectory(app: Pick<App, 'db' | 'secrets'>) {
	let now: Directory = { keys: new Map(), projects: new Map(), servers: [] };
	let reading: Promise<void> | null = null;
	let soon: Promise<void> | null = null;
	let isThere = false;
	const opened = new Map<string, { sealed: string; key: string }>();
	const refresh = (): Promise<void> =>
		(reading ??= readDirectory(app)
			.then((read) => {
				now = read;
				isThere = true;
			})
			.finally(() => {
				reading = null;
			}));
	/** A reading that begins after this moment. */
	const readSoon = (): Promise<void> =>
		(soon ??= sleep(LOOK_AGAIN_MS)
			.then(() => reading)
			.catch(() => undefined)
			.then(() => {
				soon = null;
				return refresh();
			}));
	return {
		now: (): Directory => now,
		/** Whether it was ever read. */
		isThere: (): boolean => isThere,
		refresh,
		/** The key with this hash; one that was made a moment ago is found too. */
		async keyWith(hash: string) {
			const known = now.keys.get(hash);
			if (known && (known.expiresAt === null || known.expiresAt.getTime() > Date.now())) return known;
			if (known) return null;
			await readSoon().catch(() => undefined);
			return now.keys.get(hash) ?? null;
		},
		/** The key that a server is called with; null: none. Throws where this process cannot open it. */
		async keyOf({ keyPlace, sealedKey }: Server): Promise<string | null> {
			if (sealedKey === null) return null;
			const known = opened.get(keyPlace);
			if (known?.sealed === sealedKey) return known.key;
			const key = await app.secrets.open(sealedKey, keyPlace);
			if (!key.ok) throw new Error(key.problem.detail);
			opened.set(keyPlace, { sealed: sealedKey, key: key.value });
			return key.value;
		}
	};
}
