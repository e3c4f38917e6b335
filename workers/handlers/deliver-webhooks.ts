import type { App } from '#lib/server/app.ts';
import { createOutbound } from '#lib/server/outbound/outbound.ts';
import { ANSWER_MS, deliverWebhooks } from '#lib/server/usecases/deliver-webhooks.ts';
import { tellWebhooks } from '#lib/server/usecases/tell-webhooks.ts';

/** Tells webhooks what has happened, and sends what is due until nothing is. Redirects are not followed: a receiver is one address. */
export async function tellAndDeliver({ app, shutdown }: { app: App; shutdown: AbortSignal }): Promise<void> {
	await tellWebhooks(app);
	const outbound = createOutbound(app.config.inhouse, { timeoutMs: ANSWER_MS, maxBytes: 100_000, maxRedirects: 0 });
	try {
		while (!shutdown.aborted && (await deliverWebhooks(app, outbound, () => Math.floor(Date.now() / 1000))) > 0);
	} finally {
		await outbound.close();
	}
}
