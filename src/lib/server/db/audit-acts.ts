import { sql } from 'drizzle-orm';
import type { Seal } from './audit-chain.ts';
import type { Executor } from './client.ts';
import { isoTime, rowsOf } from './rows.ts';
import { notEveryday } from './schema/audit.ts';
import { mayKnowOfWall, maySeeComparison } from './walls.ts';

/** An entry of a project's audit, with the names that its ids have now; null: erased, or nobody's. */
export type AuditLine = {
	id: string;
	at: string;
	action: string;
	/** Who did it; null: the system itself. */
	by: { id: string; name: string | null } | null;
	subject: { kind: string; id: string };
	/** Whom it was done to, or what the thing is called. */
	about: string | null;
	/** Checkpoint that it is about: itself, or what was measured, decided or made of it. */
	checkpointId: string | null;
	details: Record<string, unknown> | null;
	/** It is in the chain of hashes already. */
	sealed: boolean;
};

type Row = { id: string; at: string; action: string; actor_id: string | null; actor_name: string | null; subject_kind: string; subject_id: string; about: string | null; checkpoint_id: string | null; details: Record<string, unknown> | null; sealed: boolean };

const UUID = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$';

/** What of a project's audit somebody may read. */
type Reading = { projectId: string; viewer: string; actions: readonly string[] };

/** Whether an entry `e` is of that. What is about a comparison behind a wall of who looks, or about such a wall, is left out. */
const isRead = ({ projectId, viewer, actions }: Reading) => sql`e.project_id = ${projectId} and ${notEveryday('e.action')} and e.action = any(array(select jsonb_array_elements_text(${JSON.stringify(actions)}::jsonb)))
	and (e.details ->> 'comparison' is null or exists (select 1 from comparisons c where c.id = (e.details ->> 'comparison')::uuid and ${maySeeComparison(viewer)}))
	and (e.subject_kind <> 'wall' or exists (select 1 from walls wall where wall.project_id = e.project_id and wall.id::text = e.subject_id and ${mayKnowOfWall(viewer)}))`;

/** Entries of a project, newest first. */
export async function list(db: Executor, of: Reading & { by: string | null; before: string | null; seal: Pick<Seal, 'untilTxid' | 'untilId'> | null; limit: number }): Promise<AuditLine[]> {
	const rows = await rowsOf<Row>(
		db,
		sql`with page as (
			select e.* from audit_entries e
			where ${isRead(of)}
				and (${of.before}::bigint is null or e.id < ${of.before}::bigint) and (${of.by}::uuid is null or e.actor_id = ${of.by}::uuid)
			order by e.id desc limit ${of.limit}
		)
		select e.id::text as id, e.created_at as at, e.action, e.actor_id, a.name as actor_name, e.subject_kind, e.subject_id, e.details,
			case when e.subject_kind = 'user' or e.details ? 'user' then u.name else c.name end as about, c.id as checkpoint_id,
			coalesce((e.txid, e.id) <= (${of.seal?.untilTxid ?? null}::text::xid8, ${of.seal?.untilId ?? null}::bigint), false) as sealed
		from page e
		left join user_profiles a on a.user_id = e.actor_id
		left join user_profiles u on u.user_id = case when e.subject_kind = 'user' and e.subject_id ~ ${UUID} then e.subject_id::uuid when e.details ->> 'user' ~ ${UUID} then (e.details ->> 'user')::uuid end
		left join decisions d on d.id = case when e.subject_kind = 'decision' and e.subject_id ~ ${UUID} then e.subject_id::uuid end
		left join generations g on g.id = case when e.subject_kind = 'generation' and e.subject_id ~ ${UUID} then e.subject_id::uuid end
		left join checkpoints c on c.id = case when e.subject_kind = 'checkpoint' and e.subject_id ~ ${UUID} then e.subject_id::uuid when e.details ->> 'checkpoint' ~ ${UUID} then (e.details ->> 'checkpoint')::uuid else coalesce(d.checkpoint_id, g.checkpoint_id) end
		order by e.id desc`
	);
	return rows.map((row) => ({
		id: row.id,
		at: isoTime(row.at),
		action: row.action,
		by: row.actor_id === null ? null : { id: row.actor_id, name: row.actor_name },
		subject: { kind: row.subject_kind, id: row.subject_id },
		about: row.about,
		checkpointId: row.checkpoint_id,
		details: row.details,
		sealed: row.sealed
	}));
}

/** A person of whom there are such entries, by the name of now (null: erased); null: none that may be read. */
export async function doer(db: Executor, of: Reading & { by: string }): Promise<AuditLine['by']> {
	const [found] = await rowsOf<{ name: string | null }>(db, sql`select (select name from user_profiles where user_id = ${of.by}) as name where exists (select 1 from audit_entries e where ${isRead(of)} and e.actor_id = ${of.by})`);
	return found ? { id: of.by, name: found.name } : null;
}
