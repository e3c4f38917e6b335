import { DrizzleQueryError } from 'drizzle-orm';

/** System errors of a connection that is not there. */
export const NETWORK: ReadonlySet<unknown> = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN']);
/** The driver's own, and classes 08 (connection) and 57P (the server goes down, or comes up) of PostgreSQL. */
const DATABASE = /^(CONNECTION_(CLOSED|ENDED|DESTROYED)|CONNECT_TIMEOUT|08\w{3}|57P0[1-3])$/;

/** A transaction whose first step was never reached: the database refused it, or was not there. What was wrong is its cause, and said in its message, which is all that a log tells. */
export class NotBegun extends Error {
	override name = 'NotBegun';
	constructor(cause: unknown) {
		super(`The transaction could not begin: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
	}
}

/**
 * Whether an error says that the database could not be reached, went down or is coming up. An error of the network does
 * not say who was called: it counts where a query, or the beginning of a transaction, ended by it.
 */
export function databaseAway(error: unknown): boolean {
	let asked = false;
	for (let e: unknown = error, depth = 0; e instanceof Error && depth < 5; e = e.cause, depth++) {
		asked ||= e instanceof DrizzleQueryError || e instanceof NotBegun;
		const { code } = e as { code?: unknown };
		if ((typeof code === 'string' && DATABASE.test(code)) || (asked && NETWORK.has(code))) return true;
	}
	return false;
}
