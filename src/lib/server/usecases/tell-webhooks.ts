import { eventOf, WEBHOOK_EVENTS } from '../../domain/webhook-event.ts';
import type { App } from '../app.ts';
import * as chain from '../db/audit-chain.ts';
import * as webhooks from '../db/webhooks.ts';
import { deliveryBody } from './put-webhook.ts';

/** So long a delivery that ended can be looked up. */
const KEPT_DAYS = 30;
/** Entries that one webhook is told of in one transaction. */
const PAGE = 500;

/**
 * Puts in line what each webhook has not been told of yet: entries of the audit
 * that can no longer change, in the order of its chain, each once. Gives how many
 * deliveries that made.
 */
export async function tellWebhooks(app: Pick<App, 'db'>): Promise<number> {
	const until = await chain.settledUntil(app.db);
	if (!until) return 0;
	let made = 0;
	// One transaction a page and webhook: a long absence is caught up with in steps.
	for (const passed: string[] = []; ; ) {
		const told = await app.db.transaction(async (tx) => {
			const webhook = await webhooks.lockBehind(tx, until, passed);
			if (!webhook) return null;
			const actions = webhook.events.flatMap((name) => [...WEBHOOK_EVENTS[name]]);
			const entries = await chain.entriesOf(tx, { projectId: webhook.projectId, actions, after: { txid: webhook.toldTxid, id: webhook.toldId }, until, since: webhook.since, limit: PAGE });
			for (const { id, action, at, subjectKind, subjectId, details } of entries) {
				const event = eventOf(action);
				if (!event) continue;
				const body = deliveryBody({ event, at, project: webhook.project, subject: { kind: subjectKind, id: subjectId }, details });
				if (await webhooks.insertDelivery(tx, { webhookId: webhook.id, entryId: Number(id), event, body })) made += 1;
			}
			const last = entries.at(-1);
			const whole = entries.length < PAGE || !last;
			await webhooks.toldUntil(tx, webhook.id, whole ? until : { txid: last.txid, id: Number(last.id) });
			return { id: webhook.id, whole };
		});
		if (!told) break;
		if (told.whole) passed.push(told.id);
	}
	if (made > 0) await webhooks.forget(app.db, KEPT_DAYS);
	return made;
}
