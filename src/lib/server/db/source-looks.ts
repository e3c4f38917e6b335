import { sql } from 'drizzle-orm';
import type { Executor } from './client.ts';
import { rowsOf } from './rows.ts';
import type { SourceAnswer } from './schema/import-source.ts';

/** A page of a folder that a worker is asked to look at. */
export type Look = { root: string; prefix: string; path: string; after: string | null; most: number };

/** Asks whichever worker sees the folder. */
export async function ask(db: Executor, { root, prefix, path, after, most }: Look): Promise<string> {
	const rows = await rowsOf<{ id: string }>(db, sql`insert into source_looks (root, prefix, path, after, most) values (${root}, ${prefix}, ${path}, ${after}, ${most}) returning id`);
	return rows[0]?.id ?? '';
}

/** Takes the next one that is asked of these folders and that somebody still waits for. */
export async function take(db: Executor, of: { roots: readonly string[]; waitSeconds: number }): Promise<(Look & { id: string }) | null> {
	const rows = await rowsOf<Look & { id: string }>(
		db,
		sql`update source_looks set taken_at = now() where id = (
				select id from source_looks where taken_at is null and created_at > now() - make_interval(secs => ${of.waitSeconds}) and root in (select jsonb_array_elements_text(${JSON.stringify(of.roots)}::jsonb))
				order by id limit 1 for update skip locked)
			returning id, root, prefix, path, after, most`
	);
	return rows[0] ?? null;
}

/** Says what was found. */
export async function answer(db: Executor, id: string, answer: SourceAnswer): Promise<void> {
	await db.execute(sql`update source_looks set answer = ${JSON.stringify(answer)}::jsonb where id = ${id}`);
}

/** Hands an answer over and forgets it; null while there is none. */
export async function handOver(db: Executor, id: string): Promise<SourceAnswer | null> {
	const rows = await rowsOf<{ answer: SourceAnswer }>(db, sql`delete from source_looks where id = ${id} and answer is not null returning answer`);
	return rows[0]?.answer ?? null;
}

/** Nobody waits for it any more. */
export async function remove(db: Executor, id: string): Promise<void> {
	await db.execute(sql`delete from source_looks where id = ${id}`);
}

/** Forgets what nobody can be waiting for: whoever asked ended first. */
export async function removeStale(db: Executor, seconds: number): Promise<void> {
	await db.execute(sql`delete from source_looks where created_at < now() - make_interval(secs => ${seconds})`);
}
