import type { NotificationKind } from '#lib/domain/notification-kind.ts';
import * as m from '#lib/paraglide/messages.js';

/** What a person is mailed of, in their own words. */
export const MAIL_KINDS: Record<NotificationKind, () => string> = {
	mention: m.mail_kind_mention,
	comment: m.mail_kind_comment,
	overturned: m.mail_kind_overturned,
	sent_back: m.mail_kind_sent_back,
	assigned: m.mail_kind_assigned,
	overdue: m.mail_kind_overdue,
	signature: m.mail_kind_signature,
	unsigned: m.mail_kind_unsigned,
	approval: m.mail_kind_approval,
	declined: m.mail_kind_declined,
	refused: m.mail_kind_refused,
	to_judge: m.mail_kind_to_judge,
	to_adjudicate: m.mail_kind_to_adjudicate,
	to_freeze: m.mail_kind_to_freeze,
	to_mend: m.mail_kind_to_mend,
	to_decide: m.mail_kind_to_decide
};
