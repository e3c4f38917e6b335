import { sql } from 'drizzle-orm';
import type { ArchiveTable, Over } from './archive-tables.ts';
import type { Executor, Tx } from './client.ts';
import { rowsOf } from './rows.ts';

/** Somebody who is named in a project's record. */
export type ArchivedPerson = { id: string; name: string; email: string | null };

const FETCH = 500;
const UUID = /^[0-9a-f-]{36}$/u;

/** A cursor's statement takes no parameters: the id is written into it. */
function scopeOf(table: ArchiveTable, projectId: string): string {
	if (!UUID.test(projectId)) throw new Error('not an id');
	return table.scope.replaceAll('$p', `'${projectId}'::uuid`);
}

/** Columns of a table that an archive carries: not made by the database itself. */
export async function columnsOf(db: Executor, table: ArchiveTable): Promise<string[]> {
	const rows = await rowsOf<{ name: string }>(db, sql`
		select a.attname as name from pg_attribute a
		where a.attrelid = ${`public.${table.name}`}::regclass and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and a.attidentity <> 'a'
		order by a.attname`);
	return rows.map(({ name }) => name).filter((name) => !table.without?.includes(name));
}

/** Columns that name a user. */
async function peopleColumns(db: Executor, table: ArchiveTable): Promise<string[]> {
	const rows = await rowsOf<{ name: string }>(db, sql`
		select a.attname as name from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
		where c.contype = 'f' and c.confrelid = 'users'::regclass and c.conrelid = ${`public.${table.name}`}::regclass and cardinality(c.conkey) = 1`);
	return [...rows.map(({ name }) => name), ...(table.people ?? [])];
}

/** Rows of a statement, a few hundred at a time. One such reading at a time within a transaction. */
async function* inParts<T extends Record<string, unknown>>(tx: Tx, statement: string): AsyncGenerator<T[]> {
	await tx.execute(sql.raw(`declare archived no scroll cursor for ${statement}`));
	for (;;) {
		const rows = await rowsOf<T>(tx, sql.raw(`fetch ${FETCH} from archived`));
		if (rows.length > 0) yield rows;
		if (rows.length < FETCH) break;
	}
	await tx.execute(sql.raw('close archived'));
}

const put = (over: Over | undefined): string => (over ? ` || jsonb_build_object(${Object.entries(over).map(([column, value]) => `'${column}', ${value}`).join(', ')})` : '');

/** A table's rows of a project as JSON lines, a few hundred at a time, in the order of its key. Within one transaction all tables are of one moment. */
export async function* lines(tx: Tx, table: ArchiveTable, projectId: string, named: boolean): AsyncGenerator<{ rows: number; text: string }> {
	const [key] = await rowsOf<{ names: string | null }>(tx, sql`
		select string_agg('t.' || quote_ident(a.attname), ', ' order by array_position(i.indkey::int2[], a.attnum)) as names
		from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey) where i.indisprimary and i.indrelid = ${`public.${table.name}`}::regclass`);
	const kept = `to_jsonb(t)${(table.without ?? []).map((name) => ` - '${name}'`).join('')}${put(table.over)}${named ? '' : put(table.unnamed)}`;
	for await (const rows of inParts<{ line: string }>(tx, `select (${kept})::text as line from ${table.name} t where ${scopeOf(table, projectId)} order by ${key?.names ?? '1'}`)) yield { rows: rows.length, text: rows.map(({ line }) => `${line}\n`).join('') };
}

/** Some columns of a table's rows of a project, a few hundred at a time. */
export async function* columnsOfRows(tx: Tx, table: ArchiveTable, columns: readonly string[], projectId: string): AsyncGenerator<Record<string, unknown>[]> {
	yield* inParts(tx, `select ${columns.map((column) => `t."${column}"`).join(', ')} from ${table.name} t where ${scopeOf(table, projectId)}`);
}

/** Columns of the project's tables that hold a SHA-256, by their names, where one has a value that does not fit a pattern; null: none. */
export async function misfit(tx: Tx, tables: readonly ArchiveTable[], projectId: string, pattern: RegExp): Promise<{ table: string; column: string } | null> {
	for (const table of tables) {
		for (const column of (await columnsOf(tx, table)).filter((name) => /(^|_)sha256$/.test(name))) {
			const found = await rowsOf(tx, sql`select 1 from ${sql.identifier(table.name)} t where ${sql.raw(scopeOf(table, projectId))} and t.${sql.identifier(column)} !~ ${pattern.source} limit 1`);
			if (found.length > 0) return { table: table.name, column };
		}
	}
	return null;
}

/** Everybody whom the archived rows name, in the order in which they came. */
export async function people(tx: Tx, tables: readonly ArchiveTable[], projectId: string): Promise<ArchivedPerson[]> {
	const parts: string[] = [];
	for (const table of tables) {
		for (const column of await peopleColumns(tx, table)) parts.push(`select t.${column} as id from ${table.name} t where t.${column} is not null and ${scopeOf(table, projectId)}`);
	}
	return rowsOf<ArchivedPerson>(tx, sql.raw(`select u.id, p.name, p.email from users u join user_profiles p on p.user_id = u.id where u.id in (${parts.join(' union ')}) order by u.created_at, u.id`));
}

/** Files in the artifact store that the record cites: those of snapshots, images, documents and reports, and runs' TensorBoard files; weights if asked for. */
export async function artifacts(tx: Tx, projectId: string, weights: boolean): Promise<string[]> {
	const rows = await rowsOf<{ sha256: string }>(tx, sql`
		select f.sha256 from snapshot_files f join snapshots s on s.id = f.snapshot_id where s.project_id = ${projectId}
		union select sha256 from artifacts where project_id = ${projectId}
		union select r.sha256 from decision_reports r join decisions d on d.id = r.decision_id join checkpoints c on c.id = d.checkpoint_id where c.project_id = ${projectId}
		union select f ->> 'sha256' from run_attempts a join runs r on r.id = a.run_id cross join jsonb_array_elements(a.tensorboard) f where r.project_id = ${projectId} and jsonb_typeof(a.tensorboard) = 'array'
		union select f ->> 'sha256' from checkpoints c cross join jsonb_array_elements(c.files) f where ${weights} and c.project_id = ${projectId} and c.kind <> 'base' and jsonb_typeof(c.files) = 'array'
		union select f ->> 'sha256' from checkpoint_exports x cross join jsonb_array_elements(x.files) f where ${weights} and x.project_id = ${projectId} and x.status = 'succeeded'
		order by 1`);
	return rows.map(({ sha256 }) => sha256);
}

/** Whether a project with this id or slug is here. */
export async function clash(tx: Tx, of: { id: string; slug: string }): Promise<'id' | 'slug' | null> {
	const rows = await rowsOf<{ id: string }>(tx, sql`select id from projects where id = ${of.id} or slug = ${of.slug}`);
	return rows.length === 0 ? null : rows.some(({ id }) => id === of.id) ? 'id' : 'slug';
}

/** Finds or makes an account for everybody: the same id, else the same email, else a new one that nobody can sign in to. Gives who stands for whom. */
export async function takePeople(tx: Tx, all: readonly ArchivedPerson[]): Promise<Record<string, string>> {
	const here: Record<string, string> = {};
	for (const { id, name, email } of all) {
		const [known] = await rowsOf<{ id: string }>(tx, sql`select u.id from users u left join user_profiles p on p.user_id = u.id where u.id = ${id} or lower(p.email) = lower(${email}) order by u.id = ${id} desc limit 1`);
		here[id] = known?.id ?? id;
		if (known) continue;
		await tx.execute(sql`insert into users (id, deactivated_at) values (${id}, now())`);
		await tx.execute(sql`insert into user_profiles (user_id, email, name) values (${id}, ${email ?? `${id}@archive.invalid`}, ${name})`);
	}
	return here;
}

/**
 * Makes a table's rows from a JSON array, the project under the slug that it has here. What is never in an archive, and
 * what is under way, has the value that it has in every archive, whatever this one says or leaves out. Columns that the
 * archive does not have take their defaults.
 */
export async function insert(tx: Tx, table: ArchiveTable, of: { columns: readonly string[]; array: string; slug: string; people: Readonly<Record<string, string>> }): Promise<void> {
	const named = new Set(await peopleColumns(tx, table));
	const { over = {} } = table;
	const columns = [...new Set([...of.columns, ...Object.keys(over)])];
	const values = columns.map((column) => {
		const name = sql.identifier(column);
		const instead = over[column];
		if (instead !== undefined) return sql.raw(instead);
		if (named.has(column)) return sql`(${JSON.stringify(of.people)}::jsonb ->> t.${name}::text)::uuid`;
		// Where its own is taken it must not be entered even for a moment.
		if (table.name === 'projects' && column === 'slug') return sql`${of.slug}::text`;
		// Who wrote an answer is named among other sources.
		if (table.name === 'responses' && column === 'source_ref') return sql`case when t.source = 'person' then coalesce(${JSON.stringify(of.people)}::jsonb ->> t.source_ref, t.source_ref) else t.source_ref end`;
		return sql`t.${name}`;
	});
	const into = sql.identifier(table.name);
	const onConflict = table.name === 'workers' ? sql`on conflict do nothing` : sql``;
	await tx.execute(sql`insert into ${into} (${sql.join(columns.map((column) => sql.identifier(column)), sql`, `)}) select ${sql.join(values, sql`, `)} from jsonb_populate_recordset(null::${into}, ${of.array}::jsonb) t ${onConflict}`);
}

/** Whether a snapshot of the project is not of its manifest's hash, or a run of it not on that hash. */
export async function unlikeSnapshot(tx: Tx, projectId: string): Promise<'snapshots' | 'runs' | null> {
	const [row] = await rowsOf<{ snapshots: boolean; runs: boolean }>(
		tx,
		sql`select exists (select 1 from snapshots s left join snapshot_files f on f.snapshot_id = s.id and f.name = 'manifest' where s.project_id = ${projectId} and f.sha256 is distinct from s.sha256) as snapshots,
			exists (select 1 from runs r join snapshots s on s.id = r.snapshot_id where r.project_id = ${projectId} and r.snapshot_sha256 <> s.sha256) as runs`
	);
	return row?.snapshots ? 'snapshots' : row?.runs ? 'runs' : null;
}

/** What every project has from its first day, and this one does not: rounds, numbered from 1 on, or its one base model. Null: it has both. */
export async function lacks(tx: Tx, projectId: string): Promise<'rounds' | 'base' | null> {
	const [row] = await rowsOf<{ rounds: boolean; base: boolean }>(
		tx,
		sql`select coalesce((select min(number) = 1 and max(number) = count(*) from rounds where project_id = ${projectId}), false) as rounds,
			(select count(*) = 1 from checkpoints where project_id = ${projectId} and kind = 'base') as base`
	);
	return row?.rounds !== true ? 'rounds' : row.base ? null : 'base';
}

/** Rows of a table that are the project's. */
export async function count(tx: Tx, table: ArchiveTable, projectId: string): Promise<number> {
	const [row] = await rowsOf<{ n: string }>(tx, sql.raw(`select count(*) as n from ${table.name} t where ${scopeOf(table, projectId)}`));
	return Number(row?.n ?? 0);
}

/** A table whose rows point out of the project, or null: an archive must not hang its rows on somebody else's. */
export async function pointsOutside(tx: Tx, tables: readonly ArchiveTable[], projectId: string): Promise<string | null> {
	const byName = new Map(tables.map((table) => [table.name, table]));
	const keys = await rowsOf<{ from: string; to: string; column: string; target: string }>(tx, sql`
		select c.conrelid::regclass::text as "from", c.confrelid::regclass::text as "to", a.attname as "column", b.attname as target
		from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1] join pg_attribute b on b.attrelid = c.confrelid and b.attnum = c.confkey[1]
		where c.contype = 'f' and c.connamespace = 'public'::regnamespace`);
	for (const { from, to, column, target } of keys) {
		const [child, parent] = [byName.get(from), byName.get(to)];
		if (!child || !parent || to === 'workers') continue;
		const found = await rowsOf(tx, sql.raw(`select 1 from ${from} t where ${scopeOf(child, projectId)} and t.${column} is not null and t.${column} not in (select t.${target} from ${to} t where ${scopeOf(parent, projectId)}) limit 1`));
		if (found.length > 0) return from;
	}
	return null;
}
