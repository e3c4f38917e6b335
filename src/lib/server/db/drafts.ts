import { sql } from 'drizzle-orm';
import type { Tx } from './client.ts';
import { uuids } from './rows.ts';

/** Erases what was typed on tasks that are over. */
export async function erase(tx: Tx, taskIds: readonly string[]): Promise<void> {
	if (taskIds.length > 0) await tx.execute(sql`delete from drafts where task_id in ${uuids(taskIds)}`);
}
