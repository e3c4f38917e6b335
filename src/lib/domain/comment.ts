import * as v from 'valibot';
import { TextSchema } from './message.ts';

/** Longest comment, and most people that one addresses. */
export const LONGEST_COMMENT = 10_000;
export const MOST_MENTIONS = 20;

/** What somebody says about a comparison, and to whom. */
export const NewCommentSchema = v.strictObject({
	body: v.pipe(TextSchema, v.trim(), v.minLength(1, 'must not be empty'), v.maxLength(LONGEST_COMMENT, `at most ${LONGEST_COMMENT} characters`)),
	mentions: v.optional(v.pipe(v.array(v.pipe(v.string(), v.uuid('an id as the API gives it'))), v.maxLength(MOST_MENTIONS, `at most ${MOST_MENTIONS}`)), [])
});

/** Who reads, with what decides. `inside`: reads everybody's judgments already (reviewers, engineers, owners). */
export type CommentReader = { userId: string; inside: boolean };
export type SaidComment = { authorId: string; authorInside: boolean; mentions: readonly string[] };

/**
 * Whether a person who may see the thread may read one comment of it. While
 * others may still judge the comparison, who judged it reads their own comments
 * and what a reviewer addresses to them: a judgment can still be corrected, and
 * must not become an echo of another's (docs/decisions/comments-and-independence.md).
 */
export function readsComment(reader: CommentReader, comment: SaidComment, judgingIsOpen: boolean): boolean {
	if (reader.inside || comment.authorId === reader.userId || !judgingIsOpen) return true;
	return comment.authorInside && comment.mentions.includes(reader.userId);
}

/** Somebody who may see a thread. */
export type CommentPerson = { userId: string; inside: boolean; /** Is asked when nobody else is: a reviewer or owner. */ answers: boolean; wrote: boolean };

/**
 * Who is told of a new comment, besides those it mentions. Those who take part
 * already; of what a judge says to nobody in particular, the reviewers; of what
 * a reviewer says once judging is over, everybody who judged. Nobody is told of
 * what they may not read.
 */
export function toldOfComment(people: readonly CommentPerson[], comment: SaidComment, judgingIsOpen: boolean): string[] {
	const others = people.filter(({ userId }) => userId !== comment.authorId && !comment.mentions.includes(userId));
	const takesPart = ({ inside, wrote }: CommentPerson) => wrote && (inside || !judgingIsOpen);
	const chosen = others.filter((one) => takesPart(one) || (comment.authorInside && !one.inside && !judgingIsOpen));
	const answered = comment.authorInside || comment.mentions.length > 0 || chosen.some(({ inside }) => inside);
	return (answered ? chosen : [...chosen, ...others.filter((one) => one.answers && !chosen.includes(one))]).map(({ userId }) => userId);
}
