import { toldOfComment } from '../../domain/comment.ts';
import { ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { Actor } from '../auth/actor.ts';
import { newSecret, saltedHash } from '../auth/secrets.ts';
import { record } from '../db/audit.ts';
import type { Db } from '../db/client.ts';
import * as comments from '../db/comments.ts';
import * as notifications from '../db/notifications.ts';
import * as people from '../db/people.ts';
import { mentionable, readComments, threadFor } from './comment-thread.ts';
import type { CommentView } from './comment-thread.ts';
import { inTransaction } from './transaction.ts';

/** Says something about a comparison to those who judged it and to its reviewers. Whom it names are told, and who takes part; not who may still be given the comparison to judge. */
export async function addComment(app: { db: Db }, actor: Actor, input: { comparisonId: string; body: string; mentions?: readonly string[] | undefined }): Promise<Result<CommentView>> {
	const body = input.body.trim();
	const mentions = [...new Set(input.mentions ?? [])];
	if (body === '') return wrongField('body', 'must not be empty');
	return inTransaction(app.db, async (tx) => {
		const { comparisonId } = input;
		// The people stay as they are until it is written: nobody is told of what a wall has come before.
		const found = await comments.facts(tx, comparisonId, actor.userId);
		if (found) await people.hold(tx, found.projectId);
		const thread = await threadFor(tx, actor, comparisonId, 'comment.write');
		if (!thread.ok) return thread;
		const { facts, inside, people: audience } = thread.value;
		const known = new Set(mentionable(thread.value, actor.userId).map(({ id }) => id));
		if (mentions.some((id) => !known.has(id))) return wrongField('mentions', 'only people who may see this comparison');
		const salt = newSecret();
		const { projectId } = facts;
		const id = await comments.insert(tx, { projectId, comparisonId, authorId: actor.userId, salt, hash: saltedHash(salt, body), body, mentions });
		const told = toldOfComment(
			audience.filter(({ yetToJudge }) => !yetToJudge).map((one) => ({ ...one, answers: one.role === 'reviewer' || one.role === 'owner' })),
			{ authorId: actor.userId, authorInside: inside, mentions },
			facts.judgingIsOpen
		);
		await notifications.notify(tx, { projectId, kind: 'mention', subjectId: id, comparisonId, userIds: mentions });
		await notifications.notify(tx, { projectId, kind: 'comment', subjectId: id, comparisonId, userIds: told });
		await record(tx, actor, { action: 'comment.add', projectId, subject: ['comment', id], details: { comparison: comparisonId, mentions: mentions.length } });
		const written = (await readComments(tx, thread.value, actor.userId, comparisonId)).comments.find((one) => one.id === id);
		if (!written) throw new Error(`comment ${id} vanished`);
		return ok(written);
	});
}
