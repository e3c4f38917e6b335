import { sql } from 'drizzle-orm';
import type { Executor, Tx } from './client.ts';
import { GATEWAY_GONE } from './deployments.ts';
import { isoTime, rowsOf } from './rows.ts';

/** What a project lets the gateway do with its traffic. */
export type GatewaySettings = {
	/** Served as `project/candidate`; null: nothing is. */
	candidateId: string | null;
	/** Share of the champion's people whom the candidate answers instead. */
	canaryPercent: number;
	/** Share of the champion's requests that the candidate answers too, unseen. */
	shadowPercent: number;
	/** Whether questions and answers are kept, and for how many days. */
	keepPayloads: boolean;
	payloadDays: number;
	/** Whether servers are asked for the log-probabilities of what they say, to tell how sure they were. */
	measureConfidence: boolean;
};

/** Of a project that has said nothing. */
export const DEFAULT_SETTINGS: GatewaySettings = { candidateId: null, canaryPercent: 0, shadowPercent: 0, keepPayloads: false, payloadDays: 30, measureConfidence: false };

type Row = { candidate_id: string | null; canary_percent: number; shadow_percent: number; keep_payloads: boolean; payload_days: number; measure_confidence: boolean };

const toSettings = (row: Row): GatewaySettings => ({ candidateId: row.candidate_id, canaryPercent: row.canary_percent, shadowPercent: row.shadow_percent, keepPayloads: row.keep_payloads, payloadDays: row.payload_days, measureConfidence: row.measure_confidence });

/** Settings of a project. */
export async function settings(db: Executor, projectId: string): Promise<GatewaySettings> {
	const rows = await rowsOf<Row>(db, sql`select * from gateway_settings where project_id = ${projectId}`);
	return rows[0] ? toSettings(rows[0]) : DEFAULT_SETTINGS;
}

/** Sets a project's settings. */
export async function putSettings(tx: Tx, projectId: string, of: GatewaySettings): Promise<void> {
	await tx.execute(sql`insert into gateway_settings (project_id, candidate_id, canary_percent, shadow_percent, keep_payloads, payload_days, measure_confidence)
		values (${projectId}, ${of.candidateId}, ${of.canaryPercent}, ${of.shadowPercent}, ${of.keepPayloads}, ${of.payloadDays}, ${of.measureConfidence})
		on conflict (project_id) do update set candidate_id = excluded.candidate_id, canary_percent = excluded.canary_percent, shadow_percent = excluded.shadow_percent,
			keep_payloads = excluded.keep_payloads, payload_days = excluded.payload_days, measure_confidence = excluded.measure_confidence, updated_at = now()`);
}

/** A gateway process that lives. */
export type Gateway = { id: string; hostname: string; port: number; startedAt: string };

/** Says that a gateway is there. */
export async function arrive(db: Executor, of: { hostname: string; port: number }): Promise<string> {
	await db.execute(sql`delete from gateways where seen_at < now() - interval '1 day'`);
	const rows = await rowsOf<{ id: string }>(db, sql`insert into gateways (hostname, port) values (${of.hostname}, ${of.port}) returning id`);
	return rows[0]?.id ?? '';
}

/** Says that a gateway lives, and what it has under way. */
export async function seen(db: Executor, id: string, load: Readonly<Record<string, number>>): Promise<void> {
	await db.execute(sql`update gateways set seen_at = now(), load = ${JSON.stringify(load)}::jsonb where id = ${id}`);
}

/** Says that a gateway has gone. */
export async function leave(db: Executor, id: string): Promise<void> {
	await db.execute(sql`delete from gateways where id = ${id}`);
}

/** Gateways that live. */
export async function living(db: Executor): Promise<Gateway[]> {
	const rows = await rowsOf<{ id: string; hostname: string; port: number; started_at: string }>(db, sql`select id, hostname, port, started_at from gateways where seen_at > now() - ${GATEWAY_GONE} order by id`);
	return rows.map((row) => ({ id: row.id, hostname: row.hostname, port: row.port, startedAt: isoTime(row.started_at) }));
}
