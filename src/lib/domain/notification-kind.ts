import { may } from './permission.ts';
import type { Action, Role } from './permission.ts';
import { ROUND_WAITS } from './round-waits.ts';

/** What people are told of. */
export const NOTIFICATION_KINDS = ['mention', 'comment', 'overturned', 'sent_back', 'assigned', 'overdue', 'signature', 'unsigned', 'approval', 'declined', 'refused', ...ROUND_WAITS] as const;
export type NotificationKind = (typeof NOTIFICATION_KINDS)[number];

/** Who is told of what: who may do this. */
export const TOLD_TO: Record<NotificationKind, Action> = {
	mention: 'comment.read',
	comment: 'comment.read',
	overturned: 'task.judge',
	sent_back: 'task.judge',
	assigned: 'assignment.own',
	overdue: 'assignment.own',
	signature: 'checkpoint.decide',
	unsigned: 'checkpoint.decide',
	approval: 'run.start',
	declined: 'run.start',
	refused: 'run.start',
	to_judge: 'task.judge',
	to_adjudicate: 'judgment.adjudicate',
	to_freeze: 'snapshot.create',
	to_mend: 'run.start',
	to_decide: 'checkpoint.decide'
};

/** Mailed whatever a person chose: a regulator is handed what was signed, and nobody may miss that it waits for them. */
export const ALWAYS_MAILED = ['signature', 'to_decide'] as const satisfies readonly NotificationKind[];

/** Whether a person may do without mails of this kind. */
export const mayBeUnmailed = (kind: NotificationKind): boolean => !(ALWAYS_MAILED as readonly NotificationKind[]).includes(kind);

/** What somebody with these roles can be told of at all. */
export function kindsFor(who: { roles: readonly Role[]; isAdmin: boolean }): NotificationKind[] {
	return NOTIFICATION_KINDS.filter((kind) => may({ role: null, isAdmin: who.isAdmin }, TOLD_TO[kind]) || who.roles.some((role) => may({ role, isAdmin: false }, TOLD_TO[kind])));
}
