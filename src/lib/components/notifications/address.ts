import type { Notice } from '#lib/server/db/notifications.ts';

/** Where a notification leads: to the judgment it is about, or to the work. */
export function noticeTarget({ kind, project, judgmentId, commentId }: Pick<Notice, 'kind' | 'project' | 'judgmentId' | 'commentId'>): string {
	const at = `/projects/${project.slug}`;
	if (kind === 'assigned' || kind === 'overdue') return `${at}/assignments`;
	if (judgmentId === null) return at;
	return `${at}/history/${judgmentId}${commentId === null ? '' : `#comment-${commentId}`}`;
}
