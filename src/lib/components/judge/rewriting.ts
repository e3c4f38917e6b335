import type { ShownRewrite } from '#lib/domain/rewrite.ts';
import type { HeldTask, Message } from './task-queue.ts';

type Side = 'left' | 'right';

/** Turns of an answer that can be edited, as their texts; what is no text stays where it is. */
export function editable(messages: readonly Message[]): { message: number; part: number; text: string }[] {
	return messages.flatMap(({ role, content }, message) => {
		if (role !== 'assistant') return [];
		if (typeof content === 'string') return [{ message, part: 0, text: content }];
		return content.flatMap((part, index) => (part.type === 'text' && 'text' in part ? [{ message, part: index, text: part.text }] : []));
	});
}

/** An answer with one of its texts changed. */
export function withText(messages: readonly Message[], at: { message: number; part: number }, text: string): Message[] {
	return messages.map((message, index): Message => {
		if (index !== at.message) return message;
		if (typeof message.content === 'string') return { ...message, content: text };
		return { ...message, content: message.content.map((part, place) => (place === at.part ? { ...part, type: 'text', text } : part)) };
	});
}

/** A rewrite of one side; null where nothing of it is changed, or nothing is left. */
export function rewriteOf(task: HeldTask, side: Side, messages: readonly Message[]): ShownRewrite | null {
	const texts = editable(messages);
	const same = JSON.stringify(messages) === JSON.stringify(task[side]?.messages);
	return same || texts.every(({ text }) => text.trim() === '') ? null : { side, messages: messages as ShownRewrite['messages'] };
}
