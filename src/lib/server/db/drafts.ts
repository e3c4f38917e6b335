import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import { flipDraft } from '../../domain/draft.ts';
import type { DraftBody, StoredDraft } from '../../domain/draft.ts';
import type { Executor, Tx } from './client.ts';
import { rowsOf, uuids } from './rows.ts';
import type { TaskForWork } from './tasks.ts';

/** Tasks `o` of the same person on the same pair for the same purpose as a task `t`: a lapsed one's draft goes on in the next. */
const alike = sql`o.comparison_id = t.comparison_id and o.annotator_id = t.annotator_id and o.purpose = t.purpose`;

/** What the person has typed on a task's pair, on whatever device and under whatever lease, with sides as this task shows them. */
export async function standing(db: Executor, taskId: string): Promise<StoredDraft | null> {
	const rows = await rowsOf<{ body: DraftBody; revision: number; same: boolean }>(
		db,
		sql`select d.body, d.revision, (c.mode = 'single' or o.side_order = t.side_order) as same from tasks t join comparisons c on c.id = t.comparison_id join tasks o on ${alike} join drafts d on d.task_id = o.id
			where t.id = ${taskId} order by d.revision desc, d.updated_at desc limit 1`
	);
	const row = rows[0];
	return row ? { body: row.same ? row.body : flipDraft(row.body), revision: row.revision } : null;
}

/** Whether anything that a person typed is kept, on any pair: mostly nothing is. */
export const anyOf = (userId: string | SQL): SQL => sql`exists (select 1 from drafts where user_id = ${userId})`;

/** Keeps a draft unless one of its revision or a newer one is there; false: there is. The person must be locked. */
export async function put(tx: Tx, task: Pick<TaskForWork, 'id' | 'annotatorId'>, draft: StoredDraft): Promise<boolean> {
	const rows = await rowsOf<{ task_id: string }>(
		tx,
		sql`insert into drafts (task_id, user_id, body, revision)
			select t.id, t.annotator_id, ${JSON.stringify(draft.body)}::jsonb, ${draft.revision} from tasks t
			where t.id = ${task.id} and not exists (select 1 from tasks o join drafts d on d.task_id = o.id where ${alike} and d.revision >= ${draft.revision})
			on conflict (task_id) do update set body = excluded.body, revision = excluded.revision, updated_at = now() where drafts.revision < excluded.revision
			returning task_id`
	);
	return rows.length > 0;
}

/** Erases what was typed on tasks that are over. */
export async function erase(tx: Tx, taskIds: readonly string[]): Promise<void> {
	if (taskIds.length > 0) await tx.execute(sql`delete from drafts where task_id in ${uuids(taskIds)}`);
}

/** Erases all that the person typed on a task's pair: it is judged or passed on. */
export async function eraseWith(tx: Tx, taskId: string): Promise<void> {
	await tx.execute(sql`delete from drafts d using tasks t, tasks o where t.id = ${taskId} and ${alike} and d.task_id = o.id`);
}
