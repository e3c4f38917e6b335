import * as v from 'valibot';
import { fail, ok } from './problem.ts';
import type { FieldError, Result } from './problem.ts';

const NUL = '\u0000';
const LONE_SURROGATE = /\p{Cs}/u;

/** Whether PostgreSQL, JSON and UTF-8 can all hold the text: no NUL, no half of a surrogate pair. */
export function isStorableText(text: string): boolean {
	return !text.includes(NUL) && !LONE_SURROGATE.test(text);
}

/** Text that every store and every hash sees alike. */
export const TextSchema = v.pipe(
	v.string(),
	// PostgreSQL's text and jsonb refuse U+0000: the insert would fail long after the person has left.
	v.check((text) => !text.includes(NUL), 'must not contain the NUL character (U+0000)'),
	// UTF-8 cannot hold half a pair; encoders put U+FFFD in its place, and the stored text no longer matches its hash.
	v.check((text) => !LONE_SURROGATE.test(text), 'must be well-formed Unicode (it has a lone surrogate)')
);

/** SHA-256 as 64 lower-case hex digits: how an artifact is named. */
export const SHA256 = /^[0-9a-f]{64}$/;
export const Sha256Schema = v.pipe(v.string(), v.regex(SHA256, 'must be a SHA-256 of 64 lower-case hex digits'));

/** A piece of a message: text, or an image or document in the artifact store. */
export const PartSchema = v.variant('type', [
	v.strictObject({ type: v.literal('text'), text: TextSchema }),
	v.strictObject({ type: v.literal('image'), artifact: Sha256Schema, alt: v.optional(TextSchema) }),
	v.strictObject({ type: v.literal('document'), artifact: Sha256Schema, title: v.optional(TextSchema) })
]);
export type Part = v.InferOutput<typeof PartSchema>;

export const MESSAGE_ROLES = ['system', 'user', 'assistant', 'tool'] as const;
export type MessageRole = (typeof MESSAGE_ROLES)[number];

/** One turn. Strict, because a field that is dropped in silence (`tool_calls`) is lost data. */
export const MessageSchema = v.strictObject({
	role: v.picklist(MESSAGE_ROLES),
	content: v.union([TextSchema, v.pipe(v.array(PartSchema), v.minLength(1, 'must not be empty'))]),
	name: v.optional(TextSchema)
});
export type Message = v.InferOutput<typeof MessageSchema>;

/** A conversation or an answer: one or several turns. */
export const MessageListSchema = v.pipe(v.array(MessageSchema), v.minLength(1, 'must not be empty'));
export type MessageList = v.InferOutput<typeof MessageListSchema>;

/** The text of a message: its text parts, a line break between them; images and documents give none. */
export function messageText(message: Message): string {
	if (typeof message.content === 'string') return message.content;
	return message.content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
}

/** The text of several messages, an empty line between them; no roles. For search and previews, not for training. */
export function messagesText(messages: readonly Message[]): string {
	return messages.map(messageText).join('\n\n');
}

/** Hashes of the documents that messages hold, each once. */
export function documentsOf(messages: readonly Message[]): string[] {
	return [...new Set(messages.flatMap(({ content }) => (typeof content === 'string' ? [] : content.flatMap((part) => (part.type === 'document' ? [part.artifact] : [])))))];
}

/** Whether messages hold an image: who reads text only cannot understand them. */
export function holdsImage(messages: readonly Message[]): boolean {
	return messages.some(({ content }) => typeof content !== 'string' && content.some((part) => part.type === 'image'));
}

/**
 * A conversation or answer as people and files write it: a string stands for
 * one message of the given role, anything else must be a list of messages.
 * Fails with `invalid_input` and one entry per wrong field, named from `field`
 * on: `messages[1].content[0].text`.
 */
export function normaliseMessages(input: unknown, role: MessageRole = 'user', field = 'messages'): Result<Message[]> {
	if (typeof input === 'string') {
		const text = v.safeParse(TextSchema, input);
		return text.success ? ok([{ role, content: text.output }]) : refuse(text.issues, field);
	}
	const list = v.safeParse(MessageListSchema, input);
	return list.success ? ok(list.output) : refuse(list.issues, field);
}

function refuse(issues: readonly v.BaseIssue<unknown>[], field: string): Result<never> {
	const errors = issues.flatMap((issue) => fieldErrors(issue, field));
	const first = errors[0];
	return fail('invalid_input', first ? `${first.field}: ${first.message}` : `${field}: not valid`, { errors });
}

function fieldErrors(issue: v.BaseIssue<unknown>, prefix: string): FieldError[] {
	const path = issue.path ?? [];
	const field = path.reduce((name, item) => name + (typeof item.key === 'number' ? `[${item.key}]` : `.${String(item.key)}`), prefix);
	// `content` is a string or a list: of the union's complaints, those that reach into the list say more.
	const inner = (issue.issues ?? []).filter((candidate) => (candidate.path?.length ?? 0) > 0 || candidate.kind === 'validation');
	if (inner.length > 0) return inner.flatMap((candidate) => fieldErrors(candidate, field));
	const unknown = issue.type === 'strict_object' && issue.expected === 'never';
	return [{ field, message: unknown ? 'is not a known field' : issue.message }];
}
