import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '#lib/server/auth/actor.ts';
import { rowsOf } from '#lib/server/db/rows.ts';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import type { ClaimedTask } from '#lib/server/usecases/claim-task.ts';
import { deactivateUser } from '#lib/server/usecases/deactivate-user.ts';
import { putMember } from '#lib/server/usecases/put-member.ts';
import { reactivateUser } from '#lib/server/usecases/reactivate-user.ts';
import { removeMember } from '#lib/server/usecases/remove-member.ts';
import { verifyAudit } from '#lib/server/usecases/seal-audit.ts';
import { skipTask } from '#lib/server/usecases/skip-task.ts';
import { submitJudgment } from '#lib/server/usecases/submit-judgment.ts';
import { recordProblems } from '../support/record.ts';
import { sealAll } from '../support/seal.ts';
import { comparisonRows, createWorld, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await createWorld();
});
afterAll(() => world?.close());

async function desk(overlap: number, names: string[], rows = 1) {
	const project = await world.project({ overlap, rows: comparisonRows(rows) });
	const people: Actor[] = [];
	for (const name of names) people.push(await world.person(name, { slug: project.slug, role: 'annotator' }));
	return { ...project, people: people as [Actor, Actor, ...Actor[]] };
}
const claim = async (slug: string, actor: Actor): Promise<ClaimedTask> => {
	const task = valueOf(await claimTask(world.app, actor, { slug }));
	if (!task) throw new Error('nothing to claim');
	return task;
};
const judge = (actor: Actor, { taskId, leaseToken }: ClaimedTask) => submitJudgment(world.app, actor, { taskId, leaseToken, verdict: 'left' });
const skip = (actor: Actor, { taskId, leaseToken }: ClaimedTask) => skipTask(world.app, actor, { taskId, leaseToken, reason: 'other' });
const lapse = (task: ClaimedTask) => world.app.db.execute(sql`update tasks set expires_at = now() - interval '1 second' where id = ${task.taskId}`);
const statusOf = async (projectId: string) => (await rowsOf<{ status: string; filled: number }>(world.app.db, sql`select status, filled from comparisons where project_id = ${projectId}`))[0];

describe('a place that its holder loses', () => {
	const ways = [
		['is taken out of the project', (slug: string, userId: string) => removeMember(world.app, world.admin, { slug, userId })],
		['is shut out', (_: string, userId: string) => deactivateUser(world.app, world.admin, userId)],
		['becomes engineer', (slug: string, userId: string) => putMember(world.app, world.admin, { slug, userId, role: 'engineer' })]
	] as const;

	it.each(ways)('when they %s goes to the judgment that came too late for it', async (_, lose) => {
		const { slug, id, people } = await desk(1, ['ann', 'bob']);
		const [ann, bob] = people;
		const late = await claim(slug, ann);
		await lapse(late);
		await claim(slug, bob);
		expect(valueOf(await judge(ann, late)).counted).toBe(false);
		expect((await lose(slug, bob.userId)).ok).toBe(true);
		expect(await statusOf(id)).toEqual({ status: 'complete', filled: 1 });
		const filled = await rowsOf<{ fills: boolean }>(world.app.db, sql`select exists (select 1 from slots where judgment_id::text = e.subject_id) as fills from audit_entries e where e.action = 'slot.fill' and e.project_id = ${id}`);
		expect(filled).toEqual([{ fills: true }]);
		expect(await recordProblems(world, id, 'swept')).toEqual([]);
	});

	it.each(ways)('when they %s leaves the pair exhausted if nobody else is there', async (_, lose) => {
		const { slug, id, people } = await desk(2, ['ann', 'bob']);
		const [ann, bob] = people;
		valueOf(await judge(ann, await claim(slug, ann)));
		await claim(slug, bob);
		expect((await statusOf(id))?.status).toBe('open');
		expect((await lose(slug, bob.userId)).ok).toBe(true);
		expect(await statusOf(id)).toEqual({ status: 'exhausted', filled: 1 });
	});

	it('is open again when they are let in again', async () => {
		const { id, people } = await desk(2, ['ann', 'bob']);
		for (const { userId } of people) valueOf(await deactivateUser(world.app, world.admin, userId));
		expect((await statusOf(id))?.status).toBe('exhausted');
		valueOf(await reactivateUser(world.app, world.admin, people[0].userId));
		expect((await statusOf(id))?.status).toBe('open');
	});

	it('while they and others submit there is lost or filled, and nobody waits for each other for ever', async () => {
		for (let round = 0; round < 10; round++) {
			const { slug, id, people } = await desk(6, ['p0', 'p1', 'p2', 'p3', 'p4', 'p5'], 3);
			const held: [Actor, ClaimedTask][] = [];
			for (const person of people) for (let i = 0; i < 2; i++) held.push([person, await claim(slug, person)]);
			const work = held.map(([person, task]) => judge(person, task));
			const leaving = people.slice(0, 3).map((person, i) => (i % 2 ? removeMember(world.app, world.admin, { slug, userId: person.userId }) : deactivateUser(world.app, world.admin, person.userId)));
			await Promise.all([...work, ...leaving]);
			expect(await recordProblems(world, id)).toEqual([]);
		}
	}, 120_000);
});

describe('two windows of one person', () => {
	/** One pair in two windows: the lease of the first lapsed, the second took it. */
	async function twoWindows() {
		const project = await desk(1, ['ann', 'bob']);
		const first = await claim(project.slug, project.people[0]);
		await lapse(first);
		return { ...project, ann: project.people[0], first, second: await claim(project.slug, project.people[0]) };
	}

	it('cannot skip in one what was judged in the other', async () => {
		const { id, ann, first, second } = await twoWindows();
		valueOf(await judge(ann, second));
		expect(problemOf(await skip(ann, first))).toBe('already_decided');
		expect(await rowsOf(world.app.db, sql`select 1 from skips where user_id = ${ann.userId}`)).toEqual([]);
		expect(await recordProblems(world, id)).toEqual([]);
	});

	it('cannot judge in one what was skipped in the other', async () => {
		const { id, ann, first, second } = await twoWindows();
		valueOf(await skip(ann, second));
		expect(problemOf(await judge(ann, first))).toBe('already_decided');
		expect(await statusOf(id)).toMatchObject({ filled: 0 });
		expect(await recordProblems(world, id)).toEqual([]);
	});

	it('that both skip have skipped once', async () => {
		const { id, ann, first, second } = await twoWindows();
		valueOf(await skip(ann, second));
		valueOf(await skip(ann, first));
		expect(await recordProblems(world, id)).toEqual([]);
	});
});

describe('a comparison with more places than people', () => {
	it('is exhausted when the last of them has judged, and says so', async () => {
		const { slug, id, people } = await desk(3, ['ann', 'bob']);
		for (const person of people) valueOf(await judge(person, await claim(slug, person)));
		expect(await statusOf(id)).toEqual({ status: 'exhausted', filled: 2 });
	});
});

describe('the audit chain', () => {
	it('verifies although numbers grow by a digit in the middle of a link', async () => {
		const own = await createWorld();
		// In one transaction, so that the numbers alone decide the order: 9 comes before 10.
		await own.query(`insert into audit_entries (actor_kind, action, subject_kind, subject_id) select 'system', 'test', 'number', n::text from generate_series(1, 120) n`);
		await sealAll(own.app);
		await own.query(`insert into audit_entries (actor_kind, action, subject_kind, subject_id) select 'system', 'test', 'number', n::text from generate_series(1, 1200) n`);
		await sealAll(own.app);
		expect(await verifyAudit(own.app)).toMatchObject({ ok: true, problem: null, unsealed: 0, entries: 1320 });
		await own.close();
	});
});
