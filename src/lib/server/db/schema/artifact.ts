import { bigint, check, foreignKey, index, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { sql } from 'drizzle-orm';
import { users } from './account.ts';
import { createdAt, instant } from './columns.ts';
import { projects } from './project.ts';
import { prompts, responses } from './prompt.ts';

/** An image or document of a project; its bytes lie in the artifact store under their hash. */
export const artifacts = pgTable(
	'artifacts',
	{
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		sha256: text().notNull(),
		/** What the bytes are, sniffed, whatever their name said. */
		mediaType: text().notNull(),
		bytes: bigint({ mode: 'number' }).notNull(),
		width: integer(),
		height: integer(),
		createdBy: uuid()
			.notNull()
			.references(() => users.id),
		createdAt: createdAt()
	},
	(t) => [primaryKey({ columns: [t.projectId, t.sha256] }), check('artifacts_media_type', sql`${t.mediaType} in ('image/png','image/jpeg','image/webp','application/pdf','text/plain','text/markdown')`)]
);

/**
 * What is written in a document, for training rows. A PDF is read once, by a
 * worker; until then it is `waiting`. `unreadable`: no text could be got out of it.
 */
export const artifactTexts = pgTable(
	'artifact_texts',
	{
		projectId: uuid().notNull(),
		sha256: text().notNull(),
		state: text().notNull().default('waiting'),
		body: text(),
		pages: integer(),
		tries: integer().notNull().default(0),
		/** When a worker began to read it; one that died leaves it to the next. */
		takenAt: instant()
	},
	(t) => [
		primaryKey({ columns: [t.projectId, t.sha256] }),
		foreignKey({ columns: [t.projectId, t.sha256], foreignColumns: [artifacts.projectId, artifacts.sha256] }),
		index('artifact_texts_waiting').on(t.projectId).where(sql`state = 'waiting'`),
		check('artifact_texts_state', sql`${t.state} in ('waiting','read','unreadable') and (${t.state} = 'read') = (${t.body} is not null)`)
	]
);

/** Which prompts hold an artifact: who may see the prompt may see it. */
export const promptArtifacts = pgTable(
	'prompt_artifacts',
	{
		promptId: uuid()
			.notNull()
			.references(() => prompts.id),
		sha256: text().notNull()
	},
	(t) => [primaryKey({ columns: [t.promptId, t.sha256] }), index('prompt_artifacts_sha256').on(t.sha256)]
);

/** Which responses hold an artifact. */
export const responseArtifacts = pgTable(
	'response_artifacts',
	{
		responseId: uuid()
			.notNull()
			.references(() => responses.id),
		sha256: text().notNull()
	},
	(t) => [primaryKey({ columns: [t.responseId, t.sha256] }), index('response_artifacts_sha256').on(t.sha256)]
);
