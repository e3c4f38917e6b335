import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readsComment, toldOfComment } from './comment.ts';
import type { CommentPerson } from './comment.ts';

const ids = ['ann', 'bob', 'cy', 'rev', 'own'];
const insiders = ['rev', 'own'];
const people = (wrote: string[]): CommentPerson[] => ids.map((userId) => ({ userId, inside: insiders.includes(userId), answers: insiders.includes(userId), wrote: wrote.includes(userId) }));
const by = (authorId: string, mentions: string[] = []) => ({ authorId, authorInside: insiders.includes(authorId), mentions });

describe('who reads a comment', () => {
	it('while judging is open: its author, who reviews, and the judge whom a reviewer addresses', () => {
		expect(ids.filter((userId) => readsComment({ userId, inside: insiders.includes(userId) }, by('ann', ['bob']), true))).toEqual(['ann', 'rev', 'own']);
		expect(ids.filter((userId) => readsComment({ userId, inside: insiders.includes(userId) }, by('rev', ['bob']), true))).toEqual(['bob', 'rev', 'own']);
		expect(ids.filter((userId) => readsComment({ userId, inside: insiders.includes(userId) }, by('rev'), true))).toEqual(['rev', 'own']);
	});

	it('when it is over: everybody who judged', () => {
		expect(ids.filter((userId) => readsComment({ userId, inside: insiders.includes(userId) }, by('ann'), false))).toEqual(ids);
	});
});

describe('who is told', () => {
	it('of what a judge says to nobody: the reviewers, until one of them takes part', () => {
		expect(toldOfComment(people([]), by('ann'), true)).toEqual(['rev', 'own']);
		expect(toldOfComment(people(['rev']), by('ann'), true)).toEqual(['rev']);
		expect(toldOfComment(people([]), by('ann', ['own']), true)).toEqual([]);
	});

	it('of what a reviewer says once judging is over: all who judged', () => {
		expect(toldOfComment(people(['own']), by('rev'), false)).toEqual(['ann', 'bob', 'cy', 'own']);
		expect(toldOfComment(people(['ann']), by('rev'), true)).toEqual([]);
	});

	it('is never the author, nobody twice, nobody who may not read it', () => {
		const some = fc.subarray(ids);
		fc.assert(
			fc.property(fc.constantFrom(...ids), some, some, fc.boolean(), (author, mentioned, wrote, open) => {
				const comment = by(author, mentioned.filter((id) => id !== author));
				const told = toldOfComment(people(wrote), comment, open);
				expect(new Set(told).size).toBe(told.length);
				expect(told).not.toContain(author);
				for (const userId of told) {
					expect(comment.mentions).not.toContain(userId);
					expect(readsComment({ userId, inside: insiders.includes(userId) }, comment, open)).toBe(true);
				}
			})
		);
	});
});
