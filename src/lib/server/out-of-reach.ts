import { refusal } from './artifacts/bucket.ts';
import { StoreDenied } from './artifacts/store-denied.ts';
import { STORE_AWAY } from './artifacts/store-mark.ts';
import { databaseAway, NETWORK } from './db/database-away.ts';

/** System errors of a disk that has no room, of a mount that broke, and of a store's folder that is not there. Somebody mends them, and what was being done goes on. */
const DISK: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'ESTALE', 'ENOTCONN', 'EROFS', STORE_AWAY]);

/**
 * Whether an error says that database or artifact store could not be reached, or could not answer, or that a disk has no
 * room, or that the store lets this process's user not in: it may pass, and what was being done is not to blame.
 */
export function outOfReach(error: unknown): boolean {
	if (databaseAway(error)) return true;
	for (let e: unknown = error, depth = 0; e instanceof Error && depth < 5; e = e.cause, depth++) {
		const { code } = e as { code?: unknown };
		if (NETWORK.has(code) || DISK.has(code) || e instanceof StoreDenied) return true;
		const status = refusal(e)?.status ?? 0;
		if (e.name === 'TimeoutError' || status === 429 || status >= 500) return true;
	}
	return false;
}
