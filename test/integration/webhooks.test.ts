import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { MOST_TRIES } from '#lib/domain/webhook-event.ts';
import { record } from '#lib/server/db/audit.ts';
import { createOutbound } from '#lib/server/outbound/outbound.ts';
import type { Outbound } from '#lib/server/outbound/outbound.ts';
import { beginAttempt } from '#lib/server/usecases/attempt-run.ts';
import { cancelRun } from '#lib/server/usecases/cancel-run.ts';
import { deliverWebhooks } from '#lib/server/usecases/deliver-webhooks.ts';
import { freezeSnapshot } from '#lib/server/usecases/freeze-snapshot.ts';
import { createWebhook, listDeliveries, listWebhooks, retireWebhook, sendAgain, testWebhook } from '#lib/server/usecases/put-webhook.ts';
import { MAX_FRUITLESS_ATTEMPTS, requeueAttempt } from '#lib/server/usecases/requeue-run.ts';
import { tellWebhooks } from '#lib/server/usecases/tell-webhooks.ts';
import { paperWorker, queuedRun } from '../support/loop.ts';
import { createWorld, pairRows, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

type Heard = { headers: IncomingHttpHeaders; body: string };

let world: World;
let receiver: Server;
let address: string;
let heard: Heard[] = [];
/** How the receiver answers. */
let answer = 200;
let outbound: Outbound;

beforeAll(async () => {
	world = await createWorld({ PLUMBLINE_INHOUSE_HOSTS: '127.0.0.1' });
	outbound = createOutbound(world.app.config.inhouse, { timeoutMs: 5000, maxRedirects: 0 });
	receiver = createServer((request, response) => {
		let body = '';
		request.on('data', (chunk: Buffer) => (body += chunk.toString()));
		request.on('end', () => {
			heard.push({ headers: request.headers, body });
			response.writeHead(answer, answer === 302 ? { location: 'http://127.0.0.1:9/' } : {}).end('x'.repeat(1000));
		});
	});
	await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
	address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook?for=plumbline`;
});
afterAll(async () => {
	await outbound?.close();
	receiver?.close();
	await world?.close();
});
beforeEach(() => ([heard, answer] = [[], 200]));

// Longer than the wait for what other tests have under way in this cluster.
vi.setConfig({ testTimeout: 180_000 });

const AT = 1_800_000_000;
const hook = async (slug: string, events: Parameters<typeof createWebhook>[2]['events'] = ['import.published', 'snapshot.frozen']) => valueOf(await createWebhook(world.app, world.admin, { slug, url: address, events }));
const log = async (id: string) => valueOf(await listDeliveries(world.app, world.admin, { id })).deliveries;
/** Whether every entry can no longer change: a transaction of another test's database on this server holds them up as well. */
const settled = async () => (await world.query<{ yes: boolean }>('select not exists (select 1 from audit_entries where txid >= pg_snapshot_xmin(pg_current_snapshot())) as yes'))[0]?.yes === true;
/** As a worker does it: what was done is told, and sent until nothing is due. */
async function work(): Promise<void> {
	await vi.waitUntil(settled, { timeout: 60_000, interval: 20 });
	await tellWebhooks(world.app);
	while ((await deliverWebhooks(world.app, outbound, () => AT)) > 0);
}
/** What waits is due now. */
const later = (id: string) => world.query(`update webhook_deliveries set next_at = now() where webhook_id = '${id}' and status = 'waiting' returning 1`);
/** Checks a delivery as its receiver would, by the specification alone. */
const signedBy = (secret: string, { headers, body }: Heard) => headers['webhook-signature'] === `v1,${createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64')).update(`${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`).digest('base64')}`;

it('tells what happens from now on, once, signed, in ids and counts alone', async () => {
	const { slug } = await world.project({ rows: pairRows(3, 'before') });
	const { id, secret } = await hook(slug);
	const deaf = await hook(slug, ['guideline.changed']);
	valueOf(await world.importRows(slug, pairRows(20)));
	const snapshot = valueOf(await freezeSnapshot(world.app, world.admin, { slug, objective: 'dpo', rule: { includeImports: true } }));
	await work();
	await work();
	expect(heard.map(({ body }) => (JSON.parse(body) as { type: string }).type)).toEqual(expect.arrayContaining(['import.published', 'snapshot.frozen']));
	expect(heard).toHaveLength(2);
	const frozen = heard.find(({ body }) => body.includes('snapshot.frozen')) as Heard;
	expect(JSON.parse(frozen.body)).toMatchObject({ type: 'snapshot.frozen', timestamp: expect.stringMatching(/^\d{4}-.*Z$/u), data: { project: slug, subject: { kind: 'snapshot', id: snapshot.id } } });
	expect(frozen.headers).toMatchObject({ 'content-type': 'application/json', 'webhook-timestamp': String(AT) });
	expect([signedBy(secret, frozen), signedBy(deaf.secret, frozen)]).toEqual([true, false]);
	for (const { body } of heard) expect(body).not.toMatch(/Question|careful|certainly/u);
	// Both were put in line in one transaction: neither is the newer one.
	expect((await log(id)).map(({ event, status, tries, answered }) => [event, status, tries, answered]).toSorted()).toEqual([['import.published', 'delivered', 1, 200], ['snapshot.frozen', 'delivered', 1, 200]]);
	expect(await log(deaf.id)).toEqual([]);
	// Two workers at once tell nothing twice.
	valueOf(await world.importRows(slug, pairRows(2, 'again')));
	await vi.waitUntil(settled, { timeout: 60_000, interval: 20 });
	const told = await Promise.all([tellWebhooks(world.app), tellWebhooks(world.app), tellWebhooks(world.app)]);
	await work();
	expect(told.toSorted()).toEqual([0, 0, 1]);
	expect(heard).toHaveLength(3);
});

it('tells of a run that nothing ended but its broken attempts, and of one that nobody had begun', async () => {
	const { slug } = await world.project({ rows: pairRows(20) });
	await hook(slug, ['run.failed', 'run.cancelled']);
	const [lost, waiting, worker] = [await queuedRun(world, slug), await queuedRun(world, slug), await paperWorker(world)];
	valueOf(await cancelRun(world.app, world.admin, { runId: waiting, keep: true }));
	for (let attempt = 1; attempt <= MAX_FRUITLESS_ATTEMPTS; attempt++) {
		await beginAttempt(world.app, { runId: lost, workerId: worker });
		await requeueAttempt(world.app, { runId: lost, attempt, problem: { code: 'disk_full', message: 'The disk is full.' }, exitCode: 1 });
	}
	await work();
	const told = heard.map(({ body }) => JSON.parse(body) as { type: string; data: { subject: { id: string }; details: { code?: string } } });
	expect(told.map(({ type, data }) => [type, data.subject.id, data.details.code]).toSorted()).toEqual([['run.cancelled', waiting, undefined], ['run.failed', lost, 'disk_full']]);
});

it('tells what was still under way when it was made, and nothing that was over', async () => {
	const { slug, id: projectId } = await world.project();
	const { promise: made, resolve: goOn } = Promise.withResolvers<void>();
	const { promise: begun, resolve: began } = Promise.withResolvers<void>();
	// A freeze of a million rows takes a quarter of an hour: others come and go meanwhile.
	const long = world.app.db.transaction(async (tx) => {
		await record(tx, null, { action: 'snapshot.freeze', projectId, subject: ['snapshot', 'long'] });
		began();
		await made;
	});
	await begun;
	valueOf(await world.importRows(slug, pairRows(2, 'before')));
	await hook(slug);
	goOn();
	await long;
	valueOf(await world.importRows(slug, pairRows(2, 'after')));
	await work();
	expect(heard.map(({ body }) => (JSON.parse(body) as { type: string }).type).toSorted()).toEqual(['import.published', 'snapshot.frozen']);
	expect(await world.query(`select since from webhooks where project_id = '${projectId}'`)).toEqual([{ since: null }]);
});

it('tries again later and later, then gives up; what has ended can be sent again in the same bytes', async () => {
	const { slug } = await world.project();
	const { id, secret } = await hook(slug);
	valueOf(await testWebhook(world.app, world.admin, id));
	answer = 500;
	await work();
	expect(await log(id)).toMatchObject([{ event: 'webhook.test', status: 'waiting', tries: 1, answered: 500, endedAt: null }]);
	await work();
	expect(heard).toHaveLength(1);
	for (let tries = 2; tries <= MOST_TRIES; tries++) {
		await later(id);
		await work();
	}
	const [given] = await log(id);
	expect([heard.length, given?.status, given?.nextAt]).toEqual([MOST_TRIES, 'failed', null]);
	expect(new Set(heard.map(({ headers, body }) => `${String(headers['webhook-id'])} ${body}`)).size).toBe(1);
	answer = 204;
	valueOf(await sendAgain(world.app, world.admin, { id, deliveryId: given?.id ?? '' }));
	await work();
	expect(await log(id)).toMatchObject([{ status: 'delivered', tries: 1, answered: 204 }]);
	expect(signedBy(secret, heard.at(-1) as Heard)).toBe(true);
});

it('follows no redirect, calls nobody who was not allowed, and says what went wrong', async () => {
	const { slug } = await world.project();
	const { id } = await hook(slug);
	valueOf(await testWebhook(world.app, world.admin, id));
	answer = 302;
	await work();
	expect(await log(id)).toMatchObject([{ status: 'waiting', answered: null, trouble: 'redirects' }]);
	answer = 410;
	await later(id);
	await work();
	expect(await log(id)).toMatchObject([{ status: 'failed', answered: 410 }]);
	for (const url of ['http://192.168.1.1/', 'ftp://127.0.0.1/', 'http://u:p@127.0.0.1/', 'nowhere', 'http://127.0.0.1/#x']) expect(await createWebhook(world.app, world.admin, { slug, url, events: ['run.failed'] })).toMatchObject({ ok: false, problem: { code: 'invalid_input', errors: [{ field: 'url' }] } });
	const gone = await hook(slug);
	await world.query(`update webhooks set url = 'http://127.0.0.1:1/' where id = '${gone.id}' returning 1`);
	valueOf(await testWebhook(world.app, world.admin, gone.id));
	await work();
	expect(await log(gone.id)).toMatchObject([{ status: 'waiting', tries: 1, answered: null, trouble: 'unreachable' }]);
});

it('is taken to nobody’s grave: what a worker had begun to send is sent by another', async () => {
	const { slug } = await world.project();
	const { id } = await hook(slug);
	valueOf(await testWebhook(world.app, world.admin, id));
	// Taken, and its worker gone before it was sent.
	await world.query(`update webhook_deliveries set tries = 1, next_at = now() + interval '60 seconds' where webhook_id = '${id}' returning 1`);
	await work();
	expect(heard).toEqual([]);
	await later(id);
	await work();
	expect(await log(id)).toMatchObject([{ status: 'delivered', tries: 2 }]);
});

it('is the owner’s, keeps its secret to itself, and ends whole', async () => {
	const { slug } = await world.project();
	const { id, secret } = await hook(slug);
	const engineer = await world.person('engineer', { slug, role: 'engineer' });
	expect(problemOf(await createWebhook(world.app, engineer, { slug, url: address, events: ['run.failed'] }))).toBe('forbidden');
	expect(problemOf(await listDeliveries(world.app, engineer, { id }))).toBe('forbidden');
	const stored = JSON.stringify([valueOf(await listWebhooks(world.app, world.admin, slug)), await world.query(`select * from webhooks where id = '${id}'`), await world.query(`select * from audit_entries where subject_id = '${id}'`)]);
	expect(stored).not.toContain(secret);
	valueOf(await testWebhook(world.app, world.admin, id));
	valueOf(await retireWebhook(world.app, world.admin, id));
	await work();
	expect(heard).toEqual([]);
	expect(await world.query(`select status, trouble from webhook_deliveries where webhook_id = '${id}'`)).toEqual([{ status: 'failed', trouble: 'retired' }]);
	expect(problemOf(await testWebhook(world.app, world.admin, id))).toBe('not_found');
	expect(valueOf(await listWebhooks(world.app, world.admin, slug))).toEqual([]);
});
