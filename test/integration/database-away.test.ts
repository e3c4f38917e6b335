import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { ok } from '#lib/domain/problem.ts';
import { operation } from '#lib/server/api/operation.ts';
import { serve } from '#lib/server/api/serve.ts';
import { createApp } from '#lib/server/app.ts';
import type { App } from '#lib/server/app.ts';
import { readConfig } from '#lib/server/config.ts';
import { databaseAway } from '#lib/server/db/database-away.ts';
import { openDoor } from '../support/door.ts';
import type { Door } from '../support/door.ts';
import { createWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
let door: Door;
let app: App;
beforeAll(async () => {
	world = await createWorld();
	door = await openDoor(world.url);
	app = await createApp(readConfig({ DATABASE_URL: door.url, PLUMBLINE_DATA_DIR: world.dataDir, PLUMBLINE_LOG_LEVEL: 'silent' }), 'web');
});
afterEach(async () => {
	await door.open();
	await expect.poll(() => amiss(ask()), { timeout: 30_000 }).toBe('nothing');
});
afterAll(async () => {
	await app?.close();
	await door?.shut();
	await world?.close();
});

const ask = () => app.db.execute(sql`select 1`);
const write = () => app.db.transaction((tx) => tx.execute(sql`select 1`));
const elsewhere = () => app.db.transaction(() => Promise.reject(Object.assign(new Error('a store'), { code: 'ECONNREFUSED' })));
const amiss = (work: Promise<unknown>) => work.then(() => 'nothing', (error: unknown) => (databaseAway(error) ? 'away' : 'else'));

it('a query, a transaction that cannot begin and one that is broken off say that the database is away; nothing else does', async () => {
	expect([await amiss(elsewhere()), await amiss(app.db.execute(sql`select 1 / 0`))]).toEqual(['else', 'else']);
	const broken = app.db.transaction(async (tx) => {
		await tx.execute(sql`select 1`);
		await door.shut();
		await tx.execute(sql`select 1`);
	});
	expect([await amiss(broken), await amiss(ask()), await amiss(write())]).toEqual(['away', 'away', 'away']);
});

it('a call whose database goes away once it is known who asks is told to come again', async () => {
	const call = (handle: () => Promise<unknown>) => {
		const op = operation({ id: 'ask', method: 'GET', path: '/ask', summary: 'Asks', access: 'public', answers: {} });
		const url = new URL('http://here/api/v1/ask');
		return serve(op, async () => ok({ status: 200, body: (await handle()) !== null }))({ request: new Request(url), url, params: {}, locals: { app, actor: null, requestId: randomUUID() } });
	};
	const told = async (answer: Response) => [answer.status, answer.headers.get('retry-after'), ((await answer.json()) as { code?: string }).code];
	expect((await call(ask)).status).toBe(200);
	await door.shut();
	expect([await told(await call(ask)), await told(await call(write))]).toEqual([[503, '5', 'not_ready'], [503, '5', 'not_ready']]);
	expect(await told(await call(() => Promise.reject(Object.assign(new Error('a disk'), { code: 'ENOSPC' }))))).toEqual([500, null, 'internal']);
});

it('who listens hears again once the database is back after a while, over one subscription', async () => {
	const heard: string[] = [];
	const ends = await Promise.all([1, 2].map(() => app.listen('news', (word) => void heard.push(word))));
	await ends[0]?.();
	await door.shut();
	// Long enough that it is asked again for the subscription in vain.
	await sleep(1500);
	await door.open();
	await expect.poll(async () => {
		await world.query(`select pg_notify('news', 'back')`);
		return heard.length;
	}, { timeout: 30_000, interval: 250 }).toBeGreaterThan(0);
	const before = heard.length;
	await world.query(`select pg_notify('news', 'once')`);
	await expect.poll(() => heard.slice(before).filter((word) => word === 'once'), { timeout: 20_000 }).toEqual(['once']);
});
