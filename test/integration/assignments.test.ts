import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { completePolicy } from '#lib/domain/judging-policy.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import * as assignments from '#lib/server/db/assignments.ts';
import { rowsOf } from '#lib/server/db/rows.ts';
import { assignmentChoices } from '#lib/server/usecases/assignment-choices.ts';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import { createAssignment } from '#lib/server/usecases/create-assignment.ts';
import { delegateWork } from '#lib/server/usecases/delegate-work.ts';
import { endAssignment } from '#lib/server/usecases/end-assignment.ts';
import { endDelegation } from '#lib/server/usecases/end-delegation.ts';
import { listAssignments } from '#lib/server/usecases/list-assignments.ts';
import { listNotifications } from '#lib/server/usecases/list-notifications.ts';
import { previewAssignment } from '#lib/server/usecases/preview-assignment.ts';
import { putGold } from '#lib/server/usecases/put-gold.ts';
import { putGroup } from '#lib/server/usecases/put-group.ts';
import { putPolicy } from '#lib/server/usecases/put-policy.ts';
import { raiseWall } from '#lib/server/usecases/raise-wall.ts';
import { readOwnWork } from '#lib/server/usecases/read-own-work.ts';
import { skipTask } from '#lib/server/usecases/skip-task.ts';
import { submitJudgment } from '#lib/server/usecases/submit-judgment.ts';
import { sweep } from '#lib/server/usecases/sweep.ts';
import { voidJudgment } from '#lib/server/usecases/void-judgment.ts';
import { recordProblems } from '../support/record.ts';
import { comparisonRows, createWorld, pairRows, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await createWorld();
});
afterAll(() => world.close());

const rows = (count: number, tag: string, more: Record<string, unknown> = {}) => comparisonRows(count, tag).map((row) => ({ ...row, ...more }));
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
const annotator = (slug: string, name: string) => world.person(name, { slug, role: 'annotator' });
const claim = async (slug: string, actor: Actor) => valueOf(await claimTask(world.app, actor, { slug }));
const give = async (slug: string, people: Actor[], more: Partial<Parameters<typeof createAssignment>[2]> = {}, by = world.admin) =>
	valueOf(await createAssignment(world.app, by, { slug, name: 'Batch', filter: {}, people: people.map(({ userId }) => userId), ...more }));
const questionOf = (task: Awaited<ReturnType<typeof claim>>) => String(task?.prompt.messages.at(-1)?.content ?? '');
const noticesOf = async (actor: Actor) => (await listNotifications(world.app, actor, {})).notifications;

/** Judges what there is, at most so many; the questions in their order. */
async function judge(slug: string, actor: Actor, most = Infinity): Promise<string[]> {
	const asked: string[] = [];
	while (asked.length < most) {
		const task = await claim(slug, actor);
		if (!task) break;
		asked.push(questionOf(task));
		valueOf(await submitJudgment(world.app, actor, { taskId: task.taskId, leaseToken: task.leaseToken, verdict: 'tie' }));
	}
	return asked;
}
const tagged = (asked: readonly string[], tag: string) => asked.filter((question) => question.includes(` ${tag}`)).length;
const queueOf = async (id: string, tag: string) =>
	(await world.query<{ q: string }>(`select t.messages -> -1 ->> 'content' as q from comparisons c join prompt_texts t on t.prompt_id = c.prompt_id where c.project_id = '${id}' and t.messages -> -1 ->> 'content' like '% ${tag}%' order by c.order_key`)).map(({ q }) => q);

describe('assigned work', () => {
	it('comes before the queue, the batch due first at the head, each in the queue’s order; then the queue goes on where it was', async () => {
		const { slug, id } = await world.project({ overlap: 1, rows: [...rows(20, 'plain'), ...rows(4, 'later', { matter: 'L' }), ...rows(4, 'sooner', { matter: 'S' })] });
		const ann = await annotator(slug, 'ann');
		const before = await judge(slug, ann, 3);
		await give(slug, [ann], { filter: { matter: 'L' }, dueAt: inDays(9) });
		await give(slug, [ann], { filter: { matter: 'S' }, dueAt: inDays(2) });
		const cursor = async () => (await world.query<{ cursor: string }>(`select cursor from annotator_progress a join rounds r on r.id = a.round_id where r.project_id = '${id}' and a.user_id = '${ann.userId}'`))[0]?.cursor;
		const place = await cursor();
		const after = await judge(slug, ann);
		const left = (tag: string) => queueOf(id, tag).then((all) => all.filter((question) => !before.includes(question)));
		const [sooner, later] = [await left('sooner'), await left('later')];
		expect(after.slice(0, sooner.length + later.length)).toEqual([...sooner, ...later]);
		expect(after).toHaveLength(25);
		expect(sooner.length).toBeGreaterThan(0);
		// What the batches gave did not move the person's place in the queue.
		const rest = after.slice(sooner.length + later.length);
		expect(rest).toEqual((await queueOf(id, 'plain')).filter((question) => rest.includes(question)).toSorted((x, y) => rest.indexOf(x) - rest.indexOf(y)));
		expect(Number(place)).toBeGreaterThan(-1);
	});

	it('leaves a person’s place in the queue alone', async () => {
		const { slug, id } = await world.project({ overlap: 1, rows: [...rows(10, 'plain'), ...rows(3, 'mine', { matter: 'M' })] });
		const ann = await annotator(slug, 'ann');
		await give(slug, [ann], { filter: { matter: 'M' } });
		const cursor = async () => Number((await world.query<{ cursor: string }>(`select cursor from annotator_progress a join rounds r on r.id = a.round_id where r.project_id = '${id}'`))[0]?.cursor);
		expect(tagged(await judge(slug, ann, 3), 'mine')).toBe(3);
		expect(await cursor()).toBe(-1);
		await judge(slug, ann, 1);
		expect(await cursor()).toBeGreaterThan(-1);
	});

	it('takes what a number, tag or words mean, first what no other batch holds, and nothing that is judged', async () => {
		const { slug } = await world.project({ overlap: 1, rows: [...rows(6, 'red', { tags: ['red', 'deal'] }), ...rows(5, 'blue', { tags: ['blue'] })] });
		const [ann, bob] = [await annotator(slug, 'ann'), await annotator(slug, 'bob')];
		expect((await give(slug, [ann], { filter: { tag: 'deal' } })).items).toBe(6);
		expect((await give(slug, [ann], { filter: { search: 'blue3' } })).items).toBe(1);
		expect((await give(slug, [ann], { filter: { search: '%' } }).catch((error: Error) => error.message)) as unknown).toMatch(/conflict/);
		expect((await give(slug, [bob], { filter: { limit: 4 } })).items).toBe(4);
		expect(tagged(await judge(slug, bob, 4), 'blue')).toBe(4);
		const preview = valueOf(await previewAssignment(world.app, world.admin, { slug, filter: {}, people: [ann.userId] }));
		expect(preview).toMatchObject({ matches: 7, given: 7, people: [{ fit: 7, walled: 0, unskilled: 0, done: 0 }] });
	});

	it('is counted by a walk along the queue that ends when there is enough', async () => {
		const { id } = await world.project({ overlap: 2, rows: rows(300, 'many') });
		const [round] = await world.query<{ id: string }>(`select id from rounds where project_id = '${id}'`);
		await world.query('analyze slots, comparisons, prompts, prompt_texts');
		const read = await world.app.db.transaction(async (tx) => {
			// So few rows are read whole by every plan that counts pages: here that would hide what happens with a million.
			for (const way of ['seqscan', 'bitmapscan', 'hashjoin', 'mergejoin', 'sort']) await tx.execute(sql.raw(`set local enable_${way} = off`));
			const fetched = async () => Number((await rowsOf<{ n: string }>(tx, sql`select coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) as n from pg_stat_xact_user_tables where relname = 'comparisons'`))[0]?.n);
			const before = await fetched();
			expect(await assignments.countMatching(tx, { roundId: round?.id ?? '', viewer: world.admin.userId, filter: { limit: 20 } })).toEqual({ matches: 20, given: 0 });
			return (await fetched()) - before;
		});
		expect(read).toBeLessThan(60);
	});

	it('is never given twice where one place is left, however many race for it', async () => {
		const { slug, id } = await world.project({ overlap: 1, rows: rows(25, 'x') });
		const people = await Promise.all(Array.from({ length: 8 }, (_, i) => annotator(slug, `p${i}`)));
		await give(slug, people);
		await Promise.all(people.map((actor) => judge(slug, actor)));
		expect(await recordProblems(world, id)).toEqual([]);
		expect(await world.query(`select count(*)::int as n, count(distinct comparison_id)::int as different from judgments where project_id = '${id}'`)).toEqual([{ n: 25, different: 25 }]);
	});

	it('is chosen by the matters and tags of what is open, the most frequent tag first, nothing behind a wall among them', async () => {
		const { slug } = await world.project({ overlap: 1, rows: [...rows(2, 'tax', { matter: 'T', tags: ['tax', 'deal'] }), ...rows(1, 'deal', { matter: 'D', tags: ['deal'] }), ...rows(1, 'closed', { matter: 'A', tags: ['secret'] })] });
		const ann = await annotator(slug, 'ann');
		const risk = await world.person('risk', { slug, role: 'reviewer' });
		valueOf(await raiseWall(world.app, world.admin, { slug, userId: risk.userId, matter: 'A' }));
		const chosen = async (actor: Actor) => {
			const { matters, tags } = valueOf(await assignmentChoices(world.app, actor, slug));
			return { matters, tags };
		};
		expect(await chosen(world.admin)).toEqual({ matters: ['A', 'D', 'T'], tags: ['deal', 'tax', 'secret'] });
		expect(await chosen(risk)).toEqual({ matters: ['D', 'T'], tags: ['deal', 'tax'] });
		await give(slug, [ann], { filter: { matter: 'T' } });
		expect(tagged(await judge(slug, ann, 2), 'tax')).toBe(2);
		expect(await chosen(risk)).toEqual({ matters: ['D'], tags: ['deal'] });
	});

	it('keeps to walls and skills, and says so when it is given', async () => {
		const { slug } = await world.project({ overlap: 2, rows: [...rows(3, 'tax', { requires: ['tax'], matter: 'T' }), ...rows(3, 'deal', { matter: 'D' }), ...rows(2, 'open')] });
		const [ann, bob] = [await annotator(slug, 'ann'), await annotator(slug, 'bob')];
		valueOf(await raiseWall(world.app, world.admin, { slug, userId: bob.userId, matter: 'D' }));
		const given = await give(slug, [ann, bob]);
		expect(given.people.map(({ name, fit, walled, unskilled }) => [name, fit, walled, unskilled])).toEqual([['ann', 5, 0, 3], ['bob', 2, 3, 3]]);
		expect(tagged(await judge(slug, bob), 'open')).toBe(2);
		expect(problemOf(await createAssignment(world.app, world.admin, { slug, name: 'x', filter: { matter: 'T' }, people: [ann.userId, bob.userId] }))).toBe('invalid_input');
		const outside = await world.person('outside');
		const eng = await world.person('eng', { slug, role: 'engineer' });
		for (const { userId } of [outside, eng]) expect(problemOf(await createAssignment(world.app, world.admin, { slug, name: 'x', filter: {}, people: [userId] }))).toBe('invalid_input');
		expect(problemOf(await createAssignment(world.app, world.admin, { slug, name: 'x', filter: {}, people: [ann.userId], dueAt: inDays(-1) }))).toBe('invalid_input');
		expect(problemOf(await createAssignment(world.app, world.admin, { slug, name: 'x', filter: {}, people: [] }))).toBe('invalid_input');
	});

	it('mixes gold in as ever', async () => {
		const { slug } = await world.project({ overlap: 1, rows: rows(40, 'x') });
		const { id: importId } = valueOf(await world.importRows(slug, pairRows(20, 'gold')));
		valueOf(await putGold(world.app, world.admin, { slug, importId }));
		valueOf(await putPolicy(world.app, world.admin, { slug, policy: completePolicy({ goldRate: 0.3 }) }));
		const ann = await annotator(slug, 'ann');
		await give(slug, [ann]);
		const asked = await judge(slug, ann);
		expect(tagged(asked, 'x')).toBe(40);
		// How many is drawn for each person; that it would be none happens twice in a million.
		expect(tagged(asked, 'gold')).toBeGreaterThan(0);
	});

	it('goes to everybody of a group, as it was then', async () => {
		const { slug } = await world.project({ overlap: 1, rows: rows(4, 'x') });
		const [ann, bob] = [await annotator(slug, 'ann'), await annotator(slug, 'bob')];
		const { id } = valueOf(await putGroup(world.app, world.admin, { slug, name: ' Tax team ', members: [ann.userId, bob.userId] }));
		expect(problemOf(await putGroup(world.app, world.admin, { slug, name: 'tax team', members: [] }))).toBe('invalid_input');
		expect(problemOf(await putGroup(world.app, world.admin, { id, name: 'Tax', members: [(await world.person('outside')).userId] }))).toBe('invalid_input');
		expect((await give(slug, [ann], { groups: [id] })).people).toHaveLength(2);
		valueOf(await putGroup(world.app, world.admin, { id, name: 'Tax', members: [] }));
		expect(valueOf(await readOwnWork(world.app, bob, slug)).waiting).toBe(4);
		const other = await world.project({ rows: rows(1, 'y') });
		expect(problemOf(await createAssignment(world.app, world.admin, { slug: other.slug, name: 'x', filter: {}, people: [], groups: [id] }))).toBe('invalid_input');
	});

	it('ends: what is open goes the queue’s way', async () => {
		const { slug } = await world.project({ overlap: 1, rows: [...rows(3, 'mine', { matter: 'M' }), ...rows(9, 'plain')] });
		const ann = await annotator(slug, 'ann');
		const { id } = await give(slug, [ann], { filter: { matter: 'M' } });
		expect(problemOf(await endAssignment(world.app, ann, id))).toBe('forbidden');
		valueOf(await endAssignment(world.app, world.admin, id));
		expect(problemOf(await endAssignment(world.app, world.admin, id))).toBe('conflict');
		expect(valueOf(await readOwnWork(world.app, ann, slug))).toMatchObject({ waiting: 0, batches: [] });
		expect(await judge(slug, ann)).toHaveLength(12);
	});
});

describe('work handed over', () => {
	it('is the other’s for that time, under their own walls, and not handed on', async () => {
		const { slug } = await world.project({ overlap: 2, rows: [...rows(3, 'deal', { matter: 'D' }), ...rows(3, 'free', { matter: 'F' }), ...rows(12, 'plain')] });
		const [ann, bob, cy] = [await annotator(slug, 'ann'), await annotator(slug, 'bob'), await annotator(slug, 'cy')];
		valueOf(await raiseWall(world.app, world.admin, { slug, userId: bob.userId, matter: 'D' }));
		await give(slug, [ann], { filter: { matter: 'D' } });
		await give(slug, [ann], { filter: { matter: 'F' } });
		const { id } = valueOf(await delegateWork(world.app, ann, { slug, to: bob.userId, endsAt: inDays(7) }));
		valueOf(await delegateWork(world.app, bob, { slug, to: cy.userId, endsAt: inDays(7) }));
		expect(valueOf(await readOwnWork(world.app, bob, slug))).toMatchObject({ waiting: 3, delegations: [{ from: { name: 'ann' } }, { from: { name: 'bob' } }] });
		expect(tagged(await judge(slug, bob, 3), 'free')).toBe(3);
		expect(valueOf(await readOwnWork(world.app, cy, slug)).waiting).toBe(0);
		expect((await noticesOf(bob))[0]).toMatchObject({ kind: 'assigned', delegation: { from: 'ann' } });
		expect(problemOf(await endDelegation(world.app, cy, id))).toBe('not_found');
		valueOf(await endDelegation(world.app, bob, id));
		expect(problemOf(await endDelegation(world.app, ann, id))).toBe('conflict');
		expect(valueOf(await readOwnWork(world.app, bob, slug)).waiting).toBe(0);
	});

	it('begins and ends by the clock; for somebody else only who manages work may do it', async () => {
		const { slug } = await world.project({ overlap: 2, rows: rows(4, 'x') });
		const [ann, bob] = [await annotator(slug, 'ann'), await annotator(slug, 'bob')];
		await give(slug, [ann]);
		expect(problemOf(await delegateWork(world.app, bob, { slug, from: ann.userId, to: bob.userId, endsAt: inDays(7) }))).toBe('forbidden');
		for (const bad of [{ endsAt: inDays(-1) }, { startsAt: inDays(3), endsAt: inDays(2) }, { endsAt: inDays(400) }]) expect(problemOf(await delegateWork(world.app, ann, { slug, to: bob.userId, ...bad }))).toBe('invalid_input');
		expect(problemOf(await delegateWork(world.app, ann, { slug, to: ann.userId, endsAt: inDays(2) }))).toBe('invalid_input');
		const { id } = valueOf(await delegateWork(world.app, world.admin, { slug, from: ann.userId, to: bob.userId, startsAt: inDays(1), endsAt: inDays(2) }));
		const waits = async () => valueOf(await readOwnWork(world.app, bob, slug)).waiting;
		expect(await waits()).toBe(0);
		await world.query(`update delegations set starts_at = now() - interval '1 hour' where id = '${id}'`);
		expect(await waits()).toBe(4);
		await world.query(`update delegations set ends_at = now() where id = '${id}'`);
		expect(await waits()).toBe(0);
	});
});

describe('what people are told and shown', () => {
	it('assigned, then late once: who has work left, who gave it and the owners', async () => {
		const { slug, id: projectId } = await world.project({ overlap: 1, rows: rows(2, 'x') });
		const [ann, bob] = [await annotator(slug, 'ann'), await annotator(slug, 'bob')];
		const risk = await world.person('risk', { slug, role: 'reviewer' });
		const owner = await world.person('owner', { slug, role: 'owner' });
		const { id } = await give(slug, [ann, bob], { dueAt: inDays(1), name: 'First batch' }, risk);
		expect((await noticesOf(ann)).map(({ kind, batch }) => [kind, batch?.name])).toEqual([['assigned', 'First batch']]);
		await sweep(world.app);
		expect(await noticesOf(owner)).toEqual([]);
		await world.query(`update assignments set due_at = now() - interval '1 minute' where id = '${id}'`);
		for (let i = 0; i < 2; i += 1) await Promise.all([sweep(world.app), sweep(world.app)]);
		const late = await world.query<{ name: string }>(`select p.name from notifications n join user_profiles p on p.user_id = n.user_id where n.project_id = '${projectId}' and n.kind = 'overdue' order by 1`);
		expect(late.map(({ name }) => name)).toEqual(['admin', 'ann', 'bob', 'owner', 'risk']);
		expect(valueOf(await listAssignments(world.app, risk, { slug })).assignments[0]).toMatchObject({ state: 'late', open: 2, items: 2, people: [{ name: 'ann', judged: 0, waiting: 2 }, { name: 'bob', judged: 0, waiting: 2 }] });
		await judge(slug, ann, 1);
		expect(valueOf(await listAssignments(world.app, risk, { slug })).assignments[0]).toMatchObject({ done: 1, people: [{ judged: 1, waiting: 1 }, { judged: 0, waiting: 1 }] });
		await judge(slug, ann);
		expect(valueOf(await listAssignments(world.app, risk, { slug })).assignments[0]).toMatchObject({ state: 'done' });
		valueOf(await endAssignment(world.app, risk, id));
		expect(valueOf(await listAssignments(world.app, risk, { slug })).assignments).toEqual([]);
		expect(valueOf(await listAssignments(world.app, risk, { slug, ended: true })).assignments[0]).toMatchObject({ state: 'ended' });
	});

	it('nothing of a batch behind a wall: not its name, not its number, not to who manages work either', async () => {
		const { slug } = await world.project({ overlap: 1, rows: [...rows(3, 'acme', { matter: 'Acme' }), ...rows(2, 'free')] });
		const ann = await annotator(slug, 'ann');
		const risk = await world.person('risk', { slug, role: 'reviewer' });
		await give(slug, [ann, risk], { filter: { matter: 'Acme' }, name: 'Acme first', dueAt: inDays(1) });
		await give(slug, [ann], { name: 'All' });
		for (const actor of [ann, risk]) valueOf(await raiseWall(world.app, world.admin, { slug, userId: actor.userId, matter: 'Acme' }));
		const listed = valueOf(await listAssignments(world.app, risk, { slug })).assignments;
		expect(listed.map(({ name, items }) => [name, items])).toEqual([['All', 2]]);
		for (const actor of [ann, risk]) expect(JSON.stringify(await noticesOf(actor))).not.toMatch(/Acme/);
		expect(valueOf(await readOwnWork(world.app, ann, slug)).batches.map(({ name, waiting }) => [name, waiting])).toEqual([['All', 2]]);
		const acme = (await world.query<{ id: string }>(`select id from assignments where name = 'Acme first'`))[0]?.id ?? '';
		expect(problemOf(await endAssignment(world.app, risk, acme))).toBe('not_found');
		expect(valueOf(await previewAssignment(world.app, risk, { slug, filter: { matter: 'Acme' } }))).toMatchObject({ matches: 0 });
		await world.query(`update assignments set due_at = now() - interval '1 minute' where id = '${acme}'`);
		await sweep(world.app);
		for (const actor of [ann, risk]) expect((await noticesOf(actor)).filter(({ kind }) => kind === 'overdue')).toEqual([]);
	});
});

/** Comparisons that wait for a person by batch, the one due first at the head: what the claim must choose from. */
const expectedBatch = (userId: string) =>
	world.query<{ comparison_ids: string[] }>(`select array_agg(c.id) as comparison_ids from assignments a join assignment_people ap on ap.assignment_id = a.id and ap.user_id = '${userId}'
		join assignment_items i on i.assignment_id = a.id join comparisons c on c.id = i.comparison_id
		where a.ended_at is null and c.status in ('open', 'exhausted')
			and exists (select 1 from slots s where s.comparison_id = c.id and s.judgment_id is null and (s.task_id is null or (select t.expires_at from tasks t where t.id = s.task_id) <= now()))
			and not exists (select 1 from slots s where s.comparison_id = c.id and s.annotator_id = '${userId}') and not exists (select 1 from skips k where k.comparison_id = c.id and k.user_id = '${userId}')
			and not exists (select 1 from judgments j where j.comparison_id = c.id and j.judge_user_id = '${userId}' and not exists (select 1 from judgment_voids v where v.judgment_id = j.id))
			and not exists (select 1 from walls w join prompts p on p.matter = w.matter and p.id = c.prompt_id where w.user_id = '${userId}' and w.project_id = c.project_id and w.lifted_at is null)
		group by a.id order by a.due_at nulls last, a.id limit 1`);

describe('whatever people do', () => {
	it('who has assigned work gets it first, and the record holds', async () => {
		const step = fc.tuple(fc.nat(3), fc.constantFrom('judge', 'judge', 'judge', 'skip', 'leave', 'give', 'end', 'void', 'wall'), fc.nat(1000));
		await fc.assert(
			fc.asyncProperty(fc.integer({ min: 1, max: 3 }), fc.array(step, { minLength: 15, maxLength: 40 }), async (overlap, steps) => {
				const { slug, id } = await world.project({ overlap, rows: [...rows(8, 'a', { matter: 'A' }), ...rows(8, 'b', { matter: 'B' })] });
				const people = await Promise.all(Array.from({ length: 4 }, (_, i) => annotator(slug, `p${i}`)));
				const given: string[] = [];
				let walls = 0;
				for (const [who, what, n] of steps) {
					const actor = people[who] as Actor;
					if (what === 'give') {
						const made = await createAssignment(world.app, world.admin, { slug, name: 'x', filter: n % 3 === 0 ? { limit: 1 + (n % 7) } : { matter: n % 2 ? 'A' : 'B' }, people: [actor.userId, (people[n % 4] as Actor).userId], ...(n % 5 ? { dueAt: inDays(1 + (n % 9)) } : {}) });
						if (made.ok) given.push(made.value.id);
						continue;
					}
					if (what === 'end') {
						if (given.length > 0) await endAssignment(world.app, world.admin, given[n % given.length] as string);
						continue;
					}
					if (what === 'wall') {
						if (walls++ === 0 && n % 3 === 0) await raiseWall(world.app, world.admin, { slug, userId: actor.userId, matter: n % 2 ? 'A' : 'B' });
						continue;
					}
					if (what === 'void') {
						const [one] = await world.query<{ id: string }>(`select j.id from judgments j where j.project_id = '${id}' and not exists (select 1 from judgment_voids v where v.judgment_id = j.id) order by j.id offset ${n % 5} limit 1`);
						if (one) valueOf(await voidJudgment(world.app, world.admin, { judgmentId: one.id, reason: 'mistake' }));
						continue;
					}
					// As if half a minute had passed: a batch that was empty is looked into again.
					await world.query(`update assignment_cursors set empty_at = null where user_id = '${actor.userId}'`);
					const [batch] = await expectedBatch(actor.userId);
					const claimed = await claimTask(world.app, actor, { slug });
					if (!claimed.ok || !claimed.value) {
						expect(claimed.ok ? batch : undefined).toBeUndefined();
						continue;
					}
					const { taskId, leaseToken } = claimed.value;
					const [task] = await world.query<{ comparison_id: string; again: boolean }>(`select comparison_id, (select count(*) from tasks b where b.annotator_id = t.annotator_id and b.comparison_id = t.comparison_id) > 1 as again from tasks t where id = '${taskId}'`);
					if (batch && !task?.again) expect(batch.comparison_ids).toContain(task?.comparison_id);
					if (what === 'judge') valueOf(await submitJudgment(world.app, actor, { taskId, leaseToken, verdict: n % 9 === 0 ? 'cannot_judge' : 'left' }));
					if (what === 'skip') valueOf(await skipTask(world.app, actor, { taskId, leaseToken, reason: 'too_long' }));
					if (what === 'leave') await world.query(`update tasks set expires_at = '-infinity' where id = '${taskId}'`);
				}
				const broken = (await recordProblems(world, id)).filter((problem) => walls === 0 || !problem.startsWith('an incomplete comparison is exhausted'));
				expect(broken).toEqual([]);
			}),
			{ numRuns: 25 }
		);
	}, 180_000);

	it('with many hands at once, walls, skips and batches changing, the record holds', async () => {
		const { slug, id } = await world.project({ overlap: 2, leaseSeconds: 1, rows: [...rows(25, 'a', { matter: 'A' }), ...rows(25, 'b', { matter: 'B' })] });
		const people = await Promise.all(Array.from({ length: 6 }, (_, i) => annotator(slug, `h${i}`)));
		const errors: unknown[] = [];
		const hand = async (actor: Actor, n: number) => {
			for (let i = 0; i < 30; i += 1) {
				const claimed = await claimTask(world.app, actor, { slug });
				if (!claimed.ok || !claimed.value) continue;
				const { taskId, leaseToken } = claimed.value;
				if ((i + n) % 11 === 0 && n < 3) await skipTask(world.app, actor, { taskId, leaseToken, reason: 'too_long' });
				else await submitJudgment(world.app, actor, { taskId, leaseToken, verdict: 'right' });
			}
		};
		const manage = async () => {
			for (let i = 0; i < 6; i += 1) {
				const { id: batch } = await give(slug, [people[i], people[(i + 1) % 6]] as Actor[], { filter: { limit: 10 } }).catch(() => ({ id: '' }));
				if (i === 2) await raiseWall(world.app, world.admin, { slug, userId: (people[5] as Actor).userId, matter: 'A' });
				if (i % 2 && batch) await endAssignment(world.app, world.admin, batch);
			}
		};
		await Promise.all([...people.flatMap((actor, n) => [hand(actor, n), hand(actor, n)]), manage()].map((one) => one.catch((error: unknown) => errors.push(error))));
		expect(errors).toEqual([]);
		// Whatever is held lapses before the sweep and not between it and the look.
		await world.query(`update tasks set expires_at = '-infinity' where project_id = '${id}' and state = 'live'`);
		await sweep(world.app);
		expect((await recordProblems(world, id, 'swept')).filter((problem) => !problem.startsWith('an incomplete comparison is exhausted'))).toEqual([]);
		expect(await world.query(`select count(*)::int as n from judgments j join comparisons c on c.id = j.comparison_id join prompts p on p.id = c.prompt_id where j.project_id = '${id}' and j.judge_user_id = '${people[5]?.userId}' and p.matter = 'A' and not exists (select 1 from judgment_voids v where v.judgment_id = j.id)`)).toEqual([{ n: 0 }]);
	}, 120_000);
});
