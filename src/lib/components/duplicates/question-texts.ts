import { messageText } from '#lib/domain/message.ts';
import type { PairedPrompt } from '#lib/server/db/near-duplicates.ts';

/** The turns of a question that are compared: all but the system message. */
export function questionTexts({ messages }: Pick<PairedPrompt, 'messages'>): string[] {
	return messages.filter(({ role }) => role !== 'system').map(messageText);
}
