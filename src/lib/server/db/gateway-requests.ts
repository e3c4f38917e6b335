import { sql } from 'drizzle-orm';
import type { ExportPlan } from '../../domain/checkpoint-export.ts';
import type { Executor, Tx } from './client.ts';
import { isoTime, rowsOf, uuids } from './rows.ts';

/** A request that was answered, or not. Words only where the project keeps them. */
export type NewRequest = {
	id: string;
	projectId: string;
	keyId: string;
	kind: 'chat' | 'completion';
	asked: 'champion' | 'candidate' | 'checkpoint';
	checkpointId: string | null;
	deploymentId: string | null;
	way: 'asked' | 'canary' | 'fallback' | 'shadow';
	shadowOf: string | null;
	status: number;
	problem: string | null;
	streamed: boolean;
	tries: number;
	promptTokens: number | null;
	completionTokens: number | null;
	/** Geometric mean of the probabilities of the answer’s tokens; null: not told. */
	confidence: number | null;
	firstMs: number | null;
	totalMs: number;
	payload: { messages: readonly unknown[] | null; answer: string; days: number } | null;
};

/** Adds requests; one that is there already, or whose answer beside it was never stored, is left out. Gives the ids of those that were added. */
export async function insert(tx: Tx, requests: readonly NewRequest[]): Promise<Set<string>> {
	const rows = requests.map(({ payload, ...row }) => ({ ...row, messages: payload?.messages ?? null, answer: payload?.answer ?? null, days: payload?.days ?? null }));
	const added = await rowsOf<{ id: string }>(tx, sql`with given as (
			select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r("id" uuid, "projectId" uuid, "keyId" uuid, "kind" text, "asked" text, "checkpointId" uuid, "deploymentId" uuid, "way" text, "shadowOf" uuid, "status" int, "problem" text,
				"streamed" bool, "tries" int, "promptTokens" int, "completionTokens" int, "confidence" float8, "firstMs" int, "totalMs" int, "messages" jsonb, "answer" text, "days" int)
		), stored as (
			insert into gateway_requests (id, project_id, key_id, kind, asked, checkpoint_id, deployment_id, way, shadow_of, status, problem, streamed, tries, prompt_tokens, completion_tokens, confidence, first_ms, total_ms)
			select "id", "projectId", "keyId", "kind", "asked", "checkpointId", "deploymentId", "way", "shadowOf", "status", "problem", "streamed", "tries", "promptTokens", "completionTokens", "confidence", "firstMs", "totalMs" from given g
			where g."shadowOf" is null or exists (select 1 from gateway_requests r where r.id = g."shadowOf") or exists (select 1 from given other where other."id" = g."shadowOf")
			on conflict do nothing returning id),
		worded as (
			insert into gateway_payloads (request_id, messages, answer, expires_at)
			select g."id", nullif(g."messages", 'null'), g."answer", now() + make_interval(days => g."days") from given g join stored s on s.id = g."id" where g."answer" is not null returning 1)
		select id from stored`);
	return new Set(added.map(({ id }) => id));
}

/** A request in its project's list. */
export type RequestLine = Pick<NewRequest, 'id' | 'asked' | 'checkpointId' | 'way' | 'status' | 'problem' | 'streamed' | 'tries' | 'promptTokens' | 'completionTokens' | 'confidence' | 'firstMs' | 'totalMs'> & {
	key: string;
	checkpoint: string | null;
	/** Of its server: the export whose weights it has; null: as it was trained. */
	form: ExportPlan | null;
	endpoint: string | null;
	createdAt: string;
};

/** The newest requests of a project, before `cursor`; without those that nobody saw the answers of. */
export async function list(db: Executor, projectId: string, of: { cursor: string | null; limit: number }): Promise<RequestLine[]> {
	const rows = await rowsOf<{ id: string; key: string; asked: NewRequest['asked']; checkpoint_id: string | null; checkpoint: string | null; form: ExportPlan | null; endpoint: string | null; way: NewRequest['way']; status: number; problem: string | null; streamed: boolean; tries: number; prompt_tokens: number | null; completion_tokens: number | null; confidence: number | null; first_ms: number | null; total_ms: number; created_at: string }>(
		db,
		sql`select r.*, k.name as key, c.name as checkpoint, coalesce(e.name, s.name) as endpoint, x.plan as form from gateway_requests r join gateway_keys k on k.id = r.key_id
			left join checkpoints c on c.id = r.checkpoint_id left join deployments d on d.id = r.deployment_id left join checkpoint_exports x on x.id = d.export_id left join endpoints e on e.id = d.endpoint_id left join model_servers s on s.id = d.server_id
			where r.project_id = ${projectId} and r.way <> 'shadow' ${of.cursor === null ? sql`` : sql`and r.id < ${of.cursor}`} order by r.id desc limit ${of.limit}`
	);
	return rows.map((row) => ({
		id: row.id,
		key: row.key,
		asked: row.asked,
		checkpointId: row.checkpoint_id,
		checkpoint: row.checkpoint,
		form: row.checkpoint === null ? null : row.form,
		endpoint: row.endpoint,
		way: row.way,
		status: row.status,
		problem: row.problem,
		streamed: row.streamed,
		tries: row.tries,
		promptTokens: row.prompt_tokens,
		completionTokens: row.completion_tokens,
		confidence: row.confidence,
		firstMs: row.first_ms,
		totalMs: row.total_ms,
		createdAt: isoTime(row.created_at)
	}));
}

/** A question with the answer that somebody saw and the one that nobody did. */
export type ShadowPair = { requestId: string; messages: unknown[]; seen: string; unseen: string };

const waiting = sql`from gateway_requests s join gateway_requests r on r.id = s.shadow_of join gateway_payloads p on p.request_id = r.id join gateway_payloads q on q.request_id = s.id
	left join imports i on i.id = r.import_id
	where r.status = 200 and s.status = 200 and p.expires_at > now() and p.answer <> q.answer and (r.import_id is null or i.status in ('failed', 'refused', 'undone', 'discarded'))`;

/** Pairs of a project that wait to be brought to judging, oldest first. */
export async function shadowPairs(db: Executor, projectId: string, limit: number): Promise<ShadowPair[]> {
	const rows = await rowsOf<{ id: string; messages: unknown[]; seen: string; unseen: string }>(db, sql`select r.id, p.messages, p.answer as seen, q.answer as unseen ${waiting} and r.project_id = ${projectId} order by r.id limit ${limit}`);
	return rows.map((row) => ({ requestId: row.id, messages: row.messages, seen: row.seen, unseen: row.unseen }));
}

/** How many pairs of a project wait. */
export async function countShadowPairs(db: Executor, projectId: string): Promise<number> {
	return (await rowsOf<{ n: number }>(db, sql`select count(*)::int as n ${waiting} and r.project_id = ${projectId}`))[0]?.n ?? 0;
}

/** Notes with which import requests went to judging. */
export async function taken(tx: Tx, requestIds: readonly string[], importId: string): Promise<void> {
	if (requestIds.length > 0) await tx.execute(sql`update gateway_requests set import_id = ${importId} where id in ${uuids(requestIds)}`);
}

/** Forgets words whose time is over, and requests older than so many days; what keys used stays. Gives how many of each. */
export async function removeExpired(tx: Tx, days: number): Promise<{ payloads: number; requests: number }> {
	const payloads = await rowsOf<{ id: string }>(tx, sql`delete from gateway_payloads where request_id in (select request_id from gateway_payloads where expires_at <= now() limit 5000) returning request_id as id`);
	// Ids begin with their time (UUID version 7): the primary key finds the oldest.
	const oldest = sql`(lpad(to_hex((extract(epoch from now() - make_interval(days => ${days})) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid`;
	const requests = await rowsOf<{ id: string }>(tx, sql`delete from gateway_requests where id in (select id from gateway_requests where id < ${oldest} limit 5000) returning id`);
	return { payloads: payloads.length, requests: requests.length };
}

/** A question of the traffic, with what was said of its answer and how sure the model was of it. */
export type KeptQuestion = { id: string; messages: unknown[]; thumb: 'up' | 'down' | null; confidence: number | null };

/** Questions of a project's traffic whose words are kept, newest first. */
export async function keptQuestions(db: Executor, projectId: string, limit: number): Promise<KeptQuestion[]> {
	return rowsOf<KeptQuestion>(
		db,
		sql`select r.id, p.messages, f.thumb, r.confidence from gateway_requests r join gateway_payloads p on p.request_id = r.id left join gateway_feedback f on f.request_id = r.id
			where r.project_id = ${projectId} and r.way <> 'shadow' and p.expires_at > now() and p.messages is not null order by r.id desc limit ${limit}`
	);
}

/** Questions that a project has, newest first: to measure others by, never to be shown. */
export async function knownQuestions(db: Executor, projectId: string, limit: number): Promise<unknown[][]> {
	return (await rowsOf<{ messages: unknown[] }>(db, sql`select t.messages from prompts p join prompt_texts t on t.prompt_id = p.id where p.project_id = ${projectId} order by p.id desc limit ${limit}`)).map(({ messages }) => messages);
}
