import type { MentionablePerson, Speaker } from '#lib/server/usecases/comment-thread.ts';
import * as m from '#lib/paraglide/messages.js';

/** Who speaks, as the reader may know them. */
export function speakerName({ who, name, number }: Speaker): string {
	if (who === 'me') return m.comments_you();
	if (who === 'named') return name ?? '';
	return number === null ? m.comments_a_judge() : m.comments_judge_number({ number });
}

/** Who is spoken to. */
export const addressee = (to: Speaker): string => (to.who === 'me' ? m.comments_to_me() : speakerName(to));

/** Somebody who can be addressed. */
export function personName({ name, number }: Pick<MentionablePerson, 'name' | 'number'>): string {
	return name ?? (number === null ? m.comments_a_judge() : m.comments_judge_number({ number }));
}
