import { sql } from 'drizzle-orm';
import { boolean, check, index, integer, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { createdAt, id, instant } from './columns.ts';

/** A person who may sign in. Names live apart (`user_profiles`) so that they can be erased. */
export const users = pgTable('users', {
	id: id(),
	isAdmin: boolean().notNull().default(false),
	passwordHash: text(),
	deactivatedAt: instant(),
	createdAt: createdAt()
});

/** The erasable part of a user: what names the person. */
export const userProfiles = pgTable(
	'user_profiles',
	{
		userId: uuid()
			.primaryKey()
			.references(() => users.id),
		email: text().notNull(),
		name: text().notNull(),
		locale: text(),
		/** Kinds of notifications that they do without in mails. */
		mailOff: text().array().notNull().default([])
	},
	(t) => [uniqueIndex('user_profiles_email').on(sql`lower(${t.email})`), check('user_profiles_always_mailed', sql`not (${t.mailOff} && array['signature','to_decide'])`)]
);

/** A signed-in browser. `id` is the SHA-256 of the cookie's value, never the value itself. */
export const sessions = pgTable(
	'sessions',
	{
		id: text().primaryKey(),
		userId: uuid()
			.notNull()
			.references(() => users.id),
		expiresAt: instant().notNull(),
		createdAt: createdAt()
	},
	(t) => [index('sessions_user').on(t.userId)]
);

/** A bearer token of the API. `scopes` null means all that the user's role may do. */
export const apiTokens = pgTable(
	'api_tokens',
	{
		id: id(),
		userId: uuid()
			.notNull()
			.references(() => users.id),
		tokenHash: text().notNull().unique(),
		name: text(),
		scopes: text().array(),
		expiresAt: instant(),
		revokedAt: instant(),
		lastUsedAt: instant(),
		createdAt: createdAt()
	},
	(t) => [index('api_tokens_user').on(t.userId)]
);

/** A one-time link with which a person sets a password. */
export const passwordLinks = pgTable('password_links', {
	tokenHash: text().primaryKey(),
	userId: uuid()
		.notNull()
		.references(() => users.id),
	createdBy: uuid().references(() => users.id),
	expiresAt: instant().notNull(),
	usedAt: instant(),
	createdAt: createdAt()
});

/** Failed sign-ins per key, in the shape that rate-limiter-flexible asks for. */
export const rateLimits = pgTable('rate_limits', {
	key: text().primaryKey(),
	points: integer().notNull(),
	expire: instant()
});
