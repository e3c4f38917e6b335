import { sql } from 'drizzle-orm';
import type { Hub } from '../../domain/hub-model.ts';
import type { Executor, Tx } from './client.ts';
import { isoTime, rowsOf } from './rows.ts';

/** A folder, bucket or data set that files are brought in from. Its keys are not here: `sealedKeys` alone reads them. */
export type ImportSource = {
	id: string;
	name: string;
	kind: 'folder' | 's3' | 'hub';
	root: string | null;
	bucket: string | null;
	endpoint: string | null;
	region: string | null;
	hub: Hub | null;
	/** Owner and name of the data set there. */
	repo: string | null;
	commit: string | null;
	prefix: string;
	/** Offered to every project; else to those of `projects`. */
	everywhere: boolean;
	/** Slugs, by name. */
	projects: string[];
	createdAt: string;
	retiredAt: string | null;
};

type Row = Omit<ImportSource, 'createdAt' | 'retiredAt'> & { created_at: string; retired_at: string | null };

const toSource = ({ created_at, retired_at, ...row }: Row): ImportSource => ({ ...row, createdAt: isoTime(created_at), retiredAt: retired_at === null ? null : isoTime(retired_at) });

const columns = sql`s.id, s.name, s.kind, s.root, s.bucket, s.endpoint, s.region, s.hub, s.repo, s.commit, s.prefix, s.everywhere, s.created_at, s.retired_at,
	(select coalesce(array_agg(p.slug order by p.slug), '{}') from import_source_projects sp join projects p on p.id = sp.project_id where sp.source_id = s.id) as projects`;

/** Where a source lies: this never changes. */
export type SourcePlace = Pick<ImportSource, 'kind' | 'root' | 'bucket' | 'endpoint' | 'region' | 'hub' | 'repo' | 'commit' | 'prefix'>;

/** Keeps a source that has no keys and is offered to nobody yet; null when a living one has the name. */
export async function insert(tx: Tx, of: SourcePlace & { name: string; createdBy: string }): Promise<string | null> {
	const rows = await rowsOf<{ id: string }>(
		tx,
		sql`insert into import_sources (name, kind, root, bucket, endpoint, region, hub, repo, commit, prefix, created_by)
			values (${of.name}, ${of.kind}, ${of.root}, ${of.bucket}, ${of.endpoint}, ${of.region}, ${of.hub}, ${of.repo}, ${of.commit}, ${of.prefix}, ${of.createdBy}) on conflict do nothing returning id`
	);
	return rows[0]?.id ?? null;
}

/** Renames a source; false when another living one has the name. */
export async function rename(tx: Tx, id: string, name: string): Promise<boolean> {
	const rows = await rowsOf<{ id: string }>(tx, sql`update import_sources s set name = ${name} where id = ${id} and not exists (select 1 from import_sources other where other.name = ${name} and other.id <> s.id and other.retired_at is null) returning id`);
	return rows.length > 0;
}

/** Puts sealed keys in the place of those that were there. */
export async function putKeys(tx: Tx, id: string, sealed: string): Promise<void> {
	await tx.execute(sql`update import_sources set sealed_keys = ${sealed} where id = ${id}`);
}

/** Offers a source to these projects alone, or to all. Gives the slugs that no project has; then nothing was changed. */
export async function offer(tx: Tx, id: string, to: 'all' | readonly string[]): Promise<string[]> {
	const slugs = to === 'all' ? [] : to;
	const list = sql`(select jsonb_array_elements_text(${JSON.stringify(slugs)}::jsonb))`;
	const unknown = await rowsOf<{ slug: string }>(tx, sql`select g.slug from ${list} as g(slug) where not exists (select 1 from projects p where p.slug = g.slug) order by g.slug`);
	if (unknown.length > 0) return unknown.map(({ slug }) => slug);
	await tx.execute(sql`update import_sources set everywhere = ${to === 'all'} where id = ${id}`);
	await tx.execute(sql`delete from import_source_projects where source_id = ${id}`);
	await tx.execute(sql`insert into import_source_projects (source_id, project_id) select ${id}, p.id from projects p where p.slug in ${list}`);
	return [];
}

/** Retires a source and forgets its keys. */
export async function retire(tx: Tx, id: string): Promise<void> {
	await tx.execute(sql`update import_sources set retired_at = now(), sealed_keys = null where id = ${id} and retired_at is null`);
}

/** One source; locked against changes where a transaction says so. */
export async function get(db: Executor, id: string, { locked = false } = {}): Promise<ImportSource | null> {
	const rows = await rowsOf<Row>(db, sql`select ${columns} from import_sources s where s.id = ${id} ${locked ? sql`for update` : sql``}`);
	return rows[0] ? toSource(rows[0]) : null;
}

/** The sealed keys of a source, for the process that reads it. */
export async function sealedKeys(db: Executor, id: string): Promise<string | null> {
	return (await rowsOf<{ sealed_keys: string | null }>(db, sql`select sealed_keys from import_sources where id = ${id}`))[0]?.sealed_keys ?? null;
}

/** Living sources of the site, by name. */
export async function list(db: Executor): Promise<ImportSource[]> {
	return (await rowsOf<Row>(db, sql`select ${columns} from import_sources s where s.retired_at is null order by s.name`)).map(toSource);
}

/** Living sources that a project may bring files in from, by name. */
export async function offeredTo(db: Executor, projectId: string): Promise<Pick<ImportSource, 'id' | 'name' | 'kind'>[]> {
	return rowsOf<Pick<ImportSource, 'id' | 'name' | 'kind'>>(db, sql`select s.id, s.name, s.kind from import_sources s where ${offered(projectId)} order by s.name`);
}

/** Whether a project may bring files in from a source. */
export async function isOffered(db: Executor, id: string, projectId: string): Promise<boolean> {
	return (await rowsOf<{ id: string }>(db, sql`select s.id from import_sources s where s.id = ${id} and ${offered(projectId)}`)).length > 0;
}

const offered = (projectId: string) => sql`s.retired_at is null and (s.everywhere or exists (select 1 from import_source_projects sp where sp.source_id = s.id and sp.project_id = ${projectId}))`;
