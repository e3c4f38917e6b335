import { sql } from 'drizzle-orm';
import type { Tx } from './client.ts';

export type NotificationKind = 'mention' | 'comment' | 'overturned' | 'sent_back' | 'assigned' | 'overdue';

/** Lets people know of something, each once. */
export async function notify(tx: Tx, of: { projectId: string; kind: NotificationKind; subjectId: string; comparisonId: string | null; userIds: readonly string[] }): Promise<void> {
	for (const userId of new Set(of.userIds)) {
		await tx.execute(sql`insert into notifications (user_id, project_id, kind, subject_id, comparison_id) values (${userId}, ${of.projectId}, ${of.kind}, ${of.subjectId}, ${of.comparisonId})`);
	}
}
