import { nextTryAfter } from '../../domain/webhook-event.ts';
import type { App } from '../app.ts';
import * as webhooks from '../db/webhooks.ts';
import type { DueDelivery } from '../db/webhooks.ts';
import { OutboundRefused } from '../outbound/outbound.ts';
import type { Outbound } from '../outbound/outbound.ts';
import { webhookHeaders } from '../outbound/webhook-signature.ts';

/** Deliveries that are on their way at a time. */
const AT_A_TIME = 16;
/** Of them to any one address. */
const OF_EACH = 2;
/** A receiver answers at once or puts the work aside; one that takes longer is tried again. */
export const ANSWER_MS = 15_000;
/** How long a delivery is one sender's. Longer than an answer may take, so that a slow receiver is not sent the same twice at once. */
const HELD_SECONDS = 60;

type Outcome = { answered: number | null; trouble: string | null; delivered: boolean; /** It will never be taken: the receiver said so, or we may not go there. */ hopeless?: boolean };

async function send(outbound: Pick<Outbound, 'fetch'>, of: DueDelivery, secret: string, at: number): Promise<Outcome> {
	try {
		const response = await outbound.fetch(of.url, { method: 'POST', body: of.body, headers: { 'content-type': 'application/json', 'user-agent': 'Plumbline', ...webhookHeaders(secret, { id: of.id, at, body: of.body }) } });
		// What it says is nobody's business here, and may be long.
		await response.body?.cancel();
		return { answered: response.status, trouble: null, delivered: response.ok, hopeless: response.status === 410 };
	} catch (error) {
		if (error instanceof OutboundRefused) return { answered: null, trouble: error.reason, delivered: false };
		const timedOut = error instanceof Error && error.name === 'TimeoutError';
		return { answered: null, trouble: timedOut ? 'no_answer' : 'unreachable', delivered: false };
	}
}

/**
 * Sends what is due, signed, and writes how each went; gives how many that were.
 * What fails is tried again later and later, eight times over about a day and a
 * half; an answer of 410 says that nobody listens there any more. Called by the
 * workers; a delivery that a worker took to its grave is sent again.
 * @param clock seconds since 1970, for the signature
 */
export async function deliverWebhooks(app: Pick<App, 'db' | 'secrets'>, outbound: Pick<Outbound, 'fetch'>, clock: () => number): Promise<number> {
	const due = await webhooks.takeDue(app.db, { most: AT_A_TIME, ofEach: OF_EACH, seconds: HELD_SECONDS });
	await Promise.all(
		due.map(async (delivery) => {
			const sealed = await webhooks.sealedSecret(app.db, delivery.webhookId);
			if (sealed === null) return;
			const secret = await app.secrets.open(sealed, `webhook:${delivery.webhookId}`);
			const outcome: Outcome = secret.ok ? await send(outbound, delivery, secret.value, clock()) : { answered: null, trouble: 'secret_unreadable', delivered: false };
			const { answered, trouble } = outcome;
			const againAfter = outcome.delivered || outcome.hopeless ? null : nextTryAfter(delivery.tries);
			await webhooks.settle(app.db, delivery, { answered, trouble, ...(againAfter === null ? { status: outcome.delivered ? 'delivered' : 'failed' } : { againAfter }) });
		})
	);
	return due.length;
}
