import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { completePolicy } from '#lib/domain/judging-policy.ts';
import type { JudgingPolicy } from '#lib/domain/judging-policy.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import { addComment } from '#lib/server/usecases/add-comment.ts';
import { claimAdjudication } from '#lib/server/usecases/claim-adjudication.ts';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import { decideAdjudication } from '#lib/server/usecases/decide-adjudication.ts';
import { listComments } from '#lib/server/usecases/list-comments.ts';
import { putGold } from '#lib/server/usecases/put-gold.ts';
import { putPolicy } from '#lib/server/usecases/put-policy.ts';
import { raiseWall } from '#lib/server/usecases/raise-wall.ts';
import { submitJudgment } from '#lib/server/usecases/submit-judgment.ts';
import { comparisonRows, createWorld, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await createWorld();
});
afterAll(() => world.close());

async function judge(slug: string, actor: Actor, verdict: 'left' | 'tie' = 'tie'): Promise<{ comparisonId: string; judgmentId: string }> {
	const task = valueOf(await claimTask(world.app, actor, { slug }));
	if (!task) throw new Error('nothing to judge');
	const { judgmentId } = valueOf(await submitJudgment(world.app, actor, { taskId: task.taskId, leaseToken: task.leaseToken, verdict }));
	return { judgmentId, comparisonId: (await world.query<{ id: string }>(`select comparison_id as id from tasks where id = '${task.taskId}'`))[0]?.id ?? '' };
}

/** One comparison, judged by the first `judged` of three annotators; two reviewers and an engineer around it. */
async function setting(of: { overlap?: number; judged?: number; policy?: Partial<JudgingPolicy>; verdict?: 'left' | 'tie' } = {}) {
	const { slug, id } = await world.project({ overlap: of.overlap ?? 2, rows: comparisonRows(1).map((row) => ({ ...row, matter: 'deal' })) });
	if (of.policy) valueOf(await putPolicy(world.app, world.admin, { slug, policy: completePolicy(of.policy) }));
	const person = (name: string, role: 'annotator' | 'reviewer' | 'engineer' | 'owner') => world.person(name, { slug, role });
	const [ann, bob, cy] = [await person('Ann', 'annotator'), await person('Bob', 'annotator'), await person('Cy', 'annotator')];
	const [rev, risk, eng] = [await person('Rev', 'reviewer'), await person('Risk', 'reviewer'), await person('Eng', 'engineer')];
	for (const actor of [ann, bob, cy].slice(0, of.judged ?? 2)) await judge(slug, actor, of.verdict);
	const comparisonId = (await world.query<{ id: string }>(`select id from comparisons where project_id = '${id}'`))[0]?.id ?? '';
	return { slug, id, comparisonId, ann, bob, cy, rev, risk, eng };
}
const add = (actor: Actor, comparisonId: string, body: string, mentions: string[] = []) => addComment(world.app, actor, { comparisonId, body, mentions });
const read = async (actor: Actor, comparisonId: string) => valueOf(await listComments(world.app, actor, comparisonId));
const bodies = async (actor: Actor, comparisonId: string) => (await read(actor, comparisonId)).comments.map(({ body }) => body);
const told = async (comparisonId: string) =>
	(await world.query<{ name: string; kind: string }>(`select p.name, n.kind from notifications n join user_profiles p on p.user_id = n.user_id where n.comparison_id = '${comparisonId}' order by 1, 2`)).map(({ name, kind }) => `${name} ${kind}`);

describe('comments on a comparison', () => {
	it('are read and written by who judged it and by reviewers; engineers read; others find nothing', async () => {
		const { comparisonId, ann, bob, cy, rev, eng } = await setting();
		expect(valueOf(await add(ann, comparisonId, '  Clause **3** decides. ')).body).toBe('Clause **3** decides.');
		valueOf(await add(rev, comparisonId, 'Agreed.'));
		for (const actor of [ann, bob, rev, eng]) expect(await bodies(actor, comparisonId)).toEqual(['Clause **3** decides.', 'Agreed.']);
		// Who has not judged it, or is not of the project, learns not even that it exists.
		const stranger = await world.person('Stranger');
		for (const actor of [cy, stranger]) {
			expect(problemOf(await listComments(world.app, actor, comparisonId))).toBe('not_found');
			expect(problemOf(await add(actor, comparisonId, 'Me too.'))).toBe('not_found');
		}
		expect(problemOf(await add(eng, comparisonId, 'Me too.'))).toBe('forbidden');
		expect((await read(eng, comparisonId)).mayWrite).toBe(false);
		expect(problemOf(await add(ann, comparisonId, '   '))).toBe('invalid_input');
		expect(problemOf(await listComments(world.app, world.admin, '00000000-0000-7000-8000-000000000000'))).toBe('not_found');
	});

	it('stay apart while others may still judge: a judge reads what is addressed to them alone, and nothing tells that it is so', async () => {
		const { slug, comparisonId, ann, bob, rev, risk, eng } = await setting({ overlap: 3 });
		valueOf(await add(ann, comparisonId, 'I took the first one.'));
		valueOf(await add(rev, comparisonId, 'For reviewers.'));
		valueOf(await add(rev, comparisonId, 'Bob, look at clause 3.', [bob.userId]));
		expect(await bodies(ann, comparisonId)).toEqual(['I took the first one.']);
		expect(await bodies(bob, comparisonId)).toEqual(['Bob, look at clause 3.']);
		// Who reviews and may still be given it reads their own words; owners and engineers read all.
		expect(await bodies(rev, comparisonId)).toEqual(['For reviewers.', 'Bob, look at clause 3.']);
		expect(await read(rev, comparisonId)).toMatchObject({ addressedOnly: true, undecided: 1 });
		expect(await read(risk, comparisonId)).toMatchObject({ comments: [], undecided: 3 });
		// What a judge addresses to one of them is theirs at once, as what they address to a judge.
		valueOf(await add(ann, comparisonId, 'Risk, does clause 3 bind?', [risk.userId]));
		expect(await read(risk, comparisonId)).toMatchObject({ comments: [{ body: 'Risk, does clause 3 bind?' }], undecided: 3 });
		expect(await read(rev, comparisonId)).toMatchObject({ undecided: 2 });
		for (const actor of [eng, world.admin]) expect(await read(actor, comparisonId)).toMatchObject({ addressedOnly: true, undecided: 0, comments: { length: 4 } });
		expect(await read(bob, comparisonId)).toMatchObject({ addressedOnly: false });
		expect(await told(comparisonId)).toEqual(['Bob mention', 'Risk mention', 'admin comment']);
		await judge(slug, risk);
		for (const actor of [rev, risk]) expect(await read(actor, comparisonId)).toMatchObject({ undecided: 0, comments: { length: 4 } });
	});

	it('of an item that is gold read like those of any open one', async () => {
		const { slug, comparisonId, ann, bob, rev } = await setting();
		valueOf(await putGold(world.app, world.admin, { slug, items: [{ comparisonId, verdict: 'tie' }] }));
		valueOf(await add(ann, comparisonId, 'Mine.'));
		valueOf(await add(rev, comparisonId, 'To nobody.'));
		expect(await bodies(bob, comparisonId)).toEqual([]);
		const plain = await setting();
		expect(await read(bob, comparisonId)).toEqual({ ...(await read(plain.bob, plain.comparisonId)), comparisonId, project: slug, people: expect.any(Array) as unknown });
	});

	it('name reviewers, and to judges no other judge', async () => {
		const { comparisonId, ann, bob, rev } = await setting();
		valueOf(await add(ann, comparisonId, 'One.'));
		valueOf(await add(rev, comparisonId, 'Two.', [ann.userId, bob.userId]));
		const seen = await read(bob, comparisonId);
		expect(seen.comments.map(({ author }) => author)).toEqual([{ who: 'judge', name: null, number: null }, { who: 'named', name: 'Rev', number: null }]);
		expect(seen.comments[1]?.mentions.map(({ who }) => who).toSorted()).toEqual(['judge', 'me']);
		expect(JSON.stringify(seen)).not.toMatch(/Ann/);
		expect(JSON.stringify(seen)).not.toContain(ann.userId);
		expect(seen.people.map(({ name }) => name)).toEqual(['Rev', 'Risk', 'admin']);
		expect((await read(rev, comparisonId)).comments[0]?.author).toEqual({ who: 'named', name: 'Ann', number: null });
		expect((await read(rev, comparisonId)).people.map(({ name }) => name).toSorted()).toEqual(['Ann', 'Bob', 'Eng', 'Risk', 'admin']);
	});

	it('address only who may see it, and a judge cannot find out who else judged', async () => {
		const { slug, comparisonId, ann, bob, cy, rev, risk } = await setting();
		expect(problemOf(await add(rev, comparisonId, 'x', [cy.userId]))).toBe('invalid_input');
		for (const other of [bob, cy]) expect(problemOf(await add(ann, comparisonId, 'x', [other.userId]))).toBe('invalid_input');
		valueOf(await raiseWall(world.app, world.admin, { slug, userId: risk.userId, matter: 'deal' }));
		expect(problemOf(await add(rev, comparisonId, 'x', [risk.userId]))).toBe('invalid_input');
		valueOf(await add(ann, comparisonId, 'x', [rev.userId]));
		expect(await told(comparisonId)).toEqual(['Rev mention']);
	});

	it('never cross a wall, for no role', async () => {
		const { slug, comparisonId, ann, rev } = await setting();
		const owner = await world.person('Owner', { slug, role: 'owner' });
		valueOf(await add(ann, comparisonId, 'Before the wall.'));
		// The reviewer first: once Ann's judgment is void, the pair may be given to them.
		for (const actor of [rev, ann, owner, world.admin]) {
			expect(await bodies(actor, comparisonId)).toHaveLength(1);
			const by = await world.person('Other', { slug, role: 'owner' });
			valueOf(await raiseWall(world.app, by, { slug, userId: actor.userId, matter: 'deal' }));
			expect(problemOf(await listComments(world.app, actor, comparisonId))).toBe('not_found');
			expect(problemOf(await add(actor, comparisonId, 'After it.'))).toBe('not_found');
		}
	});

	it('hide who judged how while a reviewer is to decide blind, and what is sent back reaches the judges', async () => {
		const { slug, comparisonId, ann, bob, rev } = await setting({ verdict: 'left' });
		valueOf(await add(ann, comparisonId, 'The other one is wrong in law.'));
		const blind = await read(rev, comparisonId);
		expect(JSON.stringify(blind)).not.toMatch(/"Ann"|"Bob"/);
		expect(blind.comments[0]?.author).toMatchObject({ who: 'judge', number: 1 });
		const claimed = valueOf(await claimAdjudication(world.app, rev, { slug }));
		valueOf(await decideAdjudication(world.app, rev, { id: claimed?.adjudicationId ?? '', leaseToken: claimed?.leaseToken ?? '', sendBack: 'Read clause 3 again.' }));
		expect((await read(rev, comparisonId)).comments[0]?.author).toMatchObject({ who: 'named', name: 'Ann' });
		for (const actor of [ann, bob]) expect((await read(actor, comparisonId)).comments.at(-1)).toMatchObject({ body: 'Read clause 3 again.', author: { name: 'Rev' } });
	});

	it('are in the record by a salted hash, their words erasable', async () => {
		const { id, comparisonId, ann, rev } = await setting();
		const { id: commentId } = valueOf(await add(ann, comparisonId, 'Ms Wong wrote this.'));
		expect(JSON.stringify(await world.query(`select * from audit_entries where project_id = '${id}'`))).not.toMatch(/Wong/);
		expect(await world.query(`select action from audit_entries where subject_id = '${commentId}'`)).toEqual([{ action: 'comment.add' }]);
		await expect(world.query(`update comments set body_hash = 'x' where id = '${commentId}'`)).rejects.toThrow();
		await world.query(`delete from comment_texts where comment_id = '${commentId}'`);
		expect(await bodies(rev, comparisonId)).toEqual([null]);
	});
});
