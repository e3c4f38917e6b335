import { setTimeout as sleep } from 'node:timers/promises';
import { tail } from './run.mjs';
import { Trouble } from './trouble.mjs';

const PATIENCE_MS = 120_000;
const DEATHS = 3;

/**
 * Waits until the web process answers. Gives up when it ends again and again, and shows why.
 * @param {string} address
 * @param {import('./processes.mjs').Supervised} web
 */
export async function untilHealthy(address, web) {
	for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await sleep(40)) {
		const answer = await fetch(`${address}/healthz`, { signal: AbortSignal.timeout(5000) }).catch(() => null);
		if (answer?.ok) return;
		if (web.deaths() >= DEATHS) {
			throw new Trouble('The web process does not start; it says why above.', tail(web.output(), 20));
		}
	}
	throw new Trouble(`${address}/healthz does not answer. The web process says:`, tail(web.output(), 20));
}
