import { randomUUID } from 'node:crypto';
import { fail, ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { WebhookEvent } from '../../domain/webhook-event.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import type { Executor, Tx } from '../db/client.ts';
import * as webhooks from '../db/webhooks.ts';
import type { Delivery, Webhook } from '../db/webhooks.ts';
import { mayCall } from '../outbound/outbound.ts';
import { newWebhookSecret } from '../outbound/webhook-signature.ts';
import { allow } from './access.ts';
import { inTransaction } from './transaction.ts';

/** A project has few programs that listen; each event is sent to every one. */
const MOST_WEBHOOKS = 20;

/** An address as it is called: no password in it, and no fragment, which is never sent. */
function address(text: string): Result<string> {
	const url = URL.canParse(text) ? new URL(text) : null;
	if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) return wrongField('url', 'an address such as https://ci.firm.example/plumbline');
	if (url.username !== '' || url.password !== '') return wrongField('url', 'without a name or password: deliveries are signed, so that the receiver knows them');
	if (url.hash !== '') return wrongField('url', 'without a fragment');
	return ok(url.href);
}

/** Adds an address that is told what happens from now on. Its secret is given this once. */
export async function createWebhook(app: Pick<App, 'db' | 'secrets' | 'config'>, actor: Actor, input: { slug: string; url: string; events: readonly WebhookEvent[] }): Promise<Result<Webhook & { secret: string }>> {
	const allowed = await allow(app.db, actor, { slug: input.slug }, 'webhook.manage');
	if (!allowed.ok) return allowed;
	const url = address(input.url);
	if (!url.ok) return url;
	const refusal = await mayCall(url.value, app.config.inhouse);
	if (refusal !== null) return wrongField('url', refusal);
	return inTransaction(app.db, async (tx) => {
		const access = await allow(tx, actor, { slug: input.slug }, 'webhook.manage');
		if (!access.ok) return access;
		const projectId = access.value.project.id;
		if ((await webhooks.list(tx, projectId)).length >= MOST_WEBHOOKS) return fail('conflict', `A project has ${MOST_WEBHOOKS} webhooks at most. Retire one first.`);
		const id = randomUUID();
		const secret = newWebhookSecret();
		await webhooks.insert(tx, { id, projectId, url: url.value, events: input.events, sealedSecret: await app.secrets.seal(secret, `webhook:${id}`) });
		await record(tx, actor, { action: 'webhook.create', projectId, subject: ['webhook', id], details: { events: [...input.events] } });
		const made = await webhooks.get(tx, id);
		if (!made) throw new Error(`webhook ${id} is gone`);
		return ok({ ...made, secret });
	});
}

/** A living webhook that the actor may see and change, with its project's slug. */
async function reach(db: Executor, actor: Actor, found: Webhook | null): Promise<Result<Webhook & { project: string }>> {
	if (!found) return fail('not_found', 'There is no such webhook.');
	const access = await allow(db, actor, { id: found.projectId }, 'webhook.manage');
	return access.ok ? ok({ ...found, project: access.value.project.slug }) : access;
}

const reachLocked = async (tx: Tx, actor: Actor, id: string): ReturnType<typeof reach> => reach(tx, actor, await webhooks.lock(tx, id));

/** Retires a webhook: nothing is sent to it any more, and its secret is forgotten. */
export async function retireWebhook(app: Pick<App, 'db'>, actor: Actor, id: string): Promise<Result<{ retired: true }>> {
	return inTransaction(app.db, async (tx) => {
		const found = await reachLocked(tx, actor, id);
		if (!found.ok) return found;
		await webhooks.retire(tx, id);
		await record(tx, actor, { action: 'webhook.retire', projectId: found.value.projectId, subject: ['webhook', id] });
		return ok({ retired: true });
	});
}

/** The body of a delivery: what happened and to what, in ids, hashes and counts; never words of prompts, answers or people. */
export function deliveryBody(of: { event: string; at: string; project: string; subject: { kind: string; id: string } | null; details: Record<string, unknown> | null }): string {
	return JSON.stringify({ type: of.event, timestamp: of.at, data: { project: of.project, ...(of.subject ? { subject: of.subject } : {}), ...(of.details ? { details: of.details } : {}) } });
}

/** Sends an event of its own to a webhook, so that its receiver can be tried. */
export async function testWebhook(app: Pick<App, 'db'>, actor: Actor, id: string): Promise<Result<{ id: string }>> {
	return inTransaction(app.db, async (tx) => {
		const found = await reachLocked(tx, actor, id);
		if (!found.ok) return found;
		const event = 'webhook.test';
		const body = deliveryBody({ event, at: await webhooks.now(tx), project: found.value.project, subject: { kind: 'webhook', id }, details: null });
		const deliveryId = await webhooks.insertDelivery(tx, { webhookId: id, entryId: null, event, body });
		if (!deliveryId) throw new Error(`the test of webhook ${id} was not put in line`);
		await record(tx, actor, { action: 'webhook.test', projectId: found.value.projectId, subject: ['webhook', id] });
		return ok({ id: deliveryId });
	});
}

/** Sends once more what was delivered or given up, in the same bytes under the same id. */
export async function sendAgain(app: Pick<App, 'db'>, actor: Actor, of: { id: string; deliveryId: string }): Promise<Result<{ id: string }>> {
	return inTransaction(app.db, async (tx) => {
		const found = await reachLocked(tx, actor, of.id);
		if (!found.ok) return found;
		if (!(await webhooks.sendAgain(tx, of.id, of.deliveryId))) return fail('conflict', 'There is no such delivery of this webhook that has ended.');
		await record(tx, actor, { action: 'webhook.send_again', projectId: found.value.projectId, subject: ['webhook', of.id], details: { delivery: of.deliveryId } });
		return ok({ id: of.deliveryId });
	});
}

/** Webhooks of a project. */
export async function listWebhooks(app: Pick<App, 'db'>, actor: Actor, slug: string): Promise<Result<Webhook[]>> {
	const access = await allow(app.db, actor, { slug }, 'webhook.manage');
	return access.ok ? ok(await webhooks.list(app.db, access.value.project.id)) : access;
}

/** What was sent to a webhook, newest first, a page at a time; ended ones are kept for thirty days. */
export async function listDeliveries(app: Pick<App, 'db'>, actor: Actor, of: { id: string; before?: string | null | undefined; limit?: number | undefined }): Promise<Result<{ deliveries: Delivery[]; next: string | null }>> {
	const found = await reach(app.db, actor, await webhooks.get(app.db, of.id));
	if (!found.ok) return found;
	const limit = of.limit ?? 50;
	const page = await webhooks.deliveries(app.db, of.id, { before: of.before ?? null, limit: limit + 1 });
	const deliveries = page.slice(0, limit);
	return ok({ deliveries, next: page.length > limit ? (deliveries.at(-1)?.id ?? null) : null });
}
