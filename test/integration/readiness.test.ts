import { afterAll, beforeAll, expect, it } from 'vitest';
import { readiness } from '#lib/server/usecases/readiness.ts';
import { createWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await createWorld();
});
afterAll(() => world.close());

const migrations = async () => (await readiness(world.app)).migrations;

it('is ready with the newest migration, not with the one before it, and with those of a newer version', async () => {
	expect(await migrations()).toBe(true);
	await world.query('create table newest as select * from drizzle.__drizzle_migrations order by created_at desc limit 1');
	await world.query('delete from drizzle.__drizzle_migrations where created_at = (select created_at from newest)');
	expect(await migrations()).toBe(false);
	await world.query(`insert into drizzle.__drizzle_migrations (hash, created_at) select 'one of a newer version', created_at + 1000 from newest`);
	expect(await migrations()).toBe(true);
});
