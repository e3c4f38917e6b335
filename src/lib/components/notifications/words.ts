import type { Notice } from '#lib/server/db/notifications.ts';
import { moment } from '#lib/components/shell/format.ts';
import * as m from '#lib/paraglide/messages.js';

/** What a notification says, in a sentence. */
export function noticeTitle({ kind, by, batch, delegation }: Notice): string {
	switch (kind) {
		case 'mention':
			return by === null ? m.notice_mention() : m.notice_mention_by({ name: by });
		case 'comment':
			return by === null ? m.notice_comment() : m.notice_comment_by({ name: by });
		case 'overturned':
			return m.notice_overturned({ name: by ?? m.notice_someone() });
		case 'sent_back':
			return m.notice_sent_back({ name: by ?? m.notice_someone() });
		case 'assigned':
			if (delegation) return m.notice_delegated({ name: delegation.from, from: moment(delegation.startsAt), to: moment(delegation.endsAt) });
			if (!batch) return m.notice_other();
			return batch.dueAt === null ? m.notice_assigned({ batch: batch.name }) : m.notice_assigned_due({ batch: batch.name, date: moment(batch.dueAt) });
		case 'signature':
			return m.notice_signature({ name: by ?? m.notice_someone() });
		case 'unsigned':
			return m.notice_unsigned({ name: by ?? m.notice_someone() });
		case 'approval':
			return m.notice_approval();
		case 'declined':
			return m.notice_declined({ name: by ?? m.notice_someone() });
		case 'refused':
			return m.notice_refused();
		case 'to_judge':
			return m.notice_to_judge();
		case 'to_adjudicate':
			return m.notice_to_adjudicate();
		case 'to_freeze':
			return m.notice_to_freeze();
		case 'to_mend':
			return m.notice_to_mend();
		case 'to_decide':
			return m.notice_to_decide();
		case 'overdue':
			if (!batch) return m.notice_other();
			return batch.dueAt === null ? m.notice_overdue({ batch: batch.name }) : m.notice_overdue_due({ batch: batch.name, date: moment(batch.dueAt) });
	}
}
