import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '#lib/server/auth/actor.ts';
import { addComment } from '#lib/server/usecases/add-comment.ts';
import { claimAdjudication } from '#lib/server/usecases/claim-adjudication.ts';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import { decideAdjudication } from '#lib/server/usecases/decide-adjudication.ts';
import { liftWall } from '#lib/server/usecases/lift-wall.ts';
import { countUnread, listNotifications } from '#lib/server/usecases/list-notifications.ts';
import { raiseWall } from '#lib/server/usecases/raise-wall.ts';
import { openNotification, readNotifications } from '#lib/server/usecases/read-notifications.ts';
import { removeMember } from '#lib/server/usecases/remove-member.ts';
import { submitJudgment } from '#lib/server/usecases/submit-judgment.ts';
import { comparisonRows, createWorld, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await createWorld();
});
afterAll(() => world.close());

/** A pair on which Ann and Bob took opposite sides, and the reviewer Rev. */
async function disputed() {
	const { slug } = await world.project({ overlap: 2, rows: comparisonRows(1).map((row) => ({ ...row, matter: 'deal' })) });
	const [ann, bob] = [await world.person('Ann', { slug, role: 'annotator' }), await world.person('Bob', { slug, role: 'annotator' })];
	const rev = await world.person('Rev', { slug, role: 'reviewer' });
	const judgments: string[] = [];
	let comparisonId = '';
	for (const actor of [ann, bob]) {
		const task = valueOf(await claimTask(world.app, actor, { slug }));
		// Sides are swapped between the two places: the same side is the other answer.
		judgments.push(valueOf(await submitJudgment(world.app, actor, { taskId: task?.taskId ?? '', leaseToken: task?.leaseToken ?? '', verdict: 'left' })).judgmentId);
		comparisonId = (await world.query<{ id: string }>(`select comparison_id as id from tasks where id = '${task?.taskId}'`))[0]?.id ?? '';
	}
	const adjudicate = async (said: { sendBack: string } | { verdict: 'left'; rationale: string }) => {
		const claimed = valueOf(await claimAdjudication(world.app, rev, { slug }));
		return valueOf(await decideAdjudication(world.app, rev, { id: claimed?.adjudicationId ?? '', leaseToken: claimed?.leaseToken ?? '', ...said }));
	};
	return { slug, ann, bob, rev, judgments, comparisonId, adjudicate };
}
const noticesOf = async (actor: Actor) => (await listNotifications(world.app, actor, {})).notifications;

describe('notifications', () => {
	it('tell whose judgment was overturned, by whom and why, and lead to that judgment', async () => {
		const { ann, bob, judgments, adjudicate } = await disputed();
		await adjudicate({ verdict: 'left', rationale: 'Clause 3 binds.' });
		const told = [...(await noticesOf(ann)), ...(await noticesOf(bob))];
		expect(told).toHaveLength(1);
		expect(told[0]).toMatchObject({ kind: 'overturned', by: 'Rev', text: 'Clause 3 binds.', read: false });
		expect(judgments).toContain(told[0]?.judgmentId);
	});

	it('tell what was sent back with its comment, and of comments who may be named', async () => {
		const { ann, bob, rev, judgments, comparisonId, adjudicate } = await disputed();
		await adjudicate({ sendBack: 'Read clause 3 again.' });
		expect((await noticesOf(bob))[0]).toMatchObject({ kind: 'sent_back', by: 'Rev', text: 'Read clause 3 again.', judgmentId: judgments[1], commentId: expect.any(String) as unknown });
		valueOf(await addComment(world.app, bob, { comparisonId, body: 'I did.', mentions: [rev.userId] }));
		valueOf(await addComment(world.app, ann, { comparisonId, body: 'So did I.' }));
		valueOf(await addComment(world.app, rev, { comparisonId, body: 'Thank you.', mentions: [ann.userId] }));
		expect((await noticesOf(rev)).map(({ kind, by }) => [kind, by])).toEqual([['comment', 'Ann'], ['mention', 'Bob']]);
		expect((await noticesOf(ann)).map(({ kind, by }) => [kind, by])).toEqual([['mention', 'Rev'], ['sent_back', 'Rev']]);
		expect((await noticesOf(bob)).map(({ kind, by }) => [kind, by])).toEqual([['comment', 'Rev'], ['comment', null], ['sent_back', 'Rev']]);
		// A token that may not read comments learns that there is something, not what was said.
		const narrow = await listNotifications(world.app, { ...bob, scopes: ['project.read'] }, {});
		expect(narrow.notifications.map(({ text }) => text)).toEqual([null, null, null]);
	});

	it('are one’s own: nobody reads, opens or marks another’s', async () => {
		const { ann, bob, adjudicate } = await disputed();
		await adjudicate({ sendBack: 'Again.' });
		const [{ id = '' } = {}] = await noticesOf(ann);
		expect(problemOf(await openNotification(world.app, bob, id))).toBe('not_found');
		expect(valueOf(await readNotifications(world.app, bob, [id]))).toEqual({ read: 0, unread: 1 });
		expect(await countUnread(world.app, ann)).toBe(1);
		valueOf(await openNotification(world.app, ann, id));
		expect(await countUnread(world.app, ann)).toBe(0);
		expect((await noticesOf(ann))[0]?.read).toBe(true);
		expect(valueOf(await readNotifications(world.app, bob, 'all'))).toEqual({ read: 1, unread: 0 });
	});

	it('vanish behind a wall and with the membership, and come back when it falls', async () => {
		const { slug, ann, adjudicate } = await disputed();
		await adjudicate({ sendBack: 'Again.' });
		const [{ id = '' } = {}] = await noticesOf(ann);
		const wall = valueOf(await raiseWall(world.app, world.admin, { slug, userId: ann.userId, matter: 'deal' }));
		expect(await noticesOf(ann)).toEqual([]);
		expect(await countUnread(world.app, ann)).toBe(0);
		expect(problemOf(await openNotification(world.app, ann, id))).toBe('not_found');
		valueOf(await liftWall(world.app, world.admin, { id: wall.id }));
		expect(await countUnread(world.app, ann)).toBe(1);
		valueOf(await removeMember(world.app, world.admin, { slug, userId: ann.userId }));
		expect(await noticesOf(ann)).toEqual([]);
		expect(await countUnread(world.app, ann)).toBe(0);
	});

	it('come a page at a time', async () => {
		const { ann, rev, comparisonId, adjudicate } = await disputed();
		await adjudicate({ sendBack: 'Again.' });
		for (let i = 0; i < 5; i += 1) valueOf(await addComment(world.app, rev, { comparisonId, body: `Number ${i}`, mentions: [ann.userId] }));
		const seen: string[] = [];
		for (let cursor: string | null | undefined; cursor !== null; ) {
			const page = await listNotifications(world.app, ann, { limit: 4, cursor: cursor ?? undefined });
			seen.push(...page.notifications.map(({ id }) => id));
			cursor = page.next;
		}
		expect(seen).toHaveLength(6);
		expect(seen).toEqual(seen.toSorted().toReversed());
	});
});
