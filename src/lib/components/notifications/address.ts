import type { Notice } from '#lib/server/db/notifications.ts';

/** Where a notification leads: to the judgment it is about, or to the work. */
export function noticeTarget({ kind, project, judgmentId, commentId, checkpointId }: Pick<Notice, 'kind' | 'project' | 'judgmentId' | 'commentId' | 'checkpointId'>): string {
	const at = `/projects/${project.slug}`;
	if (kind === 'assigned' || kind === 'overdue') return `${at}/assignments`;
	if (kind === 'approval' || kind === 'declined' || kind === 'refused') return `${at}/automation`;
	if (kind === 'to_judge') return `${at}/compare`;
	if (kind === 'to_adjudicate') return `${at}/adjudicate`;
	// The project's home begins with what its reader can do about it.
	if (kind === 'to_freeze' || kind === 'to_mend') return at;
	if (kind === 'signature' || kind === 'unsigned' || kind === 'to_decide') return checkpointId === null ? at : `${at}/checkpoints/${checkpointId}#decision`;
	if (judgmentId === null) return at;
	return `${at}/history/${judgmentId}${commentId === null ? '' : `#comment-${commentId}`}`;
}
