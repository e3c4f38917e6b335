import { refusal } from './artifacts/bucket.ts';
import { STORE_AWAY } from './artifacts/store-mark.ts';

/** System errors of a connection that is not there. */
const NETWORK = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN']);
/** System errors of a disk that has no room, of a mount that broke, and of a store's folder that is not there. Somebody mends them, and what was being done goes on. */
const DISK = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'ESTALE', 'ENOTCONN', 'EROFS', STORE_AWAY]);
/** The driver's own, and classes 08 (connection) and 57P (the server goes down, or comes up) of PostgreSQL. */
const DATABASE = /^(CONNECTION_(CLOSED|ENDED|DESTROYED)|CONNECT_TIMEOUT|08\w{3}|57P0[1-3])$/;

/**
 * Whether an error says that database or artifact store could not be reached, or could not answer, or that a disk has no
 * room: it may pass, and what was being done is not to blame.
 */
export function outOfReach(error: unknown): boolean {
	for (let e: unknown = error, depth = 0; e instanceof Error && depth < 5; e = e.cause, depth++) {
		const code = (e as { code?: unknown }).code;
		if (typeof code === 'string' && (NETWORK.has(code) || DISK.has(code) || DATABASE.test(code))) return true;
		const status = refusal(e)?.status ?? 0;
		if (e.name === 'TimeoutError' || status === 429 || status >= 500) return true;
	}
	return false;
}
