import type { Notice } from '#lib/server/db/notifications.ts';

/** Where a notification leads: to the judgment it is about, or to the work. */
export function noticeTarget({ kind, project, judgmentId, commentId, checkpointId }: Pick<Notice, 'kind' | 'project' | 'judgmentId' | 'commentId' | 'checkpointId'>): string {
	const at = `/projects/${project.slug}`;
	if (kind === 'assigned' || kind === 'overdue') return `${at}/assignments`;
	if (kind === 'approval') return `${at}/automation`;
	if (kind === 'signature') return checkpointId === null ? at : `${at}/checkpoints/${checkpointId}#decision`;
	if (judgmentId === null) return at;
	return `${at}/history/${judgmentId}${commentId === null ? '' : `#comment-${commentId}`}`;
}
