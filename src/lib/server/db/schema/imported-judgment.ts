import { index, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';
import { createdAt, id, instant } from './columns.ts';
import { imports } from './import.ts';
import { judgments } from './judgment.ts';
import { projects } from './project.ts';

/** Somebody who judged elsewhere, as a file names them. The name may be erased; judgments keep the id, which then says nothing. */
export const importedJudges = pgTable(
	'imported_judges',
	{
		id: id(),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		/** Tool whose file names them: the same name in another tool is another judge. */
		source: text().notNull(),
		name: text(),
		createdAt: createdAt()
	},
	(t) => [unique('imported_judges_name').on(t.projectId, t.source, t.name)]
);

/** What a file says of a judgment it brought: where, by whom and when it was made. Append-only. A preference that a file states as a fact has none. */
export const importedJudgments = pgTable(
	'imported_judgments',
	{
		judgmentId: uuid()
			.primaryKey()
			.references(() => judgments.id),
		importId: uuid()
			.notNull()
			.references(() => imports.id),
		judgeId: uuid().references(() => importedJudges.id),
		source: text().notNull(),
		judgedAt: instant()
	},
	(t) => [index('imported_judgments_judge').on(t.judgeId)]
);
