import { check, index, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { sql } from 'drizzle-orm';
import { users } from './account.ts';
import { createdAt, id, instant } from './columns.ts';
import { comparisons } from './comparison.ts';
import { projects } from './project.ts';

/** Something said about a comparison, between those who judged it and reviewers. Its words live apart, erasable. */
export const comments = pgTable(
	'comments',
	{
		id: id(),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		comparisonId: uuid()
			.notNull()
			.references(() => comparisons.id),
		authorId: uuid()
			.notNull()
			.references(() => users.id),
		/** Salted hash of the erasable text beside it. */
		bodyHash: text().notNull(),
		createdAt: createdAt()
	},
	(t) => [index('comments_comparison').on(t.comparisonId, t.id), index('comments_project').on(t.projectId, t.id)]
);

export const commentTexts = pgTable('comment_texts', {
	commentId: uuid()
		.primaryKey()
		.references(() => comments.id),
	salt: text().notNull(),
	body: text().notNull()
});

/** Who is addressed in a comment. */
export const commentMentions = pgTable(
	'comment_mentions',
	{
		commentId: uuid()
			.notNull()
			.references(() => comments.id),
		userId: uuid()
			.notNull()
			.references(() => users.id)
	},
	(t) => [primaryKey({ columns: [t.commentId, t.userId] })]
);

/** Something a person should know; the page says it in words. Its subject is an id of the kind's own. */
export const notifications = pgTable(
	'notifications',
	{
		id: id(),
		userId: uuid()
			.notNull()
			.references(() => users.id),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		kind: text().notNull(),
		subjectId: uuid().notNull(),
		comparisonId: uuid().references(() => comparisons.id),
		createdAt: createdAt(),
		readAt: instant(),
		/** When it went out in a digest, or was passed over as a kind that its person does without. */
		mailedAt: instant()
	},
	(t) => [
		index('notifications_user').on(t.userId, t.id),
		index('notifications_unread')
			.on(t.userId, t.id)
			.where(sql`read_at is null`),
		index('notifications_unmailed')
			.on(t.userId)
			.where(sql`mailed_at is null and read_at is null`),
		index('notifications_subject').on(t.subjectId),
		check('notifications_kind', sql`${t.kind} in ('mention','comment','overturned','sent_back','assigned','overdue','signature','unsigned','approval','declined','refused','to_judge','to_adjudicate','to_freeze','to_mend','to_decide')`)
	]
);
