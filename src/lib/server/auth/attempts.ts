import { isIPv6 } from 'node:net';
import { RateLimiterDrizzle, RateLimiterRes } from 'rate-limiter-flexible';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { Db } from '../db/client.ts';
import { rateLimits } from '../db/schema/account.ts';
import { secretHash } from './secrets.ts';

/** Failed attempts that a window takes. */
type Limit = { points: number; seconds: number };

const WINDOW = 15 * 60;

/** One person from one address: enough for typing errors, far too few for guessing. */
export const PER_PERSON: Limit = { points: 10, seconds: WINDOW };

/**
 * One address, whoever it names. An attempt under way counts until it has
 * succeeded, and a whole office may sign in at nine behind one address: with
 * ten, the eleventh colleague with the right password would be turned away.
 */
export const PER_ADDRESS: Limit = { points: 50, seconds: WINDOW };

/** What is counted: its kind and parts, e.g. person and address. */
export type Counted = { limit: Limit; kind: string; parts: readonly string[] };

/** The part of an address that stands for one party: an IPv6 site holds 2^64 addresses. */
export function party(address: string): string {
	const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
	if (mapped?.[1]) return mapped[1];
	if (!isIPv6(address)) return address;
	const [head = '', tail] = (address.split('%')[0] ?? '').split('::');
	const left = head ? head.split(':') : [];
	const right = tail ? tail.split(':') : [];
	const groups = tail === undefined ? left : [...left, ...Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0'), ...right];
	return `${groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}

function limiter(db: Db, { limit, kind }: Counted): RateLimiterDrizzle {
	return new RateLimiterDrizzle({
		storeClient: db,
		schema: rateLimits,
		keyPrefix: kind,
		points: limit.points,
		duration: limit.seconds,
		// Its own cleaner is a timer that outlives the pool; the sweep clears the table.
		clearExpiredByTimeout: false
	});
}

/** Emails and addresses are personal data: the table holds their hash. */
const keyOf = (counted: Counted) => secretHash(counted.parts.join('\0'));

/**
 * Counts an attempt before it is made, so that any number at once never exceeds
 * the limit (one atomic statement a count). When it has succeeded the caller
 * says so: only failures stay counted.
 */
export async function beginAttempt(db: Db, counts: readonly [Counted, ...Counted[]]): Promise<Result<{ succeeded: () => Promise<void> }>> {
	for (const counted of counts) {
		try {
			await limiter(db, counted).consume(keyOf(counted));
		} catch (refusal) {
			if (!(refusal instanceof RateLimiterRes)) throw refusal;
			const retryAfter = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
			return fail('too_many_attempts', `Too many failed attempts. Try again in ${Math.ceil(retryAfter / 60)} min.`, { facts: { retryAfter } });
		}
	}
	const [own, ...shared] = counts;
	return ok({
		succeeded: async () => {
			await limiter(db, own).delete(keyOf(own));
			// Others fail there too: only this attempt is taken back.
			for (const counted of shared) await limiter(db, counted).reward(keyOf(counted));
		}
	});
}
