import { sql } from 'drizzle-orm';
import type { Role } from '../../domain/permission.ts';
import type { Executor, Tx } from './client.ts';
import { isoTime, rowsOf } from './rows.ts';

/** Somebody who signed, with their role in the project at that time (the site's administrator may have none of its own). */
export type Signature = { userId: string; name: string; role: Role | 'admin'; signedAt: string };

export type DecisionName = 'promote' | 'reject' | 'more_data' | 'roll_back';

/** A decision on a checkpoint. */
export type Decision = {
	id: string;
	checkpointId: string;
	decision: DecisionName;
	/** Null when it was erased. */
	reason: string | null;
	reasonHash: string;
	figures: Record<string, unknown>;
	byUserId: string;
	byName: string;
	createdAt: string;
	/** Version of the gate that stood then; null: none, or decided before there were gates. */
	gateVersion: number | null;
	/** Promoted although the gate did not pass. */
	overridden: boolean;
	/** Whether nobody could decide on a run of their own; null: decided before that was asked. */
	fourEyes: boolean | null;
	/** The form that was promoted; null: the checkpoint as it was trained. */
	exportId: string | null;
	/** Empty: decided before signatures were kept. */
	signatures: Signature[];
};

type Row = {
	id: string;
	checkpoint_id: string;
	decision: DecisionName;
	reason: string | null;
	reason_hash: string;
	figures: Record<string, unknown>;
	by_user_id: string;
	name: string;
	created_at: string;
	gate_version: number | null;
	overridden: boolean | null;
	four_eyes: boolean | null;
	export_id: string | null;
	signatures: Signature[] | null;
};

const toDecision = (row: Row): Decision => ({
	id: row.id,
	checkpointId: row.checkpoint_id,
	decision: row.decision,
	reason: row.reason,
	reasonHash: row.reason_hash,
	figures: row.figures,
	byUserId: row.by_user_id,
	byName: row.name,
	createdAt: isoTime(row.created_at),
	gateVersion: row.gate_version,
	overridden: row.overridden === true,
	fourEyes: row.four_eyes,
	exportId: row.export_id,
	signatures: (row.signatures ?? []).map((one) => ({ ...one, signedAt: isoTime(one.signedAt) }))
});

const READ = sql`select d.*, t.reason, p.name, g.version as gate_version, x.overridden, x.four_eyes, x.export_id,
		(select jsonb_agg(jsonb_build_object('userId', s.user_id, 'name', sp.name, 'role', s.role, 'signedAt', s.signed_at) order by s.place)
			from decision_signatures s join user_profiles sp on sp.user_id = s.user_id where s.decision_id = d.id) as signatures
	from decisions d join user_profiles p on p.user_id = d.by_user_id left join decision_texts t on t.decision_id = d.id
	left join decision_terms x on x.decision_id = d.id left join gates g on g.id = x.gate_id`;

/** What a decision is made of. `signatures`: one or two, the first by who decided; null as time means now. */
export type NewDecision = {
	checkpointId: string;
	roundId: string;
	decision: DecisionName;
	text: { salt: string; hash: string; reason: string };
	figures: Record<string, unknown>;
	gateId: string | null;
	overridden: boolean;
	fourEyes: boolean;
	/** The form that is promoted; left out: as it was trained. */
	exportId?: string | null;
	signatures: readonly { userId: string; role: Role | 'admin'; signedAt: string | null }[];
};

/** Appends a decision with its terms and signatures. */
export async function insert(tx: Tx, of: NewDecision): Promise<string> {
	const rows = await rowsOf<{ id: string }>(
		tx,
		sql`with decided as (
				insert into decisions (checkpoint_id, round_id, decision, reason_hash, figures, by_user_id)
				values (${of.checkpointId}, ${of.roundId}, ${of.decision}, ${of.text.hash}, ${JSON.stringify(of.figures)}::jsonb, ${of.signatures[0]?.userId}) returning id),
			said as (insert into decision_texts (decision_id, salt, reason) select id, ${of.text.salt}, ${of.text.reason} from decided),
			under as (insert into decision_terms (decision_id, gate_id, overridden, four_eyes, export_id) select id, ${of.gateId}::uuid, ${of.overridden}, ${of.fourEyes}, ${of.exportId ?? null}::uuid from decided),
			signed as (insert into decision_signatures (decision_id, place, user_id, role, signed_at)
				select d.id, s.place, (s.signature ->> 'userId')::uuid, s.signature ->> 'role', coalesce((s.signature ->> 'signedAt')::timestamptz, now())
				from decided d cross join jsonb_array_elements(${JSON.stringify(of.signatures)}::jsonb) with ordinality s(signature, place))
			select id from decided`
	);
	return rows[0]?.id ?? '';
}

/** One decision. */
export async function get(db: Executor, id: string): Promise<Decision | null> {
	const rows = await rowsOf<Row>(db, sql`${READ} where d.id = ${id}`);
	return rows[0] ? toDecision(rows[0]) : null;
}

/** Decisions on a checkpoint, newest first. */
export async function of(db: Executor, checkpointId: string): Promise<Decision[]> {
	return (await rowsOf<Row>(db, sql`${READ} where d.checkpoint_id = ${checkpointId} order by d.id desc`)).map(toDecision);
}

/** A decision that waits for a second signature. */
export type Proposal = { id: string; projectId: string; checkpointId: string; gateId: string; gateVersion: number; reason: string; figures: Record<string, unknown>; by: Signature };

/** The decision on a checkpoint that waits for a second signature; null: none does. */
export async function waiting(db: Executor, checkpointId: string): Promise<Proposal | null> {
	const rows = await rowsOf<{ id: string; project_id: string; checkpoint_id: string; gate_id: string; version: number; reason: string | null; figures: Record<string, unknown>; by_user_id: string; by_role: Signature['role']; name: string; created_at: string }>(
		db,
		sql`select r.*, g.version, t.reason, p.name from decision_proposals r join gates g on g.id = r.gate_id join user_profiles p on p.user_id = r.by_user_id
			left join decision_proposal_texts t on t.proposal_id = r.id where r.checkpoint_id = ${checkpointId} and r.outcome is null`
	);
	const row = rows[0];
	if (!row) return null;
	return {
		id: row.id,
		projectId: row.project_id,
		checkpointId: row.checkpoint_id,
		gateId: row.gate_id,
		gateVersion: row.version,
		reason: row.reason ?? '',
		figures: row.figures,
		by: { userId: row.by_user_id, name: row.name, role: row.by_role, signedAt: isoTime(row.created_at) }
	};
}

/** Writes down a decision that one person has signed. */
export async function propose(tx: Tx, of: { projectId: string; checkpointId: string; gateId: string; text: { salt: string; hash: string; reason: string }; figures: Record<string, unknown>; byUserId: string; byRole: Signature['role'] }): Promise<string> {
	const rows = await rowsOf<{ id: string }>(
		tx,
		sql`with proposed as (
				insert into decision_proposals (project_id, checkpoint_id, gate_id, reason_hash, figures, by_user_id, by_role)
				values (${of.projectId}, ${of.checkpointId}, ${of.gateId}, ${of.text.hash}, ${JSON.stringify(of.figures)}::jsonb, ${of.byUserId}, ${of.byRole}) returning id)
			insert into decision_proposal_texts (proposal_id, salt, reason) select id, ${of.text.salt}, ${of.text.reason} from proposed returning proposal_id as id`
	);
	return rows[0]?.id ?? '';
}

/** Ends the decision that waits on a checkpoint, if one does, with the words of who ended it; gives its id. */
export async function settle(tx: Tx, of: { checkpointId: string; outcome: 'signed' | 'declined' | 'withdrawn' | 'overtaken'; byUserId: string; decisionId?: string; text?: { salt: string; hash: string; reason: string } | undefined }): Promise<string | null> {
	const rows = await rowsOf<{ id: string }>(
		tx,
		sql`update decision_proposals set outcome = ${of.outcome}, outcome_hash = ${of.text?.hash ?? null}, settled_by = ${of.byUserId}, settled_at = now(), decision_id = ${of.decisionId ?? null}::uuid where checkpoint_id = ${of.checkpointId} and outcome is null returning id`
	);
	const id = rows[0]?.id ?? null;
	if (id !== null && of.text) await tx.execute(sql`update decision_proposal_texts set outcome_salt = ${of.text.salt}, outcome_reason = ${of.text.reason} where proposal_id = ${id}`);
	return id;
}

/** A promotion against the gate that one person signed and nobody else did. Reasons are null where none was given, or it was erased. */
export type Unsigned = { id: string; outcome: 'declined' | 'withdrawn'; by: string; reason: string | null; at: string; endedBy: string; endedReason: string | null; endedAt: string };

/** Promotions of a checkpoint that were declined, or taken back, newest first. */
export async function unsignedOf(db: Executor, checkpointId: string): Promise<Unsigned[]> {
	const rows = await rowsOf<{ id: string; outcome: Unsigned['outcome']; by_name: string; reason: string | null; created_at: string; ended_by: string; outcome_reason: string | null; settled_at: string }>(
		db,
		sql`select r.id, r.outcome, p.name as by_name, t.reason, r.created_at, e.name as ended_by, t.outcome_reason, r.settled_at
			from decision_proposals r join user_profiles p on p.user_id = r.by_user_id join user_profiles e on e.user_id = r.settled_by left join decision_proposal_texts t on t.proposal_id = r.id
			where r.checkpoint_id = ${checkpointId} and r.outcome in ('declined', 'withdrawn') order by r.id desc`
	);
	return rows.map((row) => ({ id: row.id, outcome: row.outcome, by: row.by_name, reason: row.reason, at: isoTime(row.created_at), endedBy: row.ended_by, endedReason: row.outcome_reason, endedAt: isoTime(row.settled_at) }));
}

/** Members of a project who may sign, but these: whom a decision can wait for. */
export async function signers(db: Executor, of: { projectId: string; roles: readonly string[]; notUserIds: readonly string[] }): Promise<{ userId: string; name: string }[]> {
	const rows = await rowsOf<{ user_id: string; name: string }>(
		db,
		sql`select m.user_id, p.name from memberships m join users u on u.id = m.user_id join user_profiles p on p.user_id = m.user_id
			where m.project_id = ${of.projectId} and u.deactivated_at is null and m.role in (select jsonb_array_elements_text(${JSON.stringify(of.roles)}::jsonb))
				and m.user_id not in (select jsonb_array_elements_text(${JSON.stringify(of.notUserIds)}::jsonb)::uuid) order by p.name, m.user_id`
	);
	return rows.map(({ user_id, name }) => ({ userId: user_id, name }));
}
