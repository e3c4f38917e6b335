import type { DocumentTexts } from '#lib/domain/training-row.ts';
import { renderMessages } from '#lib/domain/training-row.ts';
import type { Message } from '#lib/domain/message.ts';
import type { ChatMessage, ChatPart } from '../inference/client.ts';

/** Where our own images stand in a rendered text; everybody else's such mark was made harmless. */
const MARK = '<image>';

/**
 * The effective messages as training rows have them: the model is asked what it
 * was taught on, documents by their text. `image` gives the address of one.
 */
export function chat(messages: readonly Message[], documentTexts: DocumentTexts, image: (sha256: string) => string): ChatMessage[] {
	const rendered = renderMessages(messages, documentTexts);
	let next = 0;
	return rendered.messages.map(({ role, content }): ChatMessage => {
		const speaker = role === 'tool' ? 'user' : role;
		if (rendered.images.length === 0 || !content.includes(MARK)) return { role: speaker, content };
		const parts = content.split(MARK).flatMap((text, index): ChatPart[] => [
			...(index > 0 ? [{ type: 'image_url' as const, image_url: { url: image((rendered.images[next++] ?? '').slice('artifact:'.length)) } }] : []),
			...(text.trim() === '' ? [] : [{ type: 'text' as const, text: text.replace(/^\n|\n$/gu, '') }])
		]);
		return { role: speaker, content: parts };
	});
}

/** Every image that messages hold, once. */
export function imagesOf(messages: readonly Message[]): string[] {
	return [...new Set(messages.flatMap(({ content }) => (typeof content === 'string' ? [] : content.flatMap((part) => (part.type === 'image' ? [part.artifact] : [])))))];
}
