import { setTimeout as sleep } from 'node:timers/promises';
import { tail } from './run.mjs';
import { Trouble } from './trouble.mjs';

const PATIENCE_MS = 120_000;
const DEATHS = 3;

/**
 * Waits until the web process answers. Gives up when it ends again and again, and shows why.
 * @param {string} address
 * @param {Pick<import('./processes.mjs').Supervised, 'deaths' | 'output'>} web
 * @param {number} [patienceMs]
 */
export async function untilHealthy(address, web, patienceMs = PATIENCE_MS) {
	for (const until = Date.now() + patienceMs; Date.now() < until; await sleep(40)) {
		const answer = await fetch(`${address}/healthz`, { signal: AbortSignal.timeout(5000) }).catch(() => null);
		if (answer?.ok) return;
		if (web.deaths() >= DEATHS) {
			throw new Trouble('The web process does not start; it says why above.', tail(web.output(), 20));
		}
	}
	throw new Trouble(`${address}/healthz does not answer; what the web process said last stands above.`, tail(web.output(), 20));
}
