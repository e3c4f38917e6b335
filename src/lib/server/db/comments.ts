import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { Role } from '../../domain/permission.ts';
import type { Executor, Tx } from './client.ts';
import { membershipMay } from './membership-may.ts';
import { isoTime, rowsOf } from './rows.ts';
import { maySeeComparison } from './walls.ts';
import { mayYetJudge } from './yet-to-judge.ts';

/** Writes a comment; its words apart, erasable. */
export async function insert(tx: Tx, of: { projectId: string; comparisonId: string; authorId: string; salt: string; hash: string; body: string; mentions: readonly string[] }): Promise<string> {
	const rows = await rowsOf<{ id: string }>(
		tx,
		sql`with said as (
			insert into comments (project_id, comparison_id, author_id, body_hash) values (${of.projectId}, ${of.comparisonId}, ${of.authorId}, ${of.hash}) returning id),
		words as (insert into comment_texts (comment_id, salt, body) select id, ${of.salt}, ${of.body} from said)
		select id from said`
	);
	const id = rows[0]?.id ?? '';
	for (const userId of new Set(of.mentions)) await tx.execute(sql`insert into comment_mentions (comment_id, user_id) values (${id}, ${userId})`);
	return id;
}

/** Whether a person (SQL) made a judgment of comparison `c` that is not void, whatever it was for. */
const judged = (userId: string | SQL): SQL =>
	sql`exists (select 1 from judgments j where j.comparison_id = c.id and j.judge_user_id = ${userId} and j.origin = 'workspace' and not exists (select 1 from judgment_voids v where v.judgment_id = j.id))`;

/** What decides who reads and writes at a comparison. */
export type ThreadFacts = {
	projectId: string;
	/** No wall stands between it and who asks. */
	sees: boolean;
	/** Who asks has judged it. */
	judged: boolean;
	/** Others may still be given it: as open work, or as gold. */
	judgingIsOpen: boolean;
	/** A reviewer is to decide it. */
	waits: boolean;
	/** Who asks may still be given it, if they judge. */
	yetToJudge: boolean;
};

/** The facts about a comparison for one person; null: there is none. */
export async function facts(db: Executor, comparisonId: string, userId: string): Promise<ThreadFacts | null> {
	const rows = await rowsOf<{ project_id: string; sees: boolean; judged: boolean; is_open: boolean; waits: boolean; yet: boolean }>(
		db,
		sql`select c.project_id, ${maySeeComparison(userId)} as sees, ${judged(userId)} as judged, c.disputed or c.status = 'exhausted' as waits, ${mayYetJudge(userId)} as yet,
				c.status in ('open', 'gold') or exists (select 1 from gold_items g where g.comparison_id = c.id and g.retired_at is null) as is_open
			from comparisons c where c.id = ${comparisonId}`
	);
	const row = rows[0];
	return row ? { projectId: row.project_id, sees: row.sees, judged: row.judged, judgingIsOpen: row.is_open, waits: row.waits, yetToJudge: row.yet } : null;
}

/** A comment as stored. `body` null: its words were erased. */
export type Comment = { id: string; authorId: string; authorName: string; authorInside: boolean; body: string | null; mentions: { userId: string; name: string; inside: boolean }[]; createdAt: string };

/** Whether a membership `m` or user `u` reads everybody's judgments, as the admin does. */
const inside = (m: SQL, u: SQL): SQL => sql`(coalesce(${membershipMay(m, 'judgment.read')}, false) or ${u}.is_admin)`;

/** All comments on a comparison, oldest first. */
export async function list(db: Executor, comparisonId: string): Promise<Comment[]> {
	const rows = await rowsOf<{ id: string; author_id: string; name: string; author_inside: boolean; body: string | null; mentions: Comment['mentions'] | null; created_at: string }>(
		db,
		sql`select x.id, x.author_id, p.name, ${inside(sql`m`, sql`u`)} as author_inside, t.body, x.created_at,
				(select jsonb_agg(jsonb_build_object('userId', cm.user_id, 'name', mp.name, 'inside', ${inside(sql`mm`, sql`mu`)}) order by mp.name, cm.user_id)
					from comment_mentions cm join users mu on mu.id = cm.user_id join user_profiles mp on mp.user_id = cm.user_id
					left join memberships mm on mm.project_id = x.project_id and mm.user_id = cm.user_id where cm.comment_id = x.id) as mentions
			from comments x join users u on u.id = x.author_id join user_profiles p on p.user_id = x.author_id
			left join memberships m on m.project_id = x.project_id and m.user_id = x.author_id
			left join comment_texts t on t.comment_id = x.id
			where x.comparison_id = ${comparisonId} order by x.id`
	);
	return rows.map((row) => ({ id: row.id, authorId: row.author_id, authorName: row.name, authorInside: row.author_inside, body: row.body, mentions: row.mentions ?? [], createdAt: isoTime(row.created_at) }));
}

/** A member who may see a comparison's thread. `yetToJudge`: judges, and may still be given it, so that nobody else's words are for them yet. */
export type Audience = { userId: string; name: string; role: Role; inside: boolean; wrote: boolean; yetToJudge: boolean };

/** Active members who may see the thread: who reviews, owns or builds, and who judged it, in order of first judgment; nobody behind a wall. */
export async function audience(db: Executor, comparisonId: string): Promise<Audience[]> {
	const rows = await rowsOf<{ user_id: string; name: string; role: Role; is_inside: boolean; wrote: boolean; yet: boolean }>(
		db,
		sql`select m.user_id, p.name, m.role, ${inside(sql`m`, sql`u`)} as is_inside,
				exists (select 1 from comments x where x.comparison_id = c.id and x.author_id = m.user_id) as wrote,
				${membershipMay(sql`m`, 'task.judge')} and ${mayYetJudge(sql`m.user_id`)} as yet
			from comparisons c join memberships m on m.project_id = c.project_id join users u on u.id = m.user_id and u.deactivated_at is null
			join user_profiles p on p.user_id = m.user_id
			where c.id = ${comparisonId} and ${maySeeComparison(sql`m.user_id`)} and (${inside(sql`m`, sql`u`)} or ${judged(sql`m.user_id`)})
			order by ${inside(sql`m`, sql`u`)} desc, (select min(j.id::text) from judgments j where j.comparison_id = c.id and j.judge_user_id = m.user_id), p.name, m.user_id`
	);
	return rows.map((row) => ({ userId: row.user_id, name: row.name, role: row.role, inside: row.is_inside, wrote: row.wrote, yetToJudge: row.yet }));
}
