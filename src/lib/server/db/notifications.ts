import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { NotificationKind } from '../../domain/notification-kind.ts';
import { maySeeBatch } from './assignments.ts';
import type { Executor, Tx } from './client.ts';
import { membershipMay } from './membership-may.ts';
import { isoTime, rowsOf, uuids } from './rows.ts';
import { maySeeComparison } from './walls.ts';

/** Lets people know of something, each once. */
export async function notify(tx: Tx, of: { projectId: string; kind: NotificationKind; subjectId: string; comparisonId: string | null; userIds: readonly string[] }): Promise<void> {
	for (const userId of new Set(of.userIds)) {
		await tx.execute(sql`insert into notifications (user_id, project_id, kind, subject_id, comparison_id) values (${userId}, ${of.projectId}, ${of.kind}, ${of.subjectId}, ${of.comparisonId})`);
	}
}

/** Whether this transaction alone tells a project's people what is waited for; false: another worker is at it. */
export async function holdTelling(tx: Tx, projectId: string): Promise<boolean> {
	const [lock] = await rowsOf<{ mine: boolean }>(tx, sql`select pg_try_advisory_xact_lock(hashtextextended(${`waits:${projectId}`}, 0)) as mine`);
	return lock?.mine === true;
}

/** Who was told of something already. */
export async function toldOf(db: Executor, of: { kind: NotificationKind; subjectId: string }): Promise<Set<string>> {
	return new Set((await rowsOf<{ user_id: string }>(db, sql`select user_id from notifications where subject_id = ${of.subjectId} and kind = ${of.kind}`)).map((row) => row.user_id));
}

/** Whether a person may know of a notification `n` of theirs still: in the project, and nothing of it behind a wall. */
export const stillTheirs = (userId: string): SQL => sql`(
	(n.comparison_id is null or exists (select 1 from comparisons c where c.id = n.comparison_id and ${maySeeComparison(userId)}))
	and (exists (select 1 from memberships m where m.project_id = n.project_id and m.user_id = ${userId}) or exists (select 1 from users u where u.id = ${userId} and u.is_admin))
	and (n.kind not in ('assigned', 'overdue') or not exists (select 1 from assignments a where a.id = n.subject_id and not ${maySeeBatch(userId)})))`;

/** Unread ones are counted up to here: more is “99+”. */
export const UNREAD_CAP = 100;

/** How many notifications a person has not read, at most UNREAD_CAP. */
export async function unread(db: Executor, userId: string): Promise<number> {
	const rows = await rowsOf<{ n: number }>(db, sql`select count(*)::int as n from (select 1 from notifications n where n.user_id = ${userId} and n.read_at is null and ${stillTheirs(userId)} limit ${UNREAD_CAP}) x`);
	return rows[0]?.n ?? 0;
}

/** Something a person should know, with what a sentence about it needs. */
export type Notice = {
	id: string;
	kind: NotificationKind;
	project: { slug: string; name: string; locale: string };
	createdAt: string;
	read: boolean;
	/** Who did it; null where the reader may not know, or nobody did. */
	by: string | null;
	/** Of the comparison it is about: the reader's own newest judgment, else one they may read. */
	judgmentId: string | null;
	commentId: string | null;
	/** The reviewer's reason, what they sent it back with, or why somebody said no to a training or did not sign. */
	text: string | null;
	batch: { name: string; dueAt: string | null } | null;
	delegation: { from: string; startsAt: string; endsAt: string } | null;
	/** Checkpoint on which a decision waits, or waited: for a signature, or to be taken. */
	checkpointId: string | null;
};

type Row = {
	id: string;
	kind: NotificationKind;
	slug: string;
	project_name: string;
	locale: string;
	created_at: string;
	is_read: boolean;
	by_name: string | null;
	judgment_id: string | null;
	comment_id: string | null;
	said: string | null;
	batch_name: string | null;
	due_at: string | null;
	from_name: string | null;
	starts_at: string | null;
	ends_at: string | null;
	checkpoint_id: string | null;
};

const toNotice = (row: Row): Notice => ({
	id: row.id,
	kind: row.kind,
	project: { slug: row.slug, name: row.project_name, locale: row.locale },
	createdAt: isoTime(row.created_at),
	read: row.is_read,
	by: row.by_name,
	judgmentId: row.judgment_id,
	commentId: row.comment_id,
	text: row.said,
	batch: row.batch_name === null ? null : { name: row.batch_name, dueAt: row.due_at === null ? null : isoTime(row.due_at) },
	delegation: row.from_name === null ? null : { from: row.from_name, startsAt: isoTime(row.starts_at ?? ''), endsAt: isoTime(row.ends_at ?? '') },
	checkpointId: row.checkpoint_id
});

/** Roles that read everybody's judgments, of a membership. */
const inside = (m: SQL): SQL => sql`coalesce(${membershipMay(m, 'judgment.read')}, false)`;

/** Notifications of a person with their sentences' parts; `which` narrows them. Judges are named only to who reviews, and not while a comparison is to be decided blind. */
const notices = (userId: string, which: SQL): SQL => sql`
	select n.id, n.kind, p.slug, p.name as project_name, p.locale, n.created_at, n.read_at is not null as is_read,
		case when n.kind in ('overturned', 'sent_back') then du.name
			when n.kind = 'signature' then pp.name
			when n.kind = 'unsigned' then eu.name
			when n.kind = 'declined' then nu.name
			when x.id is not null and (${inside(sql`am`)} or au.is_admin or ((${inside(sql`me`)} or my.is_admin) and not (coalesce((p.judging_policy ->> 'adjudicateBlind')::boolean, true) and (c.disputed or c.status = 'exhausted')))) then xu.name end as by_name,
		coalesce(
			(select j.id from judgments j where j.comparison_id = n.comparison_id and j.judge_user_id = n.user_id and j.origin = 'workspace' order by j.id desc limit 1),
			case when ${inside(sql`me`)} or my.is_admin then (select j.id from judgments j where j.comparison_id = n.comparison_id and j.origin = 'workspace' order by j.purpose = 'adjudication', j.id desc limit 1) end) as judgment_id,
		coalesce(x.id, sent.id) as comment_id,
		case n.kind when 'overturned' then why.rationale when 'sent_back' then said.body when 'declined' then nt.reason when 'unsigned' then dt.outcome_reason end as said,
		a.name as batch_name, a.due_at, df.name as from_name, d.starts_at, d.ends_at, coalesce(dp.checkpoint_id, case when n.kind = 'to_decide' then n.subject_id end) as checkpoint_id
	from notifications n join projects p on p.id = n.project_id join users my on my.id = n.user_id
	left join memberships me on me.project_id = n.project_id and me.user_id = n.user_id
	left join comparisons c on c.id = n.comparison_id
	left join comments x on n.kind in ('mention', 'comment') and x.id = n.subject_id
	left join users au on au.id = x.author_id left join user_profiles xu on xu.user_id = x.author_id
	left join memberships am on am.project_id = n.project_id and am.user_id = x.author_id
	left join adjudications d0 on n.kind in ('overturned', 'sent_back') and d0.id = n.subject_id
	left join user_profiles du on du.user_id = d0.by_user_id
	left join judgment_texts why on why.judgment_id = d0.judgment_id
	left join comments sent on n.kind = 'sent_back' and sent.comparison_id = d0.comparison_id and sent.author_id = d0.by_user_id and sent.created_at = d0.created_at
	left join comment_texts said on said.comment_id = sent.id
	left join assignments a on n.kind in ('assigned', 'overdue') and a.id = n.subject_id
	left join delegations d on n.kind = 'assigned' and d.id = n.subject_id
	left join user_profiles df on df.user_id = d.from_user_id
	left join decision_proposals dp on n.kind in ('signature', 'unsigned') and dp.id = n.subject_id
	left join user_profiles pp on pp.user_id = dp.by_user_id
	left join user_profiles eu on eu.user_id = dp.settled_by
	left join decision_proposal_texts dt on n.kind = 'unsigned' and dt.proposal_id = dp.id
	left join automation_steps st on n.kind = 'declined' and st.id = n.subject_id
	left join user_profiles nu on nu.user_id = st.by_user_id
	left join automation_step_texts nt on nt.step_id = st.id
	where n.user_id = ${userId} and ${which} and ${stillTheirs(userId)}`;

/** Notifications of a person, newest first, before a given one. */
export async function list(db: Executor, of: { userId: string; before: string | null; limit: number }): Promise<Notice[]> {
	const rows = await rowsOf<Row>(db, sql`${notices(of.userId, of.before === null ? sql`true` : sql`n.id < ${of.before}::uuid`)} order by n.id desc limit ${of.limit}`);
	return rows.map(toNotice);
}

/** One of a person's notifications. */
export async function one(db: Executor, userId: string, id: string): Promise<Notice | null> {
	const rows = await rowsOf<Row>(db, notices(userId, sql`n.id = ${id}::uuid`));
	return rows[0] ? toNotice(rows[0]) : null;
}

/** Marks a person's own notifications as read: these, or all there are now. Gives how many were unread. */
export async function markRead(tx: Tx, userId: string, ids: readonly string[] | 'all'): Promise<number> {
	if (ids !== 'all' && ids.length === 0) return 0;
	const rows = await rowsOf<{ id: string }>(tx, sql`update notifications set read_at = now() where user_id = ${userId} and read_at is null ${ids === 'all' ? sql`` : sql`and id in ${uuids(ids)}`} returning id`);
	return rows.length;
}
