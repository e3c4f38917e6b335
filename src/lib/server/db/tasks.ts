import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import { completeForm } from '../../domain/judging-form.ts';
import type { JudgingForm } from '../../domain/judging-form.ts';
import type { Message } from '../../domain/message.ts';
import type { SideOrder } from '../../domain/presentation.ts';
import type { Mode } from '../../domain/verdict.ts';
import type { Role } from '../../domain/permission.ts';
import { notTaken } from './adjudications.ts';
import type { Tx } from './client.ts';
import { anyOf } from './drafts.ts';
import { projectFromJson, projectJson } from './members.ts';
import type { Project, ProjectJson } from './members.ts';
import { isoTime, rowsOf, uuids } from './rows.ts';
import type { FreeSlot } from './slots.ts';
import { maySeeComparison } from './walls.ts';

/** What a task is for (semantics 2). Only counting ones hold a place. */
export type Purpose = 'counting' | 'gold' | 'repeat' | 'adjudication';

/** One shown, two prefetched. */
export const MAX_LIVE_LEASES = 3;

/** What the annotator reads: no source, no model, no id of a response. */
export type LeasedTask = {
	taskId: string;
	comparisonId: string;
	leaseExpiresAt: string;
	mode: Mode;
	sideOrder: SideOrder;
	prompt: Message[];
	a: Message[];
	b: Message[] | null;
	guideline: { version: number; body: string } | null;
	form: { version: number; form: JudgingForm } | null;
	/** Whether anything that its holder typed is kept, on this pair or another. */
	drafted: boolean;
};

type ContentRow = {
	task_id: string;
	comparison_id: string;
	expires_at: string;
	mode: Mode;
	side_order: SideOrder;
	prompt: Message[];
	a: Message[];
	b: Message[] | null;
	guideline_version: number | null;
	guideline_body: string | null;
	form_version: number | null;
	form: JudgingForm | null;
	drafted: boolean;
};

const contentColumns = sql`c.id as comparison_id, c.mode, pt.messages as prompt, ra.messages as a, rb.messages as b, g.version as guideline_version, g.body as guideline_body, f.version as form_version, f.form, ${anyOf(sql`leased.annotator_id`)} as drafted`;
const contentJoins = sql`
	join prompt_texts pt on pt.prompt_id = c.prompt_id
	join response_texts ra on ra.response_id = c.response_a_id
	left join response_texts rb on rb.response_id = c.response_b_id
	left join guidelines g on g.id = leased.guideline_id
	left join judging_forms f on f.id = leased.form_id`;

function leased(row: ContentRow): LeasedTask {
	return {
		taskId: row.task_id,
		comparisonId: row.comparison_id,
		leaseExpiresAt: isoTime(row.expires_at),
		mode: row.mode,
		sideOrder: row.side_order,
		prompt: row.prompt,
		a: row.a,
		b: row.b,
		guideline: row.guideline_version === null ? null : { version: row.guideline_version, body: row.guideline_body ?? '' },
		form: row.form_version === null || row.form === null ? null : { version: row.form_version, form: completeForm(row.form) },
		drafted: row.drafted
	};
}

/**
 * Leases a locked free place to a person: task, slot, cursor and audit entry in
 * one statement. Null when the lapsed lease was renewed in the meantime: the
 * holder's heartbeat is older than this claim and wins.
 */
export async function lease(
	tx: Tx,
	of: {
		slot: FreeSlot;
		projectId: string;
		roundId: string;
		userId: string;
		via: string;
		sideOrder: SideOrder;
		leaseTokenHash: string;
		leaseSeconds: number;
		claimKey: string | null;
		/** Assigned work comes from anywhere in the queue: the person's place there stays where it is. */
		keepsPlace?: boolean;
	}
): Promise<LeasedTask | null> {
	const rows = await rowsOf<ContentRow>(
		tx,
		sql`with name as materialized (select new_id() as id),
		taken as (
			update slots s set task_id = name.id, annotator_id = ${of.userId}, fencing = s.fencing + 1 from name
			where s.id = ${of.slot.id} and s.judgment_id is null
				and not exists (select 1 from tasks t where t.id = s.task_id and t.expires_at > now())
			returning s.comparison_id, s.fencing),
		lost as (update tasks set state = 'lost' where id = ${of.slot.lapsedTaskId} and state = 'live' and exists (select 1 from taken)),
		leased as (
			insert into tasks (id, project_id, round_id, comparison_id, purpose, slot_id, annotator_id, lease_token_hash, fencing, expires_at, side_order, claim_key, guideline_id, form_id)
			select name.id, ${of.projectId}, ${of.roundId}, taken.comparison_id, 'counting', ${of.slot.id}, ${of.userId}, ${of.leaseTokenHash}, taken.fencing,
				now() + make_interval(secs => ${of.leaseSeconds}), ${of.sideOrder}, ${of.claimKey},
				(select id from guidelines where project_id = ${of.projectId} order by version desc limit 1),
				(select id from judging_forms where project_id = ${of.projectId} order by version desc limit 1)
			from name, taken returning id, comparison_id, annotator_id, expires_at, guideline_id, form_id),
		moved as (update annotator_progress set cursor = ${of.keepsPlace ? sql`cursor` : sql`${of.slot.orderKey}`}, claimed = claimed + 1 where round_id = ${of.roundId} and user_id = ${of.userId}),
		audited as (
			insert into audit_entries (actor_id, actor_kind, action, project_id, subject_kind, subject_id, details)
			select ${of.userId}, ${of.via}, 'task.claim', ${of.projectId}, 'task', leased.id::text, jsonb_build_object('comparison', leased.comparison_id) from leased)
		select leased.id as task_id, leased.expires_at, ${of.sideOrder}::text as side_order, ${contentColumns}
		from leased join comparisons c on c.id = leased.comparison_id ${contentJoins}`
	);
	return rows[0] ? leased(rows[0]) : null;
}

/**
 * Leases a comparison apart from its places: gold, a repeat, an adjudication.
 * Nothing of it will ever count. A full lease, like any other.
 */
export async function leaseApart(
	tx: Tx,
	of: { comparisonId: string; purpose: Exclude<Purpose, 'counting'>; projectId: string; roundId: string; userId: string; via: string; sideOrder: SideOrder; leaseTokenHash: string; leaseSeconds: number; claimKey: string | null }
): Promise<LeasedTask> {
	const rows = await rowsOf<ContentRow>(
		tx,
		sql`with leased as (
			insert into tasks (project_id, round_id, comparison_id, purpose, annotator_id, lease_token_hash, fencing, expires_at, side_order, claim_key, guideline_id, form_id)
			values (${of.projectId}, ${of.roundId}, ${of.comparisonId}, ${of.purpose}, ${of.userId}, ${of.leaseTokenHash}, 1,
				now() + make_interval(secs => ${of.leaseSeconds}), ${of.sideOrder}, ${of.claimKey},
				(select id from guidelines where project_id = ${of.projectId} order by version desc limit 1),
				(select id from judging_forms where project_id = ${of.projectId} order by version desc limit 1))
			returning id, comparison_id, annotator_id, expires_at, guideline_id, form_id),
		moved as (update annotator_progress set claimed = claimed + 1 where round_id = ${of.roundId} and user_id = ${of.userId}),
		audited as (
			insert into audit_entries (actor_id, actor_kind, action, project_id, subject_kind, subject_id, details)
			select ${of.userId}, ${of.via}, 'task.claim', ${of.projectId}, 'task', leased.id::text, jsonb_build_object('comparison', leased.comparison_id, 'purpose', ${of.purpose}::text) from leased)
		select leased.id as task_id, leased.expires_at, ${of.sideOrder}::text as side_order, ${contentColumns}
		from leased join comparisons c on c.id = leased.comparison_id ${contentJoins}`
	);
	const row = rows[0];
	if (!row) throw new Error(`comparison ${of.comparisonId} vanished`);
	return leased(row);
}

/** Ends live tasks of a person that was taken out of something, whatever they are for. */
export async function loseAll(tx: Tx, ids: readonly string[]): Promise<void> {
	if (ids.length > 0) await tx.execute(sql`update tasks set state = 'lost', expires_at = now() where id in ${uuids(ids)} and state = 'live'`);
}

/** A task of a person's that matters to a claim. */
export type OwnTask = { id: string; projectId: string; roundId: string; comparisonId: string; purpose: Purpose; sideOrder: SideOrder; state: string; live: boolean; claimed: boolean };

const liveAtDesk = (userId: string): SQL => sql`annotator_id = ${userId} and state = 'live' and expires_at > now() and purpose <> 'adjudication'`;
const claimedBy = (userId: string, claimKey: string): SQL => sql`annotator_id = ${userId} and claim_key = ${claimKey}`;

/** Whether a claim of a person is a new one and finds room for another lease: of what \`ownTasks\` reads, as a condition. */
export const mayHoldAnother = (userId: string, claimKey: string | null): SQL =>
	sql`(select count(*) from tasks where ${liveAtDesk(userId)}) < ${MAX_LIVE_LEASES} ${claimKey === null ? sql`` : sql`and not exists (select 1 from tasks where ${claimedBy(userId, claimKey)})`}`;

/** The person's live leases at the desk, oldest first, and the task that a claim with this idempotency key made (`claimed`). */
export async function ownTasks(tx: Tx, userId: string, claimKey: string | null): Promise<OwnTask[]> {
	const rows = await rowsOf<{ id: string; project_id: string; round_id: string; comparison_id: string; purpose: Purpose; side_order: SideOrder; state: string; live: boolean; claimed: boolean }>(
		tx,
		sql`select id, project_id, round_id, comparison_id, purpose, side_order, state, true as live, claim_key is not distinct from ${claimKey}::text and claim_key is not null as claimed, created_at
			from tasks where ${liveAtDesk(userId)}
			${claimKey === null ? sql`` : sql`union select id, project_id, round_id, comparison_id, purpose, side_order, state, state = 'live' and expires_at > now(), true, created_at from tasks where ${claimedBy(userId, claimKey)}`}
			order by created_at, id`
	);
	return rows.map((row) => ({ id: row.id, projectId: row.project_id, roundId: row.round_id, comparisonId: row.comparison_id, purpose: row.purpose, sideOrder: row.side_order, state: row.state, live: row.live, claimed: row.claimed }));
}

/** The slot that a task still holds, locked; null when another task took it. */
export async function lockHeldSlot(tx: Tx, taskId: string): Promise<FreeSlot | null> {
	const rows = await rowsOf<{ id: string; comparison_id: string; content_hash: string; position: number; order_key: string }>(
		tx,
		sql`select s.id, s.comparison_id, c.content_hash, s.position, s.order_key from tasks t
			join slots s on s.id = t.slot_id join comparisons c on c.id = s.comparison_id
			where t.id = ${taskId} and s.task_id = t.id and s.judgment_id is null for update of s`
	);
	const row = rows[0];
	return row ? { id: row.id, comparisonId: row.comparison_id, contentHash: row.content_hash, position: row.position, orderKey: Number(row.order_key), lapsedTaskId: taskId } : null;
}

/**
 * Ends a lease without losing the task: a submit under its token still finds its
 * way. Not at now(), which is this transaction's beginning: to one that began
 * before and waited for us, the lease would still be live.
 */
export async function lapse(tx: Tx, taskId: string): Promise<void> {
	await tx.execute(sql`update tasks set expires_at = '-infinity' where id = ${taskId} and state = 'live'`);
}

/** Gives a live task a new lease token and a full lease, with its contents. */
export async function renewToken(tx: Tx, taskId: string, leaseTokenHash: string, leaseSeconds: number): Promise<LeasedTask | null> {
	const rows = await rowsOf<ContentRow>(
		tx,
		sql`with leased as (
			update tasks set lease_token_hash = ${leaseTokenHash}, expires_at = now() + make_interval(secs => ${leaseSeconds})
			where id = ${taskId} returning id, comparison_id, annotator_id, expires_at, side_order, guideline_id, form_id)
		select leased.id as task_id, leased.expires_at, leased.side_order, ${contentColumns}
		from leased join comparisons c on c.id = leased.comparison_id ${contentJoins}`
	);
	return rows[0] ? leased(rows[0]) : null;
}

/** What submit, skip and heartbeat must know about a task. */
export type TaskForWork = {
	id: string;
	projectId: string;
	roundId: string;
	comparisonId: string;
	mode: Mode;
	purpose: Purpose;
	slotId: string | null;
	annotatorId: string;
	state: string;
	sideOrder: SideOrder;
	leaseTokenHash: string;
	leaseSeconds: number;
	guidelineId: string | null;
	formId: string | null;
	/** The form in force when the task was leased; null: the plain one. */
	form: JudgingForm | null;
};

/** A person's own task with the project, the person's role in it, what an idempotency key was answered with before, whether they passed the comparison on (through this task or another), whether anything they typed is kept (on this pair or another), and an id for a new judgment. */
export type OwnWork = { task: TaskForWork; newId: string; access: { project: Project; role: Role | null }; answered: { id: string; bodyHash: string; counted: boolean } | null; skipped: boolean; walled: boolean; drafted: boolean };

type WorkRow = Record<'id' | 'project_id' | 'round_id' | 'comparison_id' | 'annotator_id' | 'state' | 'lease_token_hash', string> & {
	mode: Mode;
	purpose: Purpose;
	side_order: SideOrder;
	slot_id: string | null;
	guideline_id: string | null;
	form_id: string | null;
	form: JudgingForm | null;
	role: Role | null;
	project: ProjectJson;
	new_id: string;
	answered_id: string | null;
	answered_hash: string | null;
	answered_counted: boolean | null;
	skipped: boolean;
	walled: boolean;
	drafted: boolean;
};

/**
 * A person's own task with all that judging, skipping and renewing need, in one
 * query. Once the person's row is locked, its state is final for this
 * transaction but for a take-over, which changes nothing for its holder's work.
 */
export async function ownWork(tx: Tx, id: string, userId: string, idempotencyKey: string | null = null): Promise<OwnWork | null> {
	const rows = await rowsOf<WorkRow>(
		tx,
		sql`select t.id, t.project_id, t.round_id, t.comparison_id, c.mode, t.purpose, t.slot_id, t.annotator_id, t.state, t.side_order, t.lease_token_hash,
				t.guideline_id, t.form_id, f.form,
				m.role, ${projectJson} as project,
				new_id() as new_id, a.id as answered_id, a.body_hash as answered_hash, (a.verdict <> 'cannot_judge' and a.purpose <> 'counting' and not exists (select 1 from judgments later where later.supersedes_id = a.id) and not exists (select 1 from judgment_voids v where v.judgment_id = a.id)
					or exists (select 1 from slots s where s.judgment_id = a.id)) as answered_counted,
				exists (select 1 from skips k where k.comparison_id = t.comparison_id and k.user_id = t.annotator_id) as skipped,
				not ${maySeeComparison(userId)} as walled, ${anyOf(userId)} as drafted
			from tasks t join comparisons c on c.id = t.comparison_id join projects p on p.id = t.project_id
			left join judging_forms f on f.id = t.form_id
			left join memberships m on m.project_id = t.project_id and m.user_id = ${userId}
			left join judgments a on a.judge_user_id = ${userId} and a.idempotency_key = ${idempotencyKey}::text
			where t.id = ${id} and t.annotator_id = ${userId}`
	);
	const row = rows[0];
	if (!row) return null;
	return {
		task: {
			id: row.id,
			projectId: row.project_id,
			roundId: row.round_id,
			comparisonId: row.comparison_id,
			mode: row.mode,
			purpose: row.purpose,
			slotId: row.slot_id,
			annotatorId: row.annotator_id,
			state: row.state,
			sideOrder: row.side_order,
			leaseTokenHash: row.lease_token_hash,
			leaseSeconds: row.project.leaseSeconds,
			guidelineId: row.guideline_id,
			formId: row.form_id,
			form: row.form && completeForm(row.form)
		},
		newId: row.new_id,
		access: { project: projectFromJson(row.project), role: row.role },
		answered: row.answered_id === null ? null : { id: row.answered_id, bodyHash: row.answered_hash ?? '', counted: row.answered_counted === true },
		skipped: row.skipped,
		walled: row.walled,
		drafted: row.drafted
	};
}

/** Ends what is left of a person's leases on a comparison: from now on they read what others said of it. */
export async function closeOwn(tx: Tx, userId: string, comparisonId: string): Promise<void> {
	await tx.execute(sql`update tasks set state = 'closed' where comparison_id = ${comparisonId} and annotator_id = ${userId} and purpose <> 'adjudication' and state in ('live', 'lost')`);
}

/** Moves a task to its end. */
export async function finish(tx: Tx, id: string, state: 'done' | 'skipped' | 'closed' | 'lost'): Promise<void> {
	await tx.execute(sql`update tasks set state = ${state} where id = ${id}`);
}

/**
 * Extends a lease that still holds its slot, or needs none; gives the new expiry.
 * Null when the slot went to another task, or when the lease had lapsed and its holder has as
 * many others at the desk as one person may. A pair to decide is none of these: its lapsed lease
 * is lost when another reviewer has the pair, which is locked.
 */
export async function heartbeat(tx: Tx, task: TaskForWork): Promise<string | null> {
	const free = task.purpose === 'adjudication' ? notTaken(task.annotatorId, task.comparisonId) : sql`(select count(*) from tasks where ${liveAtDesk(task.annotatorId)}) < ${MAX_LIVE_LEASES}`;
	const rows = await rowsOf<{ expires_at: string }>(
		tx,
		sql`with held as (select s.id from slots s where s.id = ${task.slotId} and s.task_id = ${task.id} and s.judgment_id is null for update)
			update tasks set expires_at = now() + make_interval(secs => ${task.leaseSeconds})
			where id = ${task.id} and state = 'live' and (slot_id is null or exists (select 1 from held))
				and (expires_at > now() or ${free})
			returning expires_at`
	);
	return rows[0] ? isoTime(rows[0].expires_at) : null;
}

/** Projects in which a person holds what others wait for: a place, lapsed or not, or a pair to decide. */
export async function projectsHeld(tx: Tx, userId: string): Promise<string[]> {
	const rows = await rowsOf<{ project_id: string }>(
		tx,
		sql`select distinct t.project_id from tasks t where t.annotator_id = ${userId} and t.state = 'live'
			and (t.purpose = 'adjudication' and t.expires_at > now() or exists (select 1 from slots s where s.task_id = t.id and s.judgment_id is null))`
	);
	return rows.map((row) => row.project_id);
}

/** Comparisons of which a person holds a place, lapsed or not, in order of id. */
export async function heldBy(tx: Tx, userId: string, projectId: string): Promise<{ comparisonId: string; roundId: string }[]> {
	const rows = await rowsOf<{ comparison_id: string; round_id: string }>(
		tx,
		sql`select s.comparison_id, s.round_id from tasks t join slots s on s.task_id = t.id and s.judgment_id is null
			where t.annotator_id = ${userId} and t.state = 'live' and t.project_id = ${projectId} order by s.comparison_id`
	);
	return rows.map((row) => ({ comparisonId: row.comparison_id, roundId: row.round_id }));
}

/** Gives back the places a person holds of these comparisons, which are locked. Returns how many leases that were. Slots before tasks, as everywhere. */
export async function releaseAll(tx: Tx, userId: string, comparisonIds: readonly string[]): Promise<number> {
	if (comparisonIds.length === 0) return 0;
	const rows = await rowsOf<{ id: string }>(
		tx,
		sql`with freed as (
			update slots s set task_id = null, annotator_id = null from tasks t
			where t.id = s.task_id and t.annotator_id = ${userId} and t.state = 'live' and s.judgment_id is null and s.comparison_id in ${comparisonIds}
			returning t.id)
		update tasks t set state = 'lost', expires_at = now() from freed where t.id = freed.id returning t.id`
	);
	return rows.length;
}
