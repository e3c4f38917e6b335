import { sql } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import { bigint, boolean, check, date, doublePrecision, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { users } from './account.ts';
import { checkpoints } from './checkpoint.ts';
import { createdAt, id, instant } from './columns.ts';
import { deployments } from './deployment.ts';
import { imports } from './import.ts';
import { projects } from './project.ts';

/** What a project lets the gateway do with its traffic. No row: the defaults. */
export const gatewaySettings = pgTable(
	'gateway_settings',
	{
		projectId: uuid()
			.primaryKey()
			.references(() => projects.id),
		/** What is served as `project/candidate`; null: nothing. */
		candidateId: uuid().references(() => checkpoints.id),
		/** Share of the champion's people whom the candidate answers instead. */
		canaryPercent: doublePrecision().notNull().default(0),
		/** Share of the champion's requests that the candidate answers too, unseen. */
		shadowPercent: doublePrecision().notNull().default(0),
		/** Whether questions and answers are kept, and for how many days. */
		keepPayloads: boolean().notNull().default(false),
		payloadDays: integer().notNull().default(30),
		/** Whether servers are asked how sure they are of what they say. */
		measureConfidence: boolean().notNull().default(false),
		updatedAt: instant().notNull().defaultNow()
	},
	(t) => [
		check('gateway_settings_percents', sql`${t.canaryPercent} between 0 and 100 and ${t.shadowPercent} between 0 and 100`),
		check('gateway_settings_candidate', sql`${t.candidateId} is not null or (${t.canaryPercent} = 0 and ${t.shadowPercent} = 0)`),
		check('gateway_settings_shadow', sql`${t.keepPayloads} or ${t.shadowPercent} = 0`),
		check('gateway_settings_confidence', sql`${t.keepPayloads} or not ${t.measureConfidence}`),
		check('gateway_settings_days', sql`${t.payloadDays} between 1 and 365`)
	]
);

/** With what an application asks the gateway for a project's models. It belongs to the project, not to a person who may leave. */
export const gatewayKeys = pgTable(
	'gateway_keys',
	{
		id: id(),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		name: text().notNull(),
		keyHash: text().notNull().unique('gateway_keys_hash'),
		requestsPerMinute: integer().notNull(),
		/** Null: no limit. */
		tokensPerDay: bigint({ mode: 'number' }),
		createdBy: uuid()
			.notNull()
			.references(() => users.id),
		createdAt: createdAt(),
		expiresAt: instant(),
		revokedAt: instant(),
		lastUsedAt: instant()
	},
	(t) => [
		uniqueIndex('gateway_keys_name').on(t.projectId, t.name).where(sql`revoked_at is null`),
		check('gateway_keys_limits', sql`${t.requestsPerMinute} between 1 and 100000 and ${t.tokensPerDay} > 0`)
	]
);

/** A request that the gateway answered, without a word of it. `shadowOf`: nobody saw this answer; it was asked for beside that one. */
export const gatewayRequests = pgTable(
	'gateway_requests',
	{
		/** Made by the gateway: who asked was told it before the row was there. */
		id: uuid().primaryKey(),
		projectId: uuid()
			.notNull()
			.references(() => projects.id),
		keyId: uuid()
			.notNull()
			.references(() => gatewayKeys.id),
		/** Chat completion or completion. */
		kind: text().notNull(),
		/** What was asked for: champion, candidate or checkpoint. */
		asked: text().notNull(),
		/** What answered; null: nothing did. */
		checkpointId: uuid().references(() => checkpoints.id),
		deploymentId: uuid().references(() => deployments.id),
		/** By which way it came to answer: as asked, as canary, as the champion in the canary's place, or as shadow. */
		way: text().notNull(),
		shadowOf: uuid().references((): AnyPgColumn => gatewayRequests.id, { onDelete: 'cascade' }),
		/** As who asked was answered; 499: they hung up. */
		status: integer().notNull(),
		problem: text(),
		streamed: boolean().notNull(),
		/** Servers that were tried. */
		tries: integer().notNull(),
		promptTokens: integer(),
		completionTokens: integer(),
		/** Geometric mean of the probabilities of the answer's tokens; null: no server said. */
		confidence: doublePrecision(),
		/** Until the first byte of the answer, and until its end, in milliseconds. */
		firstMs: integer(),
		totalMs: integer().notNull(),
		createdAt: createdAt(),
		/** The import in which the pair of it and its shadow went to judging. */
		importId: uuid().references(() => imports.id, { onDelete: 'set null' })
	},
	(t) => [
		index('gateway_requests_project').on(t.projectId, t.id),
		index('gateway_requests_key').on(t.keyId),
		index('gateway_requests_import').on(t.importId).where(sql`import_id is not null`),
		uniqueIndex('gateway_requests_shadow').on(t.shadowOf).where(sql`shadow_of is not null`),
		check('gateway_requests_kind', sql`${t.kind} in ('chat','completion')`),
		check('gateway_requests_asked', sql`${t.asked} in ('champion','candidate','checkpoint')`),
		check('gateway_requests_way', sql`${t.way} in ('asked','canary','fallback','shadow')`),
		check('gateway_requests_confidence', sql`${t.confidence} between 0 and 1`),
		check('gateway_requests_shadowed', sql`(${t.way} = 'shadow') = (${t.shadowOf} is not null)`)
	]
);

/** The words of a request, where the project keeps them, for as long as it does. */
export const gatewayPayloads = pgTable(
	'gateway_payloads',
	{
		requestId: uuid()
			.primaryKey()
			.references(() => gatewayRequests.id, { onDelete: 'cascade' }),
		/** The conversation as it was sent; of an answer beside another it stands with that one. */
		messages: jsonb().$type<unknown[]>(),
		answer: text().notNull(),
		expiresAt: instant().notNull()
	},
	(t) => [index('gateway_payloads_expiry').on(t.expiresAt)]
);

/** What somebody said of an answer, through the application that asked for it. */
export const gatewayFeedback = pgTable(
	'gateway_feedback',
	{
		requestId: uuid()
			.primaryKey()
			.references(() => gatewayRequests.id, { onDelete: 'cascade' }),
		keyId: uuid()
			.notNull()
			.references(() => gatewayKeys.id),
		thumb: text(),
		/** The answer as it should have been; goes with the words of the answer. */
		edit: text(),
		comment: text(),
		createdAt: createdAt(),
		/** The import with which it became part of the record. */
		importId: uuid().references(() => imports.id, { onDelete: 'set null' })
	},
	(t) => [
		index('gateway_feedback_key').on(t.keyId),
		index('gateway_feedback_import').on(t.importId).where(sql`import_id is not null`),
		check('gateway_feedback_thumb', sql`${t.thumb} in ('up','down')`)
	]
);

/** What a key used, kept by day (UTC). */
export const gatewayUsage = pgTable(
	'gateway_usage',
	{
		keyId: uuid()
			.notNull()
			.references(() => gatewayKeys.id),
		day: date().notNull(),
		requests: integer().notNull().default(0),
		failed: integer().notNull().default(0),
		promptTokens: bigint({ mode: 'number' }).notNull().default(0),
		completionTokens: bigint({ mode: 'number' }).notNull().default(0)
	},
	(t) => [primaryKey({ columns: [t.keyId, t.day] })]
);

/** A gateway process: seen every few seconds while it lives. */
export const gateways = pgTable('gateways', {
	id: id(),
	hostname: text().notNull(),
	port: integer().notNull(),
	startedAt: createdAt(),
	seenAt: instant().notNull().defaultNow(),
	/** Requests under way, by deployment. */
	load: jsonb().$type<Record<string, number>>().notNull().default({})
});
