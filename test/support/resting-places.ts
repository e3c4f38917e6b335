import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { World } from './world.ts';

/** Where a word was found: a table and column, or a file. */
export type Found = { place: string; word: string };

/** Every column of every table of the database that holds any of these words, whatever the table is called. */
export async function inDatabase(world: World, words: readonly string[]): Promise<Found[]> {
	const columns = await world.query<{ schema: string; table: string; column: string }>(
		`select c.table_schema as schema, c.table_name as table, c.column_name as column from information_schema.columns c
			join information_schema.tables t on t.table_schema = c.table_schema and t.table_name = c.table_name and t.table_type = 'BASE TABLE'
			where c.table_schema not in ('pg_catalog', 'information_schema') and (c.data_type in ('text', 'character varying', 'json', 'jsonb', 'ARRAY', 'bytea', 'USER-DEFINED'))`
	);
	const found: Found[] = [];
	for (const { schema, table, column } of columns) {
		const where = words.map((word) => `strpos(v, '${word}') > 0`).join(' or ');
		const rows = await world.query<{ v: string }>(`select v from (select case when pg_typeof("${column}")::text = 'bytea' then encode("${column}"::text::bytea, 'escape') else "${column}"::text end as v from "${schema}"."${table}") t where ${where} limit 5`);
		for (const { v } of rows) for (const word of words) if (v.includes(word)) found.push({ place: `${schema}.${table}.${column}`, word });
	}
	return found;
}

/** Every file below a folder that holds any of these words. */
export async function inFiles(folder: string, words: readonly string[]): Promise<Found[]> {
	const found: Found[] = [];
	for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
		if (!entry.isFile()) continue;
		const path = join(entry.parentPath, entry.name);
		// One that was removed since it was listed, by a process that lives on, does not rest there.
		const content = await readFile(path).catch((error: NodeJS.ErrnoException) => {
			if (error.code === 'ENOENT') return null;
			throw error;
		});
		if (content === null) continue;
		for (const word of words) if (content.includes(word)) found.push({ place: path, word });
	}
	return found;
}

/** Files below a folder that a process holds open, also those that have no name any more. */
export async function heldBy(pid: number, folder: string): Promise<{ place: string; content: Buffer }[]> {
	const held: { place: string; content: Buffer }[] = [];
	for (const number of await readdir(`/proc/${pid}/fd`)) {
		const descriptor = `/proc/${pid}/fd/${number}`;
		const place = await readlink(descriptor).catch(() => '');
		// One that was closed since it was listed is not held.
		const content = place.startsWith(`${folder}/`) ? await readFile(descriptor).catch(() => null) : null;
		if (content) held.push({ place, content });
	}
	return held;
}

/** Words that a text holds, e.g. a log or an answer. */
export const inText = (place: string, text: string, words: readonly string[]): Found[] => words.filter((word) => text.includes(word)).map((word) => ({ place, word }));
