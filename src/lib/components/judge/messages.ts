import type { Content, Message } from './task-queue.ts';

/** A piece of a message as it is shown. */
export type Piece = { kind: 'text'; text: string } | { kind: 'image'; artifact: string; alt?: string } | { kind: 'document'; artifact: string; title?: string } | { kind: 'attachment'; name: string };

/** A text field of a part, if it has it. */
const word = (part: object, name: string): string | undefined => {
	const value: unknown = (part as Record<string, unknown>)[name];
	return typeof value === 'string' ? value : undefined;
};

/** A message's content as pieces; what is no text, image or document of ours is named, never loaded. */
export function pieces(content: Content): Piece[] {
	if (typeof content === 'string') return [{ kind: 'text', text: content }];
	return content.map((part): Piece => {
		if (part.type === 'text' && 'text' in part) return { kind: 'text', text: part.text };
		const [artifact, alt, title] = [word(part, 'artifact'), word(part, 'alt'), word(part, 'title')];
		if (part.type === 'image' && artifact !== undefined) return { kind: 'image', artifact, ...(alt === undefined ? {} : { alt }) };
		if (part.type === 'document' && artifact !== undefined) return { kind: 'document', artifact, ...(title === undefined ? {} : { title }) };
		return { kind: 'attachment', name: artifact ?? part.type };
	});
}

/** Parts both answers open with, shown once; each side keeps at least its last message. */
export function splitShared(left: readonly Message[], right: readonly Message[]): { shared: Message[]; left: Message[]; right: Message[] } {
	const most = Math.min(left.length, right.length) - 1;
	let same = 0;
	while (same < most && JSON.stringify(left[same]) === JSON.stringify(right[same])) same += 1;
	return { shared: left.slice(0, same), left: left.slice(same), right: right.slice(same) };
}

/** The texts of an answer in order, without what is attached. */
export function texts(messages: readonly Message[]): string[] {
	return messages.flatMap((message) => textsOf(message.content));
}

/** The texts of one message's content. */
export function textsOf(content: Content): string[] {
	return pieces(content).flatMap((piece) => (piece.kind === 'text' ? [piece.text] : []));
}
