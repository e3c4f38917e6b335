import { sql } from 'drizzle-orm';
import type { ExportPlan } from '../../domain/checkpoint-export.ts';
import type { Executor, Tx } from './client.ts';
import { isoTime, rowsOf } from './rows.ts';

export type Health = 'unknown' | 'up' | 'down';

/** A checkpoint that a server serves. `draining`: it takes nothing new. */
export type Deployment = {
	id: string;
	projectId: string;
	checkpointId: string;
	checkpoint: string;
	/** The export whose weights it serves, and that one's form; null: the checkpoint as it was trained. */
	exportId: string | null;
	form: ExportPlan | null;
	/** The endpoint, where the firm runs the server itself. */
	endpointId: string | null;
	/** The server that a worker runs. */
	serverId: string | null;
	/** Name of either. */
	server: string;
	/** Null: a worker’s server that does not answer now. */
	baseUrl: string | null;
	/** As the server calls the checkpoint. */
	model: string;
	/** The endpoint was retired: nothing is sent there any more. */
	retired: boolean;
	concurrency: number;
	state: 'serving' | 'draining' | 'ended';
	health: Health;
	healthProblem: string | null;
	checkedAt: string | null;
	/** Requests under way there: over all living gateways, and of the playground. */
	load: number;
	createdAt: string;
};

type Row = {
	id: string;
	project_id: string;
	checkpoint_id: string;
	checkpoint: string;
	export_id: string | null;
	plan: ExportPlan | null;
	endpoint_id: string | null;
	server_id: string | null;
	server: string;
	base_url: string | null;
	model: string;
	retired: boolean;
	concurrency: number;
	state: Deployment['state'];
	health: Health;
	health_problem: string | null;
	checked_at: string | null;
	load: number;
	created_at: string;
};

const toDeployment = (row: Row): Deployment => ({
	id: row.id,
	projectId: row.project_id,
	checkpointId: row.checkpoint_id,
	checkpoint: row.checkpoint,
	exportId: row.export_id,
	form: row.plan,
	endpointId: row.endpoint_id,
	serverId: row.server_id,
	server: row.server,
	baseUrl: row.base_url,
	model: row.model,
	retired: row.retired,
	concurrency: row.concurrency,
	state: row.state,
	health: row.health,
	healthProblem: row.health_problem,
	checkedAt: row.checked_at === null ? null : isoTime(row.checked_at),
	load: row.load,
	createdAt: isoTime(row.created_at)
});

/** A gateway that was not seen for so long is gone, and what it had under way with it. */
export const GATEWAY_GONE = sql`interval '15 seconds'`;

const whole = sql`select d.id, d.project_id, d.checkpoint_id, c.name as checkpoint, d.export_id, x.plan, d.endpoint_id, d.server_id, coalesce(e.name, s.name) as server, coalesce(e.base_url, s.base_url) as base_url, coalesce(e.model, d.checkpoint_id::text) as model, e.retired_at is not null as retired, d.concurrency,
	case when d.ended_at is not null then 'ended' when d.draining_at is not null then 'draining' else 'serving' end as state, d.health, d.health_problem, d.checked_at, d.created_at,
	coalesce((select sum((g.load->>d.id::text)::int) from gateways g where g.seen_at > now() - ${GATEWAY_GONE}), 0)::int + (select count(*)::int from playground_calls p where p.deployment_id = d.id and p.until > now()) as load
	from deployments d join checkpoints c on c.id = d.checkpoint_id left join checkpoint_exports x on x.id = d.export_id left join endpoints e on e.id = d.endpoint_id left join model_servers s on s.id = d.server_id`;

type NewDeployment = { projectId: string; checkpointId: string; /** Null: as it was trained. */ exportId: string | null; concurrency: number; createdBy: string };

/** Says that an endpoint serves a checkpoint; null when a living deployment says so already. */
export async function insert(tx: Tx, of: NewDeployment & { endpointId: string }): Promise<string | null> {
	const rows = await rowsOf<{ id: string }>(
		tx,
		sql`insert into deployments (project_id, checkpoint_id, export_id, endpoint_id, concurrency, created_by) values (${of.projectId}, ${of.checkpointId}, ${of.exportId}, ${of.endpointId}, ${of.concurrency}, ${of.createdBy})
			on conflict do nothing returning id`
	);
	return rows[0]?.id ?? null;
}

/** Says that a worker's server serves a checkpoint. */
export async function insertServed(tx: Tx, of: NewDeployment & { serverId: string }): Promise<string> {
	const rows = await rowsOf<{ id: string }>(tx, sql`insert into deployments (project_id, checkpoint_id, export_id, server_id, concurrency, created_by) values (${of.projectId}, ${of.checkpointId}, ${of.exportId}, ${of.serverId}, ${of.concurrency}, ${of.createdBy}) returning id`);
	return rows[0]?.id ?? '';
}

/** One deployment. */
export async function get(db: Executor, id: string): Promise<Deployment | null> {
	const rows = await rowsOf<Row>(db, sql`${whole} where d.id = ${id}`);
	return rows[0] ? toDeployment(rows[0]) : null;
}

/** One deployment, locked against others who would change whether it takes work. */
export async function lock(tx: Tx, id: string): Promise<Deployment | null> {
	await tx.execute(sql`select 1 from deployments where id = ${id} for update`);
	return get(tx, id);
}

/** Deployments of a project that have not ended, newest first. */
export async function list(db: Executor, projectId: string): Promise<Deployment[]> {
	return (await rowsOf<Row>(db, sql`${whole} where d.project_id = ${projectId} and d.ended_at is null order by d.id desc`)).map(toDeployment);
}

/** Checkpoints that a worker's server serves, oldest first; those that it serves no more are left out unless asked for. */
export async function ofServer(db: Executor, serverId: string, of: { ended: boolean }): Promise<Deployment[]> {
	return (await rowsOf<Row>(db, sql`${whole} where d.server_id = ${serverId} ${of.ended ? sql`` : sql`and d.ended_at is null`} order by d.id`)).map(toDeployment);
}

/** Those of these exports that some server serves. */
export async function servedForms(db: Executor, exportIds: readonly string[]): Promise<Set<string>> {
	if (exportIds.length === 0) return new Set();
	const rows = await rowsOf<{ id: string }>(db, sql`select distinct export_id as id from deployments where ended_at is null and export_id in ${[...exportIds]}`);
	return new Set(rows.map(({ id }) => id));
}

/** Lets a deployment take nothing new, or take it again. */
export async function drain(tx: Tx, id: string, draining: boolean): Promise<void> {
	await tx.execute(sql`update deployments set draining_at = case when ${draining} then coalesce(draining_at, now()) end where id = ${id}`);
}

/** Ends a deployment for good. */
export async function end(tx: Tx, id: string): Promise<void> {
	await tx.execute(sql`update deployments set ended_at = now() where id = ${id} and ended_at is null`);
}

/** Notes how a gateway found a server. */
export async function noteHealth(db: Executor, id: string, of: { health: Health; problem: string | null }): Promise<void> {
	await db.execute(sql`update deployments set health = ${of.health}, health_problem = ${of.problem}, checked_at = now() where id = ${id} and ended_at is null`);
}

/** A server as the gateway calls it. `ours`: a worker runs it, and said where; nobody typed its address. */
export type Server = { id: string; projectId: string; checkpointId: string; /** The export that it serves, where that one’s weights are others than the checkpoint’s; null: as it was trained. */ formId: string | null; ours: boolean; /** Null: it does not answer now. */ baseUrl: string | null; model: string; sealedKey: string | null; /** Where the key is sealed for. */ keyPlace: string; concurrency: number; draining: boolean; health: Health };

/** Every server that something may be sent to, or that is still answering: oldest first. */
export async function servers(db: Executor): Promise<Server[]> {
	const rows = await rowsOf<{ id: string; project_id: string; checkpoint_id: string; form_id: string | null; ours: boolean; base_url: string | null; model: string; sealed_key: string | null; key_place: string; concurrency: number; draining: boolean; health: Health }>(
		db,
		sql`select d.id, d.project_id, d.checkpoint_id, case when x.changed then x.id end as form_id, d.server_id is not null as ours, coalesce(e.base_url, s.base_url) as base_url, coalesce(e.model, d.checkpoint_id::text) as model,
				coalesce(e.sealed_key, s.sealed_key) as sealed_key, coalesce('endpoint:' || e.id, 'model_server:' || s.id) as key_place, d.concurrency, d.draining_at is not null as draining, d.health
			from deployments d left join checkpoint_exports x on x.id = d.export_id left join endpoints e on e.id = d.endpoint_id left join model_servers s on s.id = d.server_id
			where d.ended_at is null and (e.id is null or e.retired_at is null) order by d.id`
	);
	return rows.map((row) => ({
		id: row.id,
		projectId: row.project_id,
		checkpointId: row.checkpoint_id,
		formId: row.form_id,
		ours: row.ours,
		baseUrl: row.base_url,
		model: row.model,
		sealedKey: row.sealed_key,
		keyPlace: row.key_place,
		concurrency: row.concurrency,
		draining: row.draining,
		health: row.health
	}));
}
