import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '#lib/server/auth/actor.ts';
import { bookmarkPair } from '#lib/server/usecases/bookmark-pair.ts';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import type { ClaimedTask } from '#lib/server/usecases/claim-task.ts';
import { keepDraft, readDraft } from '#lib/server/usecases/keep-draft.ts';
import { raiseWall } from '#lib/server/usecases/raise-wall.ts';
import { skipTask } from '#lib/server/usecases/skip-task.ts';
import { submitJudgment } from '#lib/server/usecases/submit-judgment.ts';
import { comparisonRows, createWorld, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await createWorld();
});
afterAll(() => world.close());

async function desk(rows = 1, more: Record<string, unknown> = {}): Promise<{ slug: string; ann: Actor }> {
	const { slug } = await world.project({ overlap: 2, rows: comparisonRows(rows).map((row) => ({ ...row, ...more })) });
	return { slug, ann: await world.person('ann', { slug, role: 'annotator' }) };
}
const claim = async (slug: string, actor: Actor): Promise<ClaimedTask> => {
	const task = valueOf(await claimTask(world.app, actor, { slug }));
	if (!task) throw new Error('nothing to claim');
	return task;
};
const keep = (actor: Actor, { taskId, leaseToken }: ClaimedTask, revision: number, body: Record<string, unknown> = { rationale: `revision ${revision}` }) => keepDraft(world.app, actor, { taskId, leaseToken, revision, body });
const read = (actor: Actor, { taskId }: ClaimedTask) => readDraft(world.app, actor, taskId);
const drafts = async () => Number((await world.query<{ n: number }>('select count(*)::int as n from drafts'))[0]?.n);

describe('a draft', () => {
	it('is kept while it grows; an older or equal one never takes its place and is told what stands', async () => {
		const { slug, ann } = await desk();
		const task = await claim(slug, ann);
		expect(task.draft).toBeNull();
		expect(valueOf(await read(ann, task))).toBeNull();
		expect(valueOf(await keep(ann, task, 1))).toBeNull();
		expect(valueOf(await keep(ann, task, 3))).toBeNull();
		const stands = { body: { rationale: 'revision 3' }, revision: 3 };
		expect(valueOf(await keep(ann, task, 2))).toEqual(stands);
		expect(valueOf(await keep(ann, task, 3, { rationale: 'another device' }))).toEqual(stands);
		expect(valueOf(await read(ann, task))).toEqual(stands);
	});

	it('comes with the claim when the pair is leased anew, whichever side its answers stand on then', async () => {
		const { slug, ann } = await desk();
		const first = await claim(slug, ann);
		const body = { rationale: 'r', criteria: { tone: 'left' }, spans: [{ side: 'right', quote: 'x' }] };
		valueOf(await keep(ann, first, 4, body));
		// The lease lapses and a colleague takes the place; the pair comes back in its other place, sides exchanged.
		await world.app.db.execute(sql`update tasks set expires_at = now() - interval '1 second' where id = ${first.taskId}`);
		await claim(slug, await world.person('bob', { slug, role: 'annotator' }));
		const again = await claim(slug, ann);
		expect(again.taskId).not.toBe(first.taskId);
		const same = JSON.stringify(again.left) === JSON.stringify(first.left);
		expect(again.draft).toEqual({ revision: 4, body: same ? body : { ...body, criteria: { tone: 'right' }, spans: [{ side: 'left', quote: 'x' }] } });
		// A window that still has the first task cannot take the newer one back.
		expect(valueOf(await keep(ann, again, 5))).toBeNull();
		expect(valueOf(await keep(ann, first, 5))?.revision).toBe(5);
	});

	it('of one answer keeps its side, whichever order the next lease draws', async () => {
		const { slug } = await world.project({ overlap: 1, rows: [{ prompt: 'Alone?', completion: 'It holds.' }] });
		const ann = await world.person('ann', { slug, role: 'annotator' });
		const first = await claim(slug, ann);
		const body = { spans: [{ side: 'left', message: 0, part: 0, start: 0, end: 2, quote: 'It', label: 'vague' }] };
		valueOf(await keep(ann, first, 1, body));
		await world.app.db.execute(sql`update tasks set expires_at = now() - interval '1 second', side_order = case side_order when 'ab' then 'ba' else 'ab' end where id = ${first.taskId}`);
		expect((await claim(slug, ann)).draft).toEqual({ revision: 1, body });
	});

	it('is erased with the judgment and with a skip, and does not come back after', async () => {
		const before = await drafts();
		for (const end of [
			(ann: Actor, task: ClaimedTask) => submitJudgment(world.app, ann, { taskId: task.taskId, leaseToken: task.leaseToken, verdict: 'tie' }),
			(ann: Actor, task: ClaimedTask) => skipTask(world.app, ann, { taskId: task.taskId, leaseToken: task.leaseToken, reason: 'other' })
		]) {
			const { slug, ann } = await desk();
			const task = await claim(slug, ann);
			valueOf(await keep(ann, task, 1));
			expect(await drafts()).toBe(before + 1);
			// Both at once: whichever comes first, nothing is left.
			const [ended] = await Promise.all([end(ann, task), keep(ann, task, 2), keep(ann, task, 3)]);
			valueOf<unknown>(ended);
			expect(problemOf(await keep(ann, task, 4))).toBe('already_decided');
			expect(await drafts()).toBe(before);
		}
	});

	it('is nobody else’s, needs the lease, and ends at a wall', async () => {
		const { slug, ann } = await desk(1, { matter: 'M-1' });
		const task = await claim(slug, ann);
		valueOf(await keep(ann, task, 1));
		const bob = await world.person('bob', { slug, role: 'annotator' });
		expect(problemOf(await read(bob, task))).toBe('not_found');
		expect(problemOf(await read(world.admin, task))).toBe('not_found');
		expect(problemOf(await keep(bob, task, 9))).toBe('not_found');
		expect(problemOf(await keep(ann, { ...task, leaseToken: 'another' }, 9))).toBe('lease_lost');
		valueOf(await raiseWall(world.app, world.admin, { slug, userId: ann.userId, matter: 'M-1' }));
		expect(problemOf(await read(ann, task))).toBe('walled');
		expect(problemOf(await keep(ann, task, 9))).toBe('walled');
		expect(problemOf(await bookmarkPair(world.app, ann, { taskId: task.taskId, keep: true }))).toBe('walled');
	});
});

describe('a bookmark', () => {
	it('is put and taken away, twice like once, and keeps its note', async () => {
		const { slug, ann } = await desk();
		const { taskId } = await claim(slug, ann);
		const own = () => world.query<{ note: string | null }>(`select note from bookmarks where user_id = '${ann.userId}'`);
		valueOf(await bookmarkPair(world.app, ann, { taskId, keep: true, note: ' ask Li ' }));
		valueOf(await bookmarkPair(world.app, ann, { taskId, keep: true }));
		expect(await own()).toEqual([{ note: 'ask Li' }]);
		valueOf(await bookmarkPair(world.app, ann, { taskId, keep: true, note: '' }));
		expect((await own())[0]?.note).toBeNull();
		valueOf(await bookmarkPair(world.app, ann, { taskId, keep: false }));
		valueOf(await bookmarkPair(world.app, ann, { taskId, keep: false }));
		expect(await own()).toEqual([]);
		expect(problemOf(await bookmarkPair(world.app, world.admin, { taskId, keep: true }))).toBe('not_found');
	});
});
