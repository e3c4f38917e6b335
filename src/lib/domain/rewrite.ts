import * as v from 'valibot';
import { contentHash } from './canonical-json.ts';
import { MessageListSchema, messagesText } from './message.ts';
import type { Message } from './message.ts';
import type { FieldError } from './problem.ts';
import type { ShownVerdict } from './verdict.ts';

/** An answer as it should have been: one of the two, edited by who judged it. */
export const ShownRewriteSchema = v.strictObject({ side: v.picklist(['left', 'right'], 'left or right; left for one answer'), messages: MessageListSchema });
export type ShownRewrite = v.InferOutput<typeof ShownRewriteSchema>;
/** As stored: side canonical. */
export type Rewrite = { side: 'a' | 'b'; messages: Message[] };

export const LONGEST_REWRITE = 1_000_000;

const artifacts = (messages: readonly Message[]): string[] => messages.flatMap(({ content }) => (typeof content === 'string' ? [] : content.flatMap((part) => (part.type === 'text' ? [] : [part.artifact]))));

/** What is wrong with a rewrite under a form and over the answers as shown (`right` null: one alone); empty when nothing is. */
export function rewriteErrors(form: { rewrite: boolean }, given: { verdict: ShownVerdict; rewrite: ShownRewrite }, shown: { left: readonly Message[]; right: readonly Message[] | null }): FieldError[] {
	const wrong = (field: string, message: string): FieldError[] => [{ field, message }];
	const { side, messages } = given.rewrite;
	if (!form.rewrite) return wrong('rewrite', 'this project does not ask for it');
	if (given.verdict === 'cannot_judge') return wrong('rewrite', 'who cannot judge cannot say how it should have been');
	const original = shown[side];
	if (original === null) return wrong('rewrite.side', 'there is one answer: left');
	if (messages.some((message) => message.role === 'system') || messages.at(-1)?.role !== 'assistant') return wrong('rewrite.messages', 'an answer ends with a turn of the assistant and holds no system message');
	const text = messagesText(messages);
	if (text.trim() === '') return wrong('rewrite.messages', 'must not be empty');
	if (text.length > LONGEST_REWRITE) return wrong('rewrite.messages', `at most ${LONGEST_REWRITE} characters`);
	// An image of another item must not get into this one by way of its hash.
	const had = new Set(artifacts(original));
	if (artifacts(messages).some((hash) => !had.has(hash))) return wrong('rewrite.messages', 'may hold only the images and documents that the answer has');
	const bare = (turns: readonly Message[]) => contentHash(turns.map(({ role, content }) => ({ role, content })));
	return bare(messages) === bare(original) ? wrong('rewrite.messages', 'is the answer as it was') : [];
}
