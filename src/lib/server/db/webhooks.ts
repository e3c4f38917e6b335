import { sql } from 'drizzle-orm';
import { WEBHOOK_EVENT_NAMES } from '../../domain/webhook-event.ts';
import type { WebhookEvent } from '../../domain/webhook-event.ts';
import type { Executor, Tx } from './client.ts';
import { isoTime, rowsOf } from './rows.ts';

/** An address that is told what happens. Its secret is not here: `sealedSecret` alone reads it. */
export type Webhook = { id: string; projectId: string; url: string; events: WebhookEvent[]; createdAt: string };
type Row = { id: string; project_id: string; url: string; events: string[]; created_at: string };
const toWebhook = (row: Row): Webhook => ({ id: row.id, projectId: row.project_id, url: row.url, events: WEBHOOK_EVENT_NAMES.filter((name) => row.events.includes(name)), createdAt: isoTime(row.created_at) });

export type DeliveryStatus = 'waiting' | 'delivered' | 'failed';
/** One event on its way to one webhook. */
export type Delivery = { id: string; event: string; status: DeliveryStatus; tries: number; nextAt: string | null; answered: number | null; trouble: string | null; createdAt: string; endedAt: string | null };
/** A delivery that is to be sent now. */
export type DueDelivery = { id: string; webhookId: string; url: string; body: string; tries: number };

/** Adds a webhook; what happens from now on is told to it, what is under way included. */
export async function insert(tx: Tx, of: { id: string; projectId: string; url: string; events: readonly WebhookEvent[]; sealedSecret: string }): Promise<void> {
	await tx.execute(sql`insert into webhooks (id, project_id, url, events, sealed_secret)
		values (${of.id}, ${of.projectId}, ${of.url}, array(select jsonb_array_elements_text(${JSON.stringify(of.events)}::jsonb)), ${of.sealedSecret})`);
}

/** Living webhooks of a project, oldest first. */
export async function list(db: Executor, projectId: string): Promise<Webhook[]> {
	return (await rowsOf<Row>(db, sql`select id, project_id, url, events, created_at from webhooks where project_id = ${projectId} and retired_at is null order by id`)).map(toWebhook);
}

/** One living webhook, locked. */
export async function lock(tx: Tx, id: string): Promise<Webhook | null> {
	const rows = await rowsOf<Row>(tx, sql`select id, project_id, url, events, created_at from webhooks where id = ${id} and retired_at is null for update`);
	return rows[0] ? toWebhook(rows[0]) : null;
}

/** One living webhook. */
export async function get(db: Executor, id: string): Promise<Webhook | null> {
	const rows = await rowsOf<Row>(db, sql`select id, project_id, url, events, created_at from webhooks where id = ${id} and retired_at is null`);
	return rows[0] ? toWebhook(rows[0]) : null;
}

/** The sealed secret of a living webhook, for whoever signs. */
export async function sealedSecret(db: Executor, id: string): Promise<string | null> {
	return (await rowsOf<{ sealed_secret: string | null }>(db, sql`select sealed_secret from webhooks where id = ${id}`))[0]?.sealed_secret ?? null;
}

/** Retires a webhook: its secret is forgotten, and what waited for it is not sent any more. */
export async function retire(tx: Tx, id: string): Promise<void> {
	await tx.execute(sql`update webhooks set retired_at = now(), sealed_secret = null where id = ${id}`);
	await tx.execute(sql`update webhook_deliveries set status = 'failed', next_at = null, trouble = 'retired', ended_at = now() where webhook_id = ${id} and status = 'waiting'`);
}

/** A webhook that is behind the audit, locked, with its project's slug; null when all have been told, or others are at it. */
export async function lockBehind(tx: Tx, until: { txid: string; id: number }, passed: readonly string[]): Promise<(Webhook & { project: string; toldTxid: string; toldId: number; since: string | null }) | null> {
	const rows = await rowsOf<Row & { slug: string; told_txid: string; told_id: string; since: string | null }>(
		tx,
		sql`select w.id, w.project_id, w.url, w.events, w.created_at, p.slug, w.told_txid::text as told_txid, w.told_id::text as told_id, w.since::text as since from webhooks w join projects p on p.id = w.project_id
			where w.retired_at is null and (w.told_txid, w.told_id) < (${until.txid}::text::xid8, ${until.id}::bigint) and not w.id = any(array(select jsonb_array_elements_text(${JSON.stringify(passed)}::jsonb)::uuid))
			order by w.id limit 1 for update of w skip locked`
	);
	const [row] = rows;
	return row ? { ...toWebhook(row), project: row.slug, toldTxid: row.told_txid, toldId: Number(row.told_id), since: row.since } : null;
}

/** Says how far a webhook was told. */
export async function toldUntil(tx: Tx, id: string, until: { txid: string; id: number }): Promise<void> {
	await tx.execute(sql`update webhooks set told_txid = ${until.txid}::text::xid8, told_id = ${until.id}, since = case when ${until.txid}::text::xid8 < pg_snapshot_xmax(since) then since end where id = ${id}`);
}

/** The database's clock, as an audit entry tells the time. */
export async function now(db: Executor): Promise<string> {
	return (await rowsOf<{ at: string }>(db, sql`select to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at`))[0]?.at ?? '';
}

/** Puts an event in line for a webhook, once for each audit entry. */
export async function insertDelivery(tx: Tx, of: { webhookId: string; entryId: number | null; event: string; body: string }): Promise<string | null> {
	const rows = await rowsOf<{ id: string }>(tx, sql`insert into webhook_deliveries (webhook_id, entry_id, event, body, next_at) values (${of.webhookId}, ${of.entryId}, ${of.event}, ${of.body}, now()) on conflict do nothing returning id`);
	return rows[0]?.id ?? null;
}

/** Takes deliveries that are due, few of any one webhook: a receiver that is silent must not hold up the others. Each is this sender's until `seconds` from now. */
export async function takeDue(db: Executor, { most, ofEach, seconds }: { most: number; ofEach: number; seconds: number }): Promise<DueDelivery[]> {
	const rows = await rowsOf<{ id: string; webhook_id: string; url: string; body: string; tries: number }>(
		db,
		sql`update webhook_deliveries d set tries = d.tries + 1, next_at = now() + make_interval(secs => ${seconds}) from webhooks w
			where w.id = d.webhook_id and d.id in (select id from webhook_deliveries where status = 'waiting' and next_at <= now() and id in (
				select id from (select id, next_at, row_number() over (partition by webhook_id order by next_at, id) as place from webhook_deliveries where status = 'waiting' and next_at <= now()) due where place <= ${ofEach} order by place, next_at limit ${most})
				for update skip locked)
			returning d.id, d.webhook_id, w.url, d.body, d.tries`
	);
	return rows.map((row) => ({ id: row.id, webhookId: row.webhook_id, url: row.url, body: row.body, tries: row.tries }));
}

/** Writes how a try went: `againAfter` seconds from now, or for good. Nothing, when another try has begun since. */
export async function settle(db: Executor, of: Pick<DueDelivery, 'id' | 'tries'>, how: { answered: number | null; trouble: string | null } & ({ status: 'delivered' | 'failed' } | { againAfter: number })): Promise<void> {
	const again = 'againAfter' in how ? how.againAfter : null;
	await db.execute(sql`update webhook_deliveries set status = ${'status' in how ? how.status : 'waiting'}, next_at = case when ${again}::int is not null then now() + make_interval(secs => ${again}::int) end,
			answered = ${how.answered}, trouble = ${how.trouble}, ended_at = case when ${again}::int is null then now() end
		where id = ${of.id} and tries = ${of.tries} and status = 'waiting'`);
}

/** Sends one again that has ended, from the first try on; false where there is none. */
export async function sendAgain(tx: Tx, webhookId: string, deliveryId: string): Promise<boolean> {
	const rows = await rowsOf<{ id: string }>(tx, sql`update webhook_deliveries set status = 'waiting', tries = 0, next_at = now(), ended_at = null where id = ${deliveryId} and webhook_id = ${webhookId} and status <> 'waiting' returning id`);
	return rows.length > 0;
}

/** Deliveries of a webhook, newest first, older than `before`. */
export async function deliveries(db: Executor, webhookId: string, { before, limit }: { before: string | null; limit: number }): Promise<Delivery[]> {
	type Found = { id: string; event: string; status: DeliveryStatus; tries: number; next_at: string | null; answered: number | null; trouble: string | null; created_at: string; ended_at: string | null };
	const rows = await rowsOf<Found>(
		db,
		sql`select id, event, status, tries, next_at, answered, trouble, created_at, ended_at from webhook_deliveries where webhook_id = ${webhookId} and (${before}::uuid is null or id < ${before}::uuid) order by id desc limit ${limit}`
	);
	return rows.map((row) => ({ id: row.id, event: row.event, status: row.status, tries: row.tries, nextAt: row.next_at && isoTime(row.next_at), answered: row.answered, trouble: row.trouble, createdAt: isoTime(row.created_at), endedAt: row.ended_at && isoTime(row.ended_at) }));
}

/** Forgets deliveries that ended so many days ago. */
export async function forget(db: Executor, days: number): Promise<void> {
	await db.execute(sql`delete from webhook_deliveries where status <> 'waiting' and ended_at < now() - make_interval(days => ${days})`);
}
