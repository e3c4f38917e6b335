import { canonicalJson, contentHash } from './canonical-json.ts';
import type { Message } from './message.ts';
import { neutralise } from './template-markup.ts';

/** A turn as the training engine reads it. */
export type RowMessage = { role: 'system' | 'user' | 'assistant' | 'tool'; content: string };

/**
 * Rows in ms-swift's format. `images` names artifacts as `artifact:<sha256>`, one
 * per `<image>` in the texts, in order; the engine's adapter puts paths in place.
 */
export type PairRow = { messages: RowMessage[]; rejected_response: string; /** rm: by how much the reward of the chosen answer shall be higher. */ margin?: number; images?: string[] };
/** A pair whose answers have several turns or images: both conversations whole. */
export type ConversationPairRow = { messages: RowMessage[]; rejected_messages: RowMessage[]; margin?: number; images?: string[]; rejected_images?: string[] };
export type LabelledRow = { messages: RowMessage[]; label: boolean; images?: string[] };
/** A conversation with its accepted answer (sft). */
export type AcceptedRow = { messages: RowMessage[]; images?: string[] };
export type TrainingRow = PairRow | ConversationPairRow | LabelledRow | AcceptedRow;

/** Messages as rows hold them, and what had to be done to them. */
export type Rendered = {
	messages: RowMessage[];
	images: string[];
	/** Template marks made harmless. */
	neutralised: number;
	/** Document parts whose text was not supplied: only their title is in the row. */
	documentsWithoutText: number;
};

/** Text of documents by artifact hash. */
export type DocumentTexts = ReadonlyMap<string, string>;

/**
 * Messages as the engine gets them: text parts joined by line breaks, template
 * markup neutralised, an `<image>` of our own where an image stands, a
 * document's title and text in its place. `name` is left out: templates ignore it.
 */
export function renderMessages(messages: readonly Message[], documentTexts: DocumentTexts = new Map()): Rendered {
	const rendered: Rendered = { messages: [], images: [], neutralised: 0, documentsWithoutText: 0 };
	const safe = (text: string): string => {
		const result = neutralise(text);
		rendered.neutralised += result.count;
		return result.text;
	};
	for (const { role, content } of messages) {
		if (typeof content === 'string') {
			rendered.messages.push({ role, content: safe(content) });
			continue;
		}
		const pieces = content.map((part) => {
			if (part.type === 'text') return safe(part.text);
			if (part.type === 'image') {
				rendered.images.push(`artifact:${part.artifact}`);
				return '<image>';
			}
			const text = documentTexts.get(part.artifact);
			if (text === undefined) rendered.documentsWithoutText += 1;
			return [part.title, text].filter((piece) => piece !== undefined).map(safe).join('\n\n');
		});
		rendered.messages.push({ role, content: pieces.join('\n') });
	}
	return rendered;
}

/** Whether two rendered answers are the same to the engine, which refuses such a pair. */
export function sameAnswer(x: Rendered, y: Rendered): boolean {
	return canonicalJson([x.messages, x.images]) === canonicalJson([y.messages, y.images]);
}

/** Length of rendered messages in UTF-16 units. A bound on the text, not a token count. */
export function rowChars(...rendered: readonly Rendered[]): number {
	return rendered.reduce((sum, part) => sum + part.messages.reduce((chars, message) => chars + message.content.length, 0), 0);
}

const oneTextTurn = (answer: Rendered): string | null => {
	const [turn, ...more] = answer.messages;
	return turn?.role === 'assistant' && more.length === 0 && answer.images.length === 0 ? turn.content : null;
};

/** The row of a decided pair (dpo, orpo, cpo, simpo, rm). */
export function pairRow(prompt: Rendered, chosen: Rendered, rejected: Rendered): PairRow | ConversationPairRow {
	const messages = [...prompt.messages, ...chosen.messages];
	const images = [...prompt.images, ...chosen.images];
	const rejectedText = oneTextTurn(rejected);
	if (oneTextTurn(chosen) !== null && rejectedText !== null) return { messages, rejected_response: rejectedText, ...(images.length > 0 ? { images } : {}) };
	const rejectedImages = [...prompt.images, ...rejected.images];
	return {
		messages,
		rejected_messages: [...prompt.messages, ...rejected.messages],
		...(images.length > 0 ? { images } : {}),
		// With `rejected_messages` the engine does not copy the prompt's images over: without this the rejected side would be blind.
		...(rejectedImages.length > 0 ? { rejected_images: rejectedImages } : {})
	};
}

/** The row of a judged answer (kto): desirable or not. */
export function labelledRow(prompt: Rendered, answer: Rendered, label: boolean): LabelledRow {
	const images = [...prompt.images, ...answer.images];
	return { messages: [...prompt.messages, ...answer.messages], label, ...(images.length > 0 ? { images } : {}) };
}

/** The row of an accepted answer (sft): the conversation to learn to write. */
export function acceptedRow(prompt: Rendered, answer: Rendered): AcceptedRow {
	const images = [...prompt.images, ...answer.images];
	return { messages: [...prompt.messages, ...answer.messages], ...(images.length > 0 ? { images } : {}) };
}

/** Order of rows or held-out rows in a file: by content hash, so that no server's ids or times show (semantics 13). */
export function compareRows(x: object, y: object): number {
	const [left, right] = [contentHash(x), contentHash(y)];
	return left < right ? -1 : left > right ? 1 : 0;
}

/** Rows in the order of `compareRows`, each hashed once. */
export function orderRows<T extends object>(rows: readonly T[]): T[] {
	const hashed = rows.map((row) => ({ row, hash: contentHash(row) }));
	return hashed.sort((x, y) => (x.hash < y.hash ? -1 : x.hash > y.hash ? 1 : 0)).map(({ row }) => row);
}

/** The file of rows: one RFC 8785 line each, in the order of `compareRows`, a line break after every line. Its SHA-256 goes into the manifest. */
export function rowsFile(rows: readonly object[]): string {
	return orderRows(rows).map((row) => `${canonicalJson(row)}\n`).join('');
}

/** A pair with both conversations whole, as all rows of a file must be where one is: the engine reads a file as one table, and refuses a row whose rejected answer is in the other column. */
export function wholePair(row: PairRow | ConversationPairRow): ConversationPairRow {
	if (!('rejected_response' in row)) return row;
	const { rejected_response: rejected, ...rest } = row;
	return { ...rest, rejected_messages: [...row.messages.slice(0, -1), { role: 'assistant', content: rejected }], ...(row.images ? { rejected_images: row.images } : {}) };
}
