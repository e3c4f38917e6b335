import type { App } from '#lib/server/app.ts';
import { createOutbound } from '#lib/server/outbound/outbound.ts';
import { ANSWER_MS, deliverWebhooks } from '#lib/server/usecases/deliver-webhooks.ts';

/** Sends to webhooks what is due until nothing is. Redirects are not followed: a receiver is one address. */
export async function deliver({ app, shutdown }: { app: App; shutdown: AbortSignal }): Promise<void> {
	const outbound = createOutbound(app.config.inhouse, { timeoutMs: ANSWER_MS, maxBytes: 100_000, maxRedirects: 0 });
	try {
		while (!shutdown.aborted && (await deliverWebhooks(app, outbound, () => Math.floor(Date.now() / 1000))) > 0);
	} finally {
		await outbound.close();
	}
}
