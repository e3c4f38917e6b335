import { sql } from 'drizzle-orm';
import { boolean, check, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import type { Hub } from '../../../domain/hub-model.ts';
import { users } from './account.ts';
import { createdAt, id, instant } from './columns.ts';
import { imports } from './import.ts';
import { projects } from './project.ts';
import { workers } from './worker.ts';

/** How a file of a source is to be read: what an upload says in its address. */
export type AskedReading = { format?: string | undefined; encoding?: string | undefined; delimiter?: string | undefined; shape?: string | undefined; mapping?: Record<string, string | number | undefined> | undefined; accepted?: boolean | undefined; skipBad: boolean; dryRun: boolean };

/** What a worker found in a folder, or why it found nothing; `again`: it may later. */
export type SourceAnswer = { listing: { folders: { name: string; path: string }[]; files: { name: string; path: string; bytes: number; modifiedAt: string | null; version: string }[]; next: string | null } } | { trouble: string; again: boolean };

/** A place that files are brought in from without an upload: a folder that workers see, a part of an S3-compatible bucket, or a data set of a hub. The site's administrator names it, and for which projects. */
export const importSources = pgTable(
	'import_sources',
	{
		id: id(),
		name: text().notNull(),
		kind: text().$type<'folder' | 's3' | 'hub'>().notNull(),
		/** Of a folder: its name in PLUMBLINE_IMPORT_ROOTS. Where it lies is said there alone. */
		root: text(),
		bucket: text(),
		/** Null: Amazon's own. */
		endpoint: text(),
		region: text(),
		/** Of a data set: its hub, owner/name there, and the commit. */
		hub: text().$type<Hub>(),
		repo: text(),
		commit: text(),
		/** Only what lies below this is offered; without slashes at its ends. */
		prefix: text().notNull().default(''),
		/** Sealed (secrets/), place `import-source:<id>`. */
		sealedKeys: text(),
		/** Offered to every project; else to those of `import_source_projects`. */
		everywhere: boolean().notNull().default(false),
		createdBy: uuid()
			.notNull()
			.references(() => users.id),
		createdAt: createdAt(),
		retiredAt: instant()
	},
	(t) => [
		uniqueIndex('import_sources_name').on(t.name).where(sql`retired_at is null`),
		check('import_sources_kind', sql`${t.kind} = 'folder' and ${t.root} is not null and num_nonnulls(${t.bucket}, ${t.endpoint}, ${t.region}, ${t.sealedKeys}) = 0 or ${t.kind} = 's3' and ${t.root} is null and num_nonnulls(${t.bucket}, ${t.region}) = 2 or ${t.kind} = 'hub' and num_nonnulls(${t.root}, ${t.bucket}, ${t.endpoint}, ${t.region}, ${t.sealedKeys}) = 0`),
		check('import_sources_hub', sql`case when ${t.kind} = 'hub' then num_nonnulls(${t.hub}, ${t.repo}, ${t.commit}) = 3 and ${t.hub} in ('hf','modelscope') and ${t.commit} ~ '^[0-9a-f]{40}$' else num_nonnulls(${t.hub}, ${t.repo}, ${t.commit}) = 0 end`)
	]
);

/** Projects that a source is offered to. */
export const importSourceProjects = pgTable(
	'import_source_projects',
	{
		sourceId: uuid()
			.notNull()
			.references(() => importSources.id),
		projectId: uuid()
			.notNull()
			.references(() => projects.id)
	},
	(t) => [primaryKey({ columns: [t.sourceId, t.projectId] }), index('import_source_projects_project').on(t.projectId)]
);

/** A look into a folder that only a worker sees, for a web process that waits for it: gone once it has its answer, for paths may name people. */
export const sourceLooks = pgTable('source_looks', {
	id: id(),
	/** Its name in PLUMBLINE_IMPORT_ROOTS. */
	root: text().notNull(),
	prefix: text().notNull(),
	path: text().notNull(),
	/** The page that is asked for: after this name, so many entries. */
	after: text(),
	most: integer().notNull(),
	/** When a worker took it. */
	takenAt: instant(),
	answer: jsonb().$type<SourceAnswer>(),
	createdAt: createdAt()
});

/** A file of a source that a worker reads, or is to read: the import is its outcome. The attempt's number fences off a worker that was taken for dead. */
export const importReads = pgTable(
	'import_reads',
	{
		importId: uuid()
			.primaryKey()
			.references(() => imports.id),
		sourceId: uuid()
			.notNull()
			.references(() => importSources.id),
		/** Below the source's prefix, with slashes. */
		path: text().notNull(),
		asked: jsonb().$type<AskedReading>().notNull(),
		attempt: integer().notNull().default(0),
		/** Who reads it; null: nobody. */
		workerId: uuid().references(() => workers.id),
		/** Not before this, after a try that failed. */
		againAt: instant(),
		createdAt: createdAt()
	},
	(t) => [index('import_reads_worker').on(t.workerId)]
);
