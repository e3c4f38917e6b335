import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { KnownKey } from '../db/gateway-keys.ts';
import type { GatewayProblem } from './problem.ts';

/** What a key may still ask, as clients read it from the headers of an answer. */
export type Allowance = { headers: Record<string, string>; problem: GatewayProblem | null };

const MINUTE_S = 60;

/**
 * Counts requests by key and minute, in this process: a look at the database for
 * each would cost more than all the rest of the gateway. Several gateways count
 * each for itself (docs/gateway.md says so). Tokens of a day are counted in the
 * record, by all gateways together; `unwritten` are those that are not there yet.
 */
export function createLimits(unwritten: (keyId: string) => number) {
	const limiters = new Map<number, RateLimiterMemory>();
	const limiterFor = (points: number): RateLimiterMemory => {
		const known = limiters.get(points) ?? new RateLimiterMemory({ points, duration: MINUTE_S, keyPrefix: String(points) });
		limiters.set(points, known);
		return known;
	};
	return async (key: KnownKey): Promise<Allowance> => {
		const limit = String(key.requestsPerMinute);
		if (key.tokensPerDay !== null && key.tokensToday + unwritten(key.id) >= key.tokensPerDay) {
			const retryAfter = Math.ceil((86_400_000 - (Date.now() % 86_400_000)) / 1000);
			return { headers: {}, problem: { status: 429, type: 'rate_limit_error', code: 'token_limit', message: `This key may use ${key.tokensPerDay} tokens a day (UTC), and has.`, retryAfter } };
		}
		try {
			const left = await limiterFor(key.requestsPerMinute).consume(key.id);
			return { headers: { 'x-ratelimit-limit-requests': limit, 'x-ratelimit-remaining-requests': String(left.remainingPoints) }, problem: null };
		} catch (refusal) {
			if (!(refusal instanceof RateLimiterRes)) throw refusal;
			return { headers: { 'x-ratelimit-limit-requests': limit, 'x-ratelimit-remaining-requests': '0' }, problem: { status: 429, type: 'rate_limit_error', code: 'request_limit', message: `This key may ask ${limit} times a minute.`, retryAfter: Math.max(1, Math.ceil(refusal.msBeforeNext / 1000)) } };
		}
	};
}
