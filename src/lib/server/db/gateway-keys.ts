import { sql } from 'drizzle-orm';
import type { Executor, Tx } from './client.ts';
import { isoTime, rowsOf } from './rows.ts';

/** What a key used on a day (UTC), or over several. */
export type Usage = { requests: number; failed: number; promptTokens: number; completionTokens: number };

/** A key in its project's list; the key itself is nowhere. */
export type GatewayKey = { id: string; name: string; requestsPerMinute: number; tokensPerDay: number | null; expiresAt: string | null; expired: boolean; lastUsedAt: string | null; createdAt: string; today: Usage; month: Usage };

/** Makes a key for a project; null when a living one has the name. */
export async function insert(tx: Tx, of: { projectId: string; name: string; keyHash: string; requestsPerMinute: number; tokensPerDay: number | null; expiresAt: Date | null; createdBy: string }): Promise<string | null> {
	const rows = await rowsOf<{ id: string }>(
		tx,
		sql`insert into gateway_keys (project_id, name, key_hash, requests_per_minute, tokens_per_day, expires_at, created_by)
			values (${of.projectId}, ${of.name}, ${of.keyHash}, ${of.requestsPerMinute}, ${of.tokensPerDay}, ${of.expiresAt?.toISOString() ?? null}, ${of.createdBy}) on conflict do nothing returning id`
	);
	return rows[0]?.id ?? null;
}

/** A key's project and whether it was revoked, locked. */
export async function lock(tx: Tx, id: string): Promise<{ projectId: string; revoked: boolean } | null> {
	const rows = await rowsOf<{ project_id: string; revoked: boolean }>(tx, sql`select project_id, revoked_at is not null as revoked from gateway_keys where id = ${id} for update`);
	return rows[0] ? { projectId: rows[0].project_id, revoked: rows[0].revoked } : null;
}

/** Ends a key for good. */
export async function revoke(tx: Tx, id: string): Promise<void> {
	await tx.execute(sql`update gateway_keys set revoked_at = now() where id = ${id} and revoked_at is null`);
}

const usageOf = (since: ReturnType<typeof sql>) => sql`(select jsonb_build_object('requests', coalesce(sum(u.requests), 0), 'failed', coalesce(sum(u.failed), 0), 'promptTokens', coalesce(sum(u.prompt_tokens), 0), 'completionTokens', coalesce(sum(u.completion_tokens), 0))
	from gateway_usage u where u.key_id = k.id and u.day >= ${since})`;
const today = sql`(now() at time zone 'UTC')::date`;

/** Keys of a project that were not revoked, by name, with what they used today and in the last 30 days. */
export async function list(db: Executor, projectId: string): Promise<GatewayKey[]> {
	const rows = await rowsOf<{ id: string; name: string; requests_per_minute: number; tokens_per_day: string | null; expires_at: string | null; expired: boolean; last_used_at: string | null; created_at: string; today: Usage; month: Usage }>(
		db,
		sql`select k.id, k.name, k.requests_per_minute, k.tokens_per_day, k.expires_at, coalesce(k.expires_at <= now(), false) as expired, k.last_used_at, k.created_at, ${usageOf(today)} as today, ${usageOf(sql`${today} - 29`)} as month
			from gateway_keys k where k.project_id = ${projectId} and k.revoked_at is null order by k.name`
	);
	return rows.map((row) => ({
		id: row.id,
		name: row.name,
		requestsPerMinute: row.requests_per_minute,
		tokensPerDay: row.tokens_per_day === null ? null : Number(row.tokens_per_day),
		expiresAt: row.expires_at === null ? null : isoTime(row.expires_at),
		expired: row.expired,
		lastUsedAt: row.last_used_at === null ? null : isoTime(row.last_used_at),
		createdAt: isoTime(row.created_at),
		today: row.today,
		month: row.month
	}));
}

/** A key as the gateway looks it up, by its hash. */
export type KnownKey = { id: string; hash: string; projectId: string; slug: string; requestsPerMinute: number; tokensPerDay: number | null; tokensToday: number; expiresAt: Date | null };

/** Every key that counts now. */
export async function known(db: Executor): Promise<KnownKey[]> {
	const rows = await rowsOf<{ id: string; key_hash: string; project_id: string; slug: string; requests_per_minute: number; tokens_per_day: string | null; tokens_today: string; expires_at: string | null }>(
		db,
		sql`select k.id, k.key_hash, k.project_id, p.slug, k.requests_per_minute, k.tokens_per_day, coalesce(u.prompt_tokens + u.completion_tokens, 0) as tokens_today, k.expires_at
			from gateway_keys k join projects p on p.id = k.project_id left join gateway_usage u on u.key_id = k.id and u.day = ${today}
			where k.revoked_at is null and coalesce(k.expires_at > now(), true)`
	);
	return rows.map((row) => ({ id: row.id, hash: row.key_hash, projectId: row.project_id, slug: row.slug, requestsPerMinute: row.requests_per_minute, tokensPerDay: row.tokens_per_day === null ? null : Number(row.tokens_per_day), tokensToday: Number(row.tokens_today), expiresAt: row.expires_at === null ? null : new Date(row.expires_at) }));
}

/** Adds what keys used since the last time. */
export async function addUsage(tx: Tx, used: readonly ({ keyId: string } & Usage)[]): Promise<void> {
	// In one order, so that two gateways that write at once do not wait for each other in a circle.
	for (const of of [...used].sort((a, b) => (a.keyId < b.keyId ? -1 : 1))) {
		await tx.execute(sql`insert into gateway_usage (key_id, day, requests, failed, prompt_tokens, completion_tokens) values (${of.keyId}, ${today}, ${of.requests}, ${of.failed}, ${of.promptTokens}, ${of.completionTokens})
			on conflict (key_id, day) do update set requests = gateway_usage.requests + excluded.requests, failed = gateway_usage.failed + excluded.failed,
				prompt_tokens = gateway_usage.prompt_tokens + excluded.prompt_tokens, completion_tokens = gateway_usage.completion_tokens + excluded.completion_tokens`);
		await tx.execute(sql`update gateway_keys set last_used_at = now() where id = ${of.keyId}`);
	}
}
