import { readsComment } from '../../domain/comment.ts';
import { completePolicy } from '../../domain/judging-policy.ts';
import { may } from '../../domain/permission.ts';
import type { Role } from '../../domain/permission.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { Actor } from '../auth/actor.ts';
import type { Executor } from '../db/client.ts';
import * as comments from '../db/comments.ts';
import type { Audience, ThreadFacts } from '../db/comments.ts';
import { allow } from './access.ts';
import type { Access } from './access.ts';
import { judgesHere } from './yet-to-judge.ts';

/** Who speaks or is spoken to, as the reader may know them: `judge` has no name, and a number where there are several. */
export type Speaker = { who: 'me' | 'named' | 'judge'; name: string | null; number: number | null };

/** A comment as its reader sees it; `body` null: its words were erased. */
export type CommentView = { id: string; author: Speaker; body: string | null; mentions: Speaker[]; createdAt: string };

/** Somebody whom the reader may address. */
export type MentionablePerson = { id: string; name: string | null; role: Role; number: number | null };

/** A thread that somebody may read, with what decides about it. */
export type Thread = { access: Access; facts: ThreadFacts; inside: boolean; people: Audience[]; judgesHidden: boolean; /** They may still be given it to judge: until then only their own words are for them, and what is addressed to them. */ yetToJudge: boolean };

/** Whether a person reads everybody's judgments in a project: what they read in a thread follows it. */
export const readsEverybody = (actor: Actor, { role }: Pick<Access, 'role'>): boolean => may({ role, isAdmin: actor.isAdmin }, 'judgment.read');

/**
 * The thread of a comparison for who asks. Who neither reviews nor has judged
 * it learns nothing, nor does who is walled off: to them there is none.
 */
export async function threadFor(db: Executor, actor: Actor, comparisonId: string, action: 'comment.read' | 'comment.write'): Promise<Result<Thread>> {
	const missing = fail('not_found', 'There is no such comparison, or you have not judged it.');
	const facts = await comments.facts(db, comparisonId, actor.userId);
	if (!facts) return missing;
	const access = await allow(db, actor, { id: facts.projectId }, action);
	if (!access.ok) return access;
	const inside = readsEverybody(actor, access.value);
	if (!facts.sees || (!inside && !facts.judged)) return missing;
	const { adjudicateBlind } = completePolicy(access.value.project.judgingPolicy);
	// While a reviewer is to decide, the names of judges are as hidden here as in the queue.
	return ok({ access: access.value, facts, inside, people: await comments.audience(db, comparisonId), judgesHidden: !inside || (adjudicateBlind && facts.waits), yetToJudge: facts.yetToJudge && judgesHere(actor, access.value) });
}

/** Whom the reader may address: reviewers and owners; for who reviews also engineers and the judges. Nobody but who may see the comparison. */
export function mentionable(thread: Thread, userId: string): MentionablePerson[] {
	const judges = thread.people.filter((one) => !one.inside);
	return thread.people
		.filter((one) => one.userId !== userId && (thread.inside || (one.inside && one.role !== 'engineer')))
		.map((one) => {
			const hidden = !one.inside && thread.judgesHidden;
			return { id: one.userId, name: hidden ? null : one.name, role: one.role, number: hidden ? judges.indexOf(one) + 1 : null };
		});
}

/** The comments of a thread that this person may read, as they may read them; `undecided` says how many others there are that they may not read while they may still be given the comparison to judge. */
export async function readComments(db: Executor, thread: Thread, userId: string, comparisonId: string): Promise<{ comments: CommentView[]; undecided: number }> {
	const said = (await comments.list(db, comparisonId)).filter((one) =>
		readsComment({ userId, inside: thread.inside }, { ...one, mentions: one.mentions.map((mention) => mention.userId) }, thread.facts.judgingIsOpen)
	);
	// Addressing somebody opens that one comment to them and no other, as to a judge.
	const all = thread.yetToJudge ? said.filter((one) => one.authorId === userId || one.mentions.some((mention) => mention.userId === userId)) : said;
	// To who reviews, a judge keeps the number of the list of people; to a judge the others are numbered as they appear.
	const hidden = thread.inside
		? thread.people.filter((one) => !one.inside).map((one) => one.userId)
		: [...new Set(all.flatMap((one) => [{ userId: one.authorId, inside: one.authorInside }, ...one.mentions]).filter((one) => !one.inside && one.userId !== userId).map((one) => one.userId))];
	const speaker = (who: string, name: string, inside: boolean): Speaker => {
		if (who === userId) return { who: 'me', name, number: null };
		if (inside || !thread.judgesHidden) return { who: 'named', name, number: null };
		return { who: 'judge', name: null, number: hidden.length > 1 && hidden.includes(who) ? hidden.indexOf(who) + 1 : null };
	};
	const views = all.map((one) => ({
		id: one.id,
		author: speaker(one.authorId, one.authorName, one.authorInside),
		body: one.body,
		mentions: one.mentions.map((mention) => speaker(mention.userId, mention.name, mention.inside)),
		createdAt: one.createdAt
	}));
	return { comments: views, undecided: said.length - all.length };
}
