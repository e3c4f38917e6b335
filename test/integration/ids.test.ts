import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fitIds } from '../../drizzle/fit-ids.ts';
import { createWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
let client: postgres.Sql;

beforeAll(async () => {
	world = await createWorld();
	client = postgres(world.url, { max: 1, onnotice: () => undefined });
});
afterAll(async () => {
	await client?.end({ timeout: 5 });
	await world?.close();
});

// Whatever the server at hand has: both are tested, since people bring servers that have only the first.
describe.each(['clock_id()', 'new_id()'])('%s', (made) => {
	const id = () => client.unsafe(made);

	it('is in the order of writing within one statement, of version 7, and carries the time', async () => {
		const [all] = await client`
			select count(*)::int as many, bool_and(id > before) as ordered, min(get_byte(uuid_send(id), 6) >> 4) as version, max(get_byte(uuid_send(id), 6) >> 4) as last_version,
				max(get_byte(uuid_send(id), 8) >> 6) as variant, max(abs(extract(epoch from written) * 1000 - ('x' || translate(left(id::text, 13), '-', ''))::bit(48)::bigint))::float < 60000 as near
			from (select id, written, lag(id, 1, '00000000-0000-0000-0000-000000000000') over (order by n) as before
				from (select n, ${id()} as id, clock_timestamp() as written from generate_series(1, 20000) n) made) pairs`;
		expect(all).toEqual({ many: 20_000, ordered: true, version: 7, last_version: 7, variant: 2, near: true });
	});

	it('is in the order of writing over the rows and statements of one transaction', async () => {
		const written = await client.begin(async (tx) => {
			await tx.unsafe(`create temporary table written (id uuid primary key default ${made}, n int) on commit drop`);
			for (let n = 0; n < 600; n += 3) await tx`insert into written (n) values (${n}), (${n + 1}), (${n + 2})`;
			return tx<{ n: number }[]>`select n from written order by id`;
		});
		expect(written.map(({ n }) => n)).toEqual(Array.from({ length: 600 }, (_, n) => n));
	});
});

it('goes on after its last id where the clock stepped back', async () => {
	const [pair] = await client`
		with ahead as materialized (select set_config('plumbline.last_id', ((extract(epoch from clock_timestamp())::bigint + 3600) * 4096000)::text, false)),
			one as materialized (select clock_id() as id from ahead), two as materialized (select clock_id() as id from one)
		select one.id < two.id as ordered, ('x' || translate(left(one.id::text, 13), '-', ''))::bit(48)::bigint / 1000 - extract(epoch from clock_timestamp())::bigint > 3500 as ahead from one, two`;
	expect(pair).toEqual({ ordered: true, ahead: true });
});

it.each(['clock_id()', 'new_id()'])('stands in a statement that could have been run by several workers (%s)', async (made) => {
	const cheap = ['parallel_setup_cost', 'parallel_tuple_cost', 'min_parallel_table_scan_size'];
	await client.begin(async (tx) => {
		for (const setting of cheap) await tx.unsafe(`set local ${setting} = 0`);
		const plan = (await tx.unsafe('explain select relname from pg_class')).map((line) => line['QUERY PLAN'] as string);
		expect(plan.join('\n')).toContain('Parallel');
		const rows = await tx.unsafe(`select ${made} as id from pg_class`);
		expect(new Set(rows.map(({ id }) => id as string)).size).toBe(rows.length);
	});
});

it('comes from what the server has, whatever the server had that the database was loaded from', async () => {
	const body = async () => (await client<{ body: string }[]>`select trim(prosrc) as body from pg_proc where oid = 'new_id()'::regprocedure`)[0]?.body;
	const [{ version } = { version: 0 }] = await client<{ version: number }[]>`select current_setting('server_version_num')::int as version`;
	const source = version >= 180_000 ? 'uuidv7' : 'clock_id';
	expect(await body()).toBe(`SELECT ${source}()`);
	await client.unsafe(`create or replace function new_id() returns uuid language sql volatile as $$ SELECT gen_random_uuid() $$`);
	expect(await fitIds(client)).toBe(source);
	expect(await body()).toBe(`SELECT ${source}()`);
	// So does its mark, which an earlier migration had wrong.
	await client.unsafe('alter function new_id() parallel restricted');
	await fitIds(client);
	expect(await client`select proname, proparallel from pg_proc where oid in ('new_id()'::regprocedure, 'clock_id()'::regprocedure) order by 1`).toMatchObject([
		{ proname: 'clock_id', proparallel: 'u' },
		{ proname: 'new_id', proparallel: version >= 180_000 ? 's' : 'u' }
	]);
});
