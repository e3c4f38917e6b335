import { bigint, index, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { users } from './account.ts';
import { createdAt, id } from './columns.ts';
import { imports } from './import.ts';
import { projects } from './project.ts';

/** A file that arrives in pieces and may break off in between. How much of it is there, the disk of the web process says; the row goes once the file was read. */
export const uploads = pgTable(
	'uploads',
	{
		id: id(),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		createdBy: uuid()
			.notNull()
			.references(() => users.id),
		/** As the project lets names of files be kept. */
		fileName: text(),
		/** Tells the file apart without saying its name, which may name people. */
		fingerprint: text().notNull(),
		totalBytes: bigint({ mode: 'number' }).notNull(),
		/** What its bytes on the disk are encrypted with: sealed (secrets/), place `upload:<id>`. Written with the row. */
		sealedKey: text(),
		/** The import that read it last; null: none has begun. */
		importId: uuid().references(() => imports.id),
		touchedAt: createdAt(),
		createdAt: createdAt()
	},
	(t) => [index('uploads_person').on(t.createdBy, t.projectId), index('uploads_import').on(t.importId)]
);
