import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { PLAIN_FORM } from '#lib/domain/judging-form.ts';
import { JudgingFormSchema } from '#lib/domain/judging-form-schema.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import { databaseError } from '#lib/server/db/errors.ts';
import { rowsOf } from '#lib/server/db/rows.ts';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import type { ClaimedTask } from '#lib/server/usecases/claim-task.ts';
import { heartbeatTask } from '#lib/server/usecases/heartbeat-task.ts';
import { putForm } from '#lib/server/usecases/put-form.ts';
import { putMember } from '#lib/server/usecases/put-member.ts';
import { skipTask } from '#lib/server/usecases/skip-task.ts';
import { submitJudgment } from '#lib/server/usecases/submit-judgment.ts';
import { voidJudgment } from '#lib/server/usecases/void-judgment.ts';
import { leaseApart } from '../support/apart.ts';
import { comparisonRows, createWorld, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await createWorld();
});
afterAll(() => world.close());

async function desk(overlap: number, names: string[], options: { rows?: number; leaseSeconds?: number } = {}) {
	const project = await world.project({ overlap, leaseSeconds: options.leaseSeconds ?? 900, rows: comparisonRows(options.rows ?? 1) });
	const people: Actor[] = [];
	for (const name of names) people.push(await world.person(name, { slug: project.slug, role: 'annotator' }));
	return { ...project, people };
}

const claim = async (slug: string, actor: Actor): Promise<ClaimedTask> => {
	const task = valueOf(await claimTask(world.app, actor, { slug }));
	if (!task) throw new Error('nothing to claim');
	return task;
};
const nothing = async (slug: string, actor: Actor) => valueOf(await claimTask(world.app, actor, { slug })) === null;
const judge = (actor: Actor, task: ClaimedTask, verdict: 'left' | 'right' | 'tie' | 'both_bad' | 'cannot_judge' = 'left', more: { supersedes?: string; idempotencyKey?: string; rationale?: string } = {}) =>
	submitJudgment(world.app, actor, { taskId: task.taskId, leaseToken: task.leaseToken, verdict, ...more });
const lapse = (task: { taskId: string }) => world.app.db.execute(sql`update tasks set expires_at = now() - interval '1 second' where id = ${task.taskId}`);
const comparison = async (projectId: string) =>
	(await rowsOf<{ status: string; filled: number; counting: number }>(world.app.db, sql`select c.status, c.filled, (select count(*)::int from slots s where s.comparison_id = c.id and s.judgment_id is not null) as counting from comparisons c where c.project_id = ${projectId}`))[0];

describe('claim', () => {
	it('gives a pair without a word about its sources, and says truthfully when there is nothing', async () => {
		const { slug, people } = await desk(1, ['ann']);
		const task = await claim(slug, people[0] as Actor);
		expect(Object.keys(task).sort()).toEqual(['draft', 'form', 'guideline', 'leaseExpiresAt', 'leaseToken', 'left', 'mode', 'prompt', 'right', 'taskId']);
		expect(JSON.stringify(task)).not.toMatch(/source|import|checkpoint|response_?id/i);
		const named = ['gpt-4o', 'ours-v3'].map((name) => [{ role: 'assistant', name, content: `An answer of ${name.length} letters.` }]);
		const other = await world.project({ overlap: 1, rows: [{ messages: [{ role: 'user', name: 'Huber', content: 'May I?' }], responses: named }] });
		const second = await claim(other.slug, await world.person('anna', { slug: other.slug, role: 'annotator' }));
		expect(JSON.stringify(second)).not.toMatch(/gpt-4o|ours-v3|Huber/);
		valueOf(await judge(people[0] as Actor, task));
		expect(await nothing(slug, people[0] as Actor)).toBe(true);
	});

	it('never gives one person the same comparison twice, nor two people the same place', async () => {
		const { slug, people, id } = await desk(2, ['ann', 'bob', 'cy']);
		const [ann, bob, cy] = people as [Actor, Actor, Actor];
		const first = await claim(slug, ann);
		expect(await nothing(slug, ann)).toBe(true);
		const second = await claim(slug, bob);
		expect(await nothing(slug, cy)).toBe(true);
		valueOf(await judge(ann, first));
		valueOf(await judge(bob, second));
		expect(await comparison(id)).toEqual({ status: 'complete', filled: 2, counting: 2 });
	});

	it('shows the two sides in opposite order to two people of one comparison', async () => {
		const { slug, people } = await desk(2, ['ann', 'bob']);
		const first = await claim(slug, people[0] as Actor);
		const second = await claim(slug, people[1] as Actor);
		expect(first.left).toEqual(second.right);
		expect(first.right).toEqual(second.left);
	});

	it('gives the oldest of three live leases again to who lost its token, and never a fourth', async () => {
		const { slug, people } = await desk(1, ['ann'], { rows: 5 });
		const ann = people[0] as Actor;
		const three = [await claim(slug, ann), await claim(slug, ann), await claim(slug, ann)];
		const again = await claim(slug, ann);
		expect(again.prompt).toEqual(three[0]?.prompt);
		expect(again.leaseToken).not.toBe(three[0]?.leaseToken);
		const live = await rowsOf<{ n: number }>(world.app.db, sql`select count(*)::int as n from tasks where annotator_id = ${ann.userId} and state = 'live' and expires_at > now()`);
		expect(live[0]?.n).toBe(3);
		expect(problemOf(await heartbeatTask(world.app, ann, { taskId: three[0]?.taskId ?? '', leaseToken: three[0]?.leaseToken ?? '' }))).toBe('lease_lost');
		// The old window still delivers: the pair is judged once, and the newer task is closed.
		expect(valueOf(await judge(ann, three[0] as ClaimedTask)).counted).toBe(true);
		expect(problemOf(await judge(ann, again))).toBe('already_judged');
	});

	it('moves to the project that a person moved to: the newest leases elsewhere give way, and no page revives a fourth', async () => {
		const [there, here] = [await desk(1, ['ann'], { rows: 5 }), await desk(1, [], { rows: 5 })];
		const ann = there.people[0] as Actor;
		valueOf(await putMember(world.app, world.admin, { slug: here.slug, userId: ann.userId, role: 'annotator' }));
		const before = [await claim(there.slug, ann), await claim(there.slug, ann), await claim(there.slug, ann)] as const;
		const now = [await claim(here.slug, ann), await claim(here.slug, ann), await claim(here.slug, ann)] as const;
		expect(new Set(now.map((task) => task.taskId)).size).toBe(3);
		for (const task of before) expect(problemOf(await heartbeatTask(world.app, ann, task))).toBe('lease_lost');
		for (const task of now) valueOf(await heartbeatTask(world.app, ann, task));
		// What was begun there is not lost, and with a judgment here done, one pair there can be held again.
		expect(valueOf(await judge(ann, before[0])).counted).toBe(true);
		valueOf(await judge(ann, now[0]));
		valueOf(await heartbeatTask(world.app, ann, before[1]));
		expect(problemOf(await heartbeatTask(world.app, ann, before[2]))).toBe('lease_lost');
	});

	it('counts no pair that a reviewer decides among the three, for a claim or for a page that comes back', async () => {
		const { slug } = await desk(1, [], { rows: 5 });
		const reviewer = await world.person('risk', { slug, role: 'reviewer' });
		const [late, ...held] = [await claim(slug, reviewer), await claim(slug, reviewer), await claim(slug, reviewer)] as const;
		const [free] = await rowsOf<{ id: string }>(world.app.db, sql`select id from comparisons where project_id = (select id from projects where slug = ${slug}) and id not in (select comparison_id from tasks) limit 1`);
		const decision = await leaseApart(world, reviewer, { comparisonId: free?.id ?? '', purpose: 'adjudication' });
		await lapse(late);
		for (const task of [late, ...held]) valueOf(await heartbeatTask(world.app, reviewer, task));
		await lapse(decision);
		valueOf(await heartbeatTask(world.app, reviewer, decision));
	});

	it('takes nothing away elsewhere when it finds nothing here', async () => {
		const [there, here] = [await desk(1, ['ann'], { rows: 3 }), await desk(1, ['bob'], { rows: 1 })];
		const ann = there.people[0] as Actor;
		valueOf(await putMember(world.app, world.admin, { slug: here.slug, userId: ann.userId, role: 'annotator' }));
		const held = [await claim(there.slug, ann), await claim(there.slug, ann), await claim(there.slug, ann)];
		await claim(here.slug, here.people[0] as Actor);
		expect(await nothing(here.slug, ann)).toBe(true);
		for (const task of held) valueOf(await heartbeatTask(world.app, ann, task));
	});

	it('leaves a person three live leases whatever their devices do at once', async () => {
		const desks = [await desk(1, ['ann'], { rows: 12 }), await desk(1, [], { rows: 12 }), await desk(1, [], { rows: 12 })];
		const ann = desks[0]?.people[0] as Actor;
		for (const { slug } of desks.slice(1)) valueOf(await putMember(world.app, world.admin, { slug, userId: ann.userId, role: 'annotator' }));
		const held: ClaimedTask[] = [];
		const live = async () => (await rowsOf<{ n: number }>(world.app.db, sql`select count(*)::int as n from tasks where annotator_id = ${ann.userId} and state = 'live' and expires_at > now()`))[0]?.n;
		for (let turn = 0; turn < 5; turn++) {
			const claimed = await Promise.all(desks.flatMap(({ slug }) => [0, 1].map(() => claimTask(world.app, ann, { slug }))));
			held.push(...claimed.flatMap((one) => (one.ok && one.value ? [one.value] : [])));
			expect(await live()).toBe(3);
			await world.app.db.execute(sql`update tasks set expires_at = now() - interval '1 second' where annotator_id = ${ann.userId} and state = 'live' and random() < 0.7`);
			await Promise.all(held.map((task) => heartbeatTask(world.app, ann, task)));
			expect(await live()).toBeLessThanOrEqual(3);
		}
	});

	it('refuses a claim’s key in another project', async () => {
		const [one, two] = [await desk(1, ['ann'], { rows: 2 }), await desk(1, [], { rows: 2 })];
		const ann = one.people[0] as Actor;
		valueOf(await putMember(world.app, world.admin, { slug: two.slug, userId: ann.userId, role: 'annotator' }));
		valueOf(await claimTask(world.app, ann, { slug: one.slug, claimKey: 'same' }));
		expect(problemOf(await claimTask(world.app, ann, { slug: two.slug, claimKey: 'same' }))).toBe('key_reused');
	});

	it('answers a repeated claim with the same task', async () => {
		const { slug, people } = await desk(1, ['ann'], { rows: 3 });
		const one = valueOf(await claimTask(world.app, people[0] as Actor, { slug, claimKey: 'k1' }));
		const two = valueOf(await claimTask(world.app, people[0] as Actor, { slug, claimKey: 'k1' }));
		expect(two?.taskId).toBe(one?.taskId);
		expect(two?.leaseToken).not.toBe(one?.leaseToken);
	});

	it('is refused to who is no member and to roles that do not judge', async () => {
		const { slug } = await desk(1, []);
		expect(problemOf(await claimTask(world.app, await world.person('stranger'), { slug }))).toBe('not_found');
		expect(problemOf(await claimTask(world.app, await world.person('eng', { slug, role: 'engineer' }), { slug }))).toBe('forbidden');
	});
});

describe('late work', () => {
	it('fills its own slot when the lease lapsed and nobody took it', async () => {
		const { slug, people, id } = await desk(1, ['ann']);
		const task = await claim(slug, people[0] as Actor);
		await lapse(task);
		expect(valueOf(await judge(people[0] as Actor, task)).counted).toBe(true);
		expect((await comparison(id))?.status).toBe('complete');
	});

	it('takes another free place of the comparison when its own was taken over', async () => {
		const { slug, people, id } = await desk(3, ['ann', 'bob', 'cy']);
		const [ann, bob, cy] = people as [Actor, Actor, Actor];
		const late = await claim(slug, ann);
		await lapse(late);
		const taken = await claim(slug, bob);
		expect(valueOf(await judge(ann, late)).counted).toBe(true);
		valueOf(await judge(bob, taken));
		valueOf(await judge(cy, await claim(slug, cy)));
		expect(await comparison(id)).toEqual({ status: 'complete', filled: 3, counting: 3 });
	});

	it('is kept as surplus when every place is taken, and counts as soon as one is free', async () => {
		const { slug, people, id } = await desk(1, ['ann', 'bob']);
		const [ann, bob] = people as [Actor, Actor];
		const late = await claim(slug, ann);
		await lapse(late);
		const taken = await claim(slug, bob);
		expect(valueOf(await judge(ann, late)).counted).toBe(false);
		expect((await comparison(id))?.filled).toBe(0);
		valueOf(await skipTask(world.app, bob, { taskId: taken.taskId, leaseToken: taken.leaseToken, reason: 'not_my_field' }));
		expect(await comparison(id)).toEqual({ status: 'complete', filled: 1, counting: 1 });
		expect(await nothing(slug, ann)).toBe(true);
	});
});

describe('skip and cannot_judge', () => {
	it('free the place for others and bar the person; with nobody left the comparison is exhausted', async () => {
		const { slug, people, id } = await desk(1, ['ann', 'bob']);
		const [ann, bob] = people as [Actor, Actor];
		const skipped = await claim(slug, ann);
		valueOf(await skipTask(world.app, ann, { taskId: skipped.taskId, leaseToken: skipped.leaseToken, reason: 'conflict_of_interest' }));
		expect(await nothing(slug, ann)).toBe(true);
		expect(valueOf(await judge(bob, await claim(slug, bob), 'cannot_judge')).counted).toBe(false);
		expect(await nothing(slug, bob)).toBe(true);
		expect(await comparison(id)).toEqual({ status: 'exhausted', filled: 0, counting: 0 });
		const cy = await world.person('cy', { slug, role: 'annotator' });
		expect((await comparison(id))?.status).toBe('open');
		valueOf(await judge(cy, await claim(slug, cy)));
		expect((await comparison(id))?.status).toBe('complete');
	});
});

describe('undo', () => {
	it('supersedes without the slot ever being empty, once, and only the standing judgment', async () => {
		const { slug, people, id } = await desk(1, ['ann']);
		const ann = people[0] as Actor;
		const task = await claim(slug, ann);
		const first = valueOf(await judge(ann, task, 'left'));
		expect(problemOf(await judge(ann, task, 'right'))).toBe('already_judged');
		const second = valueOf(await judge(ann, task, 'right', { supersedes: first.judgmentId }));
		expect(second.counted).toBe(true);
		expect(problemOf(await judge(ann, task, 'tie', { supersedes: first.judgmentId }))).toBe('conflict');
		expect(await comparison(id)).toEqual({ status: 'complete', filled: 1, counting: 1 });
		const third = valueOf(await judge(ann, task, 'cannot_judge', { supersedes: second.judgmentId }));
		expect(third.counted).toBe(false);
		expect((await comparison(id))?.filled).toBe(0);
	});
});

describe('idempotency', () => {
	it('gives the same answer to the same key, and refuses the key for another body', async () => {
		const { slug, people } = await desk(1, ['ann']);
		const ann = people[0] as Actor;
		const task = await claim(slug, ann);
		const all = await Promise.all(Array.from({ length: 8 }, () => judge(ann, task, 'left', { idempotencyKey: 'once' })));
		expect(new Set(all.map((result) => valueOf(result).judgmentId)).size).toBe(1);
		expect(problemOf(await judge(ann, task, 'right', { idempotencyKey: 'once' }))).toBe('key_reused');
	});
});

describe('void', () => {
	it('reopens the slot, lets the person judge again, and keeps the voided row', async () => {
		const { slug, people, id } = await desk(1, ['ann']);
		const ann = people[0] as Actor;
		const rev = await world.person('rev', { slug, role: 'reviewer' });
		const { judgmentId } = valueOf(await judge(ann, await claim(slug, ann), 'left', { rationale: 'clear' }));
		expect(problemOf(await voidJudgment(world.app, ann, { judgmentId, reason: 'spam' }))).toBe('forbidden');
		expect(valueOf(await voidJudgment(world.app, rev, { judgmentId, reason: 'spam' }))).toEqual({ voided: 1, reopened: true });
		expect(problemOf(await voidJudgment(world.app, rev, { judgmentId, reason: 'spam' }))).toBe('conflict');
		expect(await comparison(id)).toEqual({ status: 'open', filled: 0, counting: 0 });
		valueOf(await judge(ann, await claim(slug, ann), 'right'));
		const kept = await world.query<{ n: number }>(`select count(*)::int as n from judgments where project_id = '${id}'`);
		expect(kept[0]?.n).toBe(2);
	});
});

describe('the database itself', () => {
	it('refuses to change or delete a judgment, to fill a slot with an imported one, and to move a group to another split', async () => {
		const project = await world.project({ overlap: 1, rows: [{ prompt: 'Q?', chosen: 'careful', rejected: 'sure' }] });
		const ann = await world.person('ann', { slug: project.slug, role: 'annotator' });
		const { judgmentId } = valueOf(await judge(ann, await claim(project.slug, ann)));
		await expect(world.query(`update judgments set verdict = 'tie' where id = '${judgmentId}'`)).rejects.toThrow();
		await expect(world.query(`delete from judgments where id = '${judgmentId}'`)).rejects.toThrow();
		await expect(world.query(`update audit_entries set action = 'x'`)).rejects.toThrow();
		await expect(
			world.query(`update slots set judgment_id = (select id from judgments where origin = 'import' and project_id = '${project.id}'), annotator_id = '${ann.userId}' where comparison_id in (select id from comparisons where project_id = '${project.id}')`)
		).rejects.toThrow();
		await expect(world.query(`update prompt_groups set split = case split when 'train' then 'test' else 'train' end where project_id = '${project.id}'`)).rejects.toThrow();
		await expect(world.query(`insert into slots (comparison_id, round_id, audience_id, overlap, position, order_key) select id, round_id, (select s.audience_id from slots s limit 1), overlap, 1, 1 from comparisons where project_id = '${project.id}'`)).rejects.toThrow();
	});

	it('keeps no place for a judgment that is void or superseded', async () => {
		const { slug, people, id } = await desk(1, ['ann']);
		const ann = people[0] as Actor;
		const task = await claim(slug, ann);
		const { judgmentId } = valueOf(await judge(ann, task, 'left'));
		const refusedBy = (text: string) => world.query(text).then(() => null, (error: unknown) => databaseError(error)?.constraint);
		expect(await refusedBy(`insert into judgment_voids (judgment_id, reason, by_user_id) values ('${judgmentId}', 'spam', '${world.admin.userId}')`)).toBe('slots_let_go');
		expect(await refusedBy(`insert into judgments (project_id, comparison_id, mode, task_id, origin, purpose, judge_kind, judge_user_id, verdict, supersedes_id)
			select project_id, comparison_id, mode, task_id, origin, purpose, judge_kind, judge_user_id, verdict, id from judgments where id = '${judgmentId}'`)).toBe('slots_let_go');
		// The pointer moves with what takes its place, and never back.
		valueOf(await judge(ann, task, 'right', { supersedes: judgmentId }));
		expect(await refusedBy(`update slots set judgment_id = '${judgmentId}' where comparison_id in (select id from comparisons where project_id = '${id}')`)).toBe('slots_counts_only_what_may');
		expect(await comparison(id)).toEqual({ status: 'complete', filled: 1, counting: 1 });
	});
});

describe('a judging form', () => {
	const details = (judgmentId: string) => rowsOf<{ verdict: string; strength: string | null; criteria: unknown; reasons: unknown; version: number | null }>(world.app.db, sql`select j.verdict, j.strength, j.criteria, j.reasons, f.version from judgments j left join judging_forms f on f.id = j.form_id where j.id = ${judgmentId}`);
	const asked = v.parse(JudgingFormSchema, { strength: true, criteria: [{ key: 'accuracy', name: 'Accuracy', required: true }], reasons: [{ key: 'vague', name: 'Too vague' }] });

	it('is what the task was leased under, however often it changes, and its answers are stored by response', async () => {
		const { slug, people } = await desk(2, ['ann', 'bob'], { rows: 2 });
		const [ann, bob] = people as [Actor, Actor];
		const plain = await claim(slug, ann);
		expect(plain.form).toBe(null);
		valueOf(await putForm(world.app, world.admin, { slug, form: asked }));
		valueOf(await judge(ann, plain));

		const task = await claim(slug, ann);
		expect(task.form).toEqual({ version: 1, form: asked });
		valueOf(await putForm(world.app, world.admin, { slug, form: PLAIN_FORM }));
		const short = await submitJudgment(world.app, ann, { taskId: task.taskId, leaseToken: task.leaseToken, verdict: 'left' });
		expect(short.ok ? [] : short.problem.errors?.map((error) => error.field)).toEqual(['strength', 'criteria.accuracy']);
		const given = { taskId: task.taskId, leaseToken: task.leaseToken, verdict: 'left', strength: 'clearly', criteria: { accuracy: 'right' }, reasons: ['vague'] } as const;
		const { judgmentId } = valueOf(await submitJudgment(world.app, ann, { ...given, criteria: { ...given.criteria }, reasons: [...given.reasons] }));
		const [stored] = await details(judgmentId);
		expect(stored).toEqual({ verdict: stored?.verdict, strength: 'clearly', criteria: { accuracy: stored?.verdict === 'a' ? 'b' : 'a' }, reasons: ['vague'], version: 1 });

		const later = await claim(slug, bob);
		expect(later.form?.version).toBe(2);
		expect(await details(valueOf(await judge(bob, later)).judgmentId)).toMatchObject([{ strength: null, criteria: null, reasons: null, version: 2 }]);
		await expect(world.app.db.execute(sql`update judging_forms set form = '{}'`)).rejects.toThrow();
	});

	it('is composed by the owner alone', async () => {
		const { slug, people } = await desk(1, ['ann']);
		expect(problemOf(await putForm(world.app, people[0] as Actor, { slug, form: asked }))).toBe('forbidden');
	});
});
