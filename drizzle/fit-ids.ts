import type { Sql } from 'postgres';

/**
 * Lets new_id() be the server's own uuidv7() where it has one (PostgreSQL 18), else clock_id(), which does
 * the same in more time. At every start and not once in a migration: a dump of one version may be loaded
 * into an older one, or the server may have become a newer one. Gives the function that ids come from.
 */
export async function fitIds(client: Sql): Promise<'uuidv7' | 'clock_id'> {
	const [server] = await client<{ own: boolean; body: string; parallel: string }[]>`
		select to_regprocedure('pg_catalog.uuidv7()') is not null as own, prosrc as body, proparallel as parallel from pg_proc where oid = 'new_id()'::regprocedure`;
	if (!server) throw new Error('new_id() is missing: the database was not migrated');
	const source = server.own ? 'uuidv7' : 'clock_id';
	const body = ` SELECT ${source}() `;
	const parallel = server.own ? 'safe' : 'unsafe';
	// Only where it is another: to replace it makes every connection plan anew.
	if (server.body !== body || server.parallel !== parallel[0]) await client.unsafe(`create or replace function new_id() returns uuid language sql volatile parallel ${parallel} as $$${body}$$`);
	return source;
}
