import { may } from '../../domain/permission.ts';
import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { mentionable, readComments, threadFor } from './comment-thread.ts';
import type { CommentView, MentionablePerson } from './comment-thread.ts';

/** A comparison's comments, whom the reader may address, and whether they may write. */
export type CommentThread = {
	comparisonId: string;
	project: string;
	comments: CommentView[];
	people: MentionablePerson[];
	mayWrite: boolean;
	/** For who reviews: judging is still open, and judges read only what is addressed to them. To judges nothing tells. */
	addressedOnly: boolean;
	/** Not shown: who reads may still be given the comparison to judge. */
	undecided: number;
};

/** What was said about a comparison, oldest first, for who judged it or reviews. Who reviews and may still be given it reads their own words alone, and what is addressed to them. */
export async function listComments(app: Pick<App, 'db'>, actor: Actor, comparisonId: string): Promise<Result<CommentThread>> {
	const thread = await threadFor(app.db, actor, comparisonId, 'comment.read');
	if (!thread.ok) return thread;
	const { access, inside, facts } = thread.value;
	const mayWrite = may({ role: access.role, isAdmin: actor.isAdmin }, 'comment.write') && (actor.scopes === null || actor.scopes.includes('comment.write'));
	return ok({
		comparisonId,
		project: access.project.slug,
		...(await readComments(app.db, thread.value, actor.userId, comparisonId)),
		people: mayWrite ? mentionable(thread.value, actor.userId) : [],
		mayWrite,
		addressedOnly: inside && facts.judgingIsOpen
	});
}
