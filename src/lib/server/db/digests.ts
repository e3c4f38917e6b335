import { sql } from 'drizzle-orm';
import type { Executor, Tx } from './client.ts';
import type { NotificationKind } from './notifications.ts';
import { stillTheirs } from './notifications.ts';
import { rowsOf } from './rows.ts';

/** People with notifications from before a moment that they have neither read nor been mailed. Whose account is closed gets none. */
export async function due(db: Executor, before: string): Promise<string[]> {
	const rows = await rowsOf<{ user_id: string }>(
		db,
		sql`select distinct n.user_id from notifications n join users u on u.id = n.user_id and u.deactivated_at is null
			where n.mailed_at is null and n.read_at is null and n.created_at < ${before}::timestamptz order by 1`
	);
	return rows.map((row) => row.user_id);
}

/** What a person's digest is made of. */
export type DigestMatter = { name: string; email: string; locale: string | null; notices: { id: string; kind: NotificationKind }[] };

/**
 * Takes a person's unread, unmailed notifications from before a moment and marks
 * them as mailed, to be committed when the mail is out. Null: there are none, they
 * may see none of them, or another worker is at it. Two workers never mail one person at once.
 */
export async function take(tx: Tx, userId: string, before: string): Promise<DigestMatter | null> {
	const [lock] = await rowsOf<{ mine: boolean }>(tx, sql`select pg_try_advisory_xact_lock(hashtextextended(${`digest:${userId}`}, 0)) as mine`);
	if (!lock?.mine) return null;
	const notices = await rowsOf<{ id: string; kind: NotificationKind }>(
		tx,
		sql`with taken as (
				update notifications n set mailed_at = now() where n.user_id = ${userId} and n.mailed_at is null and n.read_at is null and n.created_at < ${before}::timestamptz and ${stillTheirs(userId)} returning n.id, n.kind)
			select id, kind from taken order by id`
	);
	if (notices.length === 0) return null;
	const [person] = await rowsOf<{ name: string; email: string; locale: string | null }>(
		tx,
		sql`select p.name, p.email, coalesce(p.locale, (select pr.locale from notifications n join projects pr on pr.id = n.project_id where n.user_id = p.user_id order by n.id desc limit 1)) as locale
			from user_profiles p join users u on u.id = p.user_id and u.deactivated_at is null where p.user_id = ${userId}`
	);
	return person ? { ...person, notices } : null;
}
