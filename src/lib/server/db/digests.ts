import { sql } from 'drizzle-orm';
import type { NotificationKind } from '../../domain/notification-kind.ts';
import type { Executor, Tx } from './client.ts';
import { stillTheirs } from './notifications.ts';
import { rowsOf } from './rows.ts';

/** What a person does without in mails. */
export async function unwanted(db: Executor, userId: string): Promise<NotificationKind[]> {
	const rows = await rowsOf<{ mail_off: NotificationKind[] }>(db, sql`select mail_off from user_profiles where user_id = ${userId}`);
	return rows[0]?.mail_off ?? [];
}

/** Sets that; the database refuses what is always mailed. */
export async function setUnwanted(tx: Tx, userId: string, off: readonly NotificationKind[]): Promise<void> {
	await tx.execute(sql`update user_profiles set mail_off = array(select jsonb_array_elements_text(${JSON.stringify(off)}::jsonb)) where user_id = ${userId}`);
}

/** Whether a notification `n` is of a kind that its person wants in mails. */
const wanted = sql`n.kind <> all ((select p.mail_off from user_profiles p where p.user_id = n.user_id)::text[])`;

/**
 * Marks what people do without in mails as passed over, from before a moment: unread, it would be looked at for every digest
 * to come, and be mailed as news of the day by whoever wants its kind again, months later.
 */
export async function passOver(db: Executor, before: string): Promise<void> {
	await db.execute(sql`update notifications n set mailed_at = now() where n.mailed_at is null and n.read_at is null and n.created_at < ${before}::timestamptz and not (${wanted})`);
}

/** People with notifications from before a moment that they have neither read nor been mailed, and want in mails. Whose account is closed gets none. */
export async function due(db: Executor, before: string): Promise<string[]> {
	const rows = await rowsOf<{ user_id: string }>(
		db,
		sql`select distinct n.user_id from notifications n join users u on u.id = n.user_id and u.deactivated_at is null
			where n.mailed_at is null and n.read_at is null and n.created_at < ${before}::timestamptz and ${wanted} order by 1`
	);
	return rows.map((row) => row.user_id);
}

/** What a person's digest is made of. */
export type DigestMatter = { name: string; email: string; locale: string | null; notices: { id: string; kind: NotificationKind }[] };

/**
 * Takes a person's unread, unmailed notifications of kinds that they want in mails from before a moment and marks
 * them as mailed, to be committed when the mail is out. Null: there are none, they
 * may see none of them, or another worker is at it. Two workers never mail one person at once.
 */
export async function take(tx: Tx, userId: string, before: string): Promise<DigestMatter | null> {
	const [lock] = await rowsOf<{ mine: boolean }>(tx, sql`select pg_try_advisory_xact_lock(hashtextextended(${`digest:${userId}`}, 0)) as mine`);
	if (!lock?.mine) return null;
	const notices = await rowsOf<{ id: string; kind: NotificationKind }>(
		tx,
		sql`with taken as (
				update notifications n set mailed_at = now() where n.user_id = ${userId} and n.mailed_at is null and n.read_at is null and n.created_at < ${before}::timestamptz and ${wanted} and ${stillTheirs(userId)} returning n.id, n.kind)
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
