import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isDisputed } from '#lib/domain/dispute.ts';
import { completePolicy } from '#lib/domain/judging-policy.ts';
import { createRng } from '#lib/domain/rng.ts';
import type { Rng } from '#lib/domain/rng.ts';
import type { Verdict } from '#lib/domain/verdict.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import { someoneIsLeft } from '#lib/server/db/comparisons.ts';
import { rowsOf, uuids } from '#lib/server/db/rows.ts';
import { notEveryday } from '#lib/server/db/schema/audit.ts';
import { claimAdjudication } from '#lib/server/usecases/claim-adjudication.ts';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import type { ClaimedTask } from '#lib/server/usecases/claim-task.ts';
import { decideAdjudication } from '#lib/server/usecases/decide-adjudication.ts';
import { liftWall } from '#lib/server/usecases/lift-wall.ts';
import { putGold } from '#lib/server/usecases/put-gold.ts';
import { putPolicy } from '#lib/server/usecases/put-policy.ts';
import { putSkills } from '#lib/server/usecases/put-skills.ts';
import { raiseWall } from '#lib/server/usecases/raise-wall.ts';
import { skipTask } from '#lib/server/usecases/skip-task.ts';
import { submitJudgment } from '#lib/server/usecases/submit-judgment.ts';
import { sweep } from '#lib/server/usecases/sweep.ts';
import { voidJudgment } from '#lib/server/usecases/void-judgment.ts';
import { comparisonRows, createWorld, pairRows, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await createWorld();
});
afterAll(() => world.close());

const VERDICTS = ['left', 'left', 'right', 'right', 'tie', 'both_bad', 'cannot_judge'] as const;
/** Problems that honest people meet when all happens at once; anything else is a fault. */
const EXPECTED = new Set(['lease_lost', 'already_judged', 'already_decided', 'walled', 'not_found', 'conflict', 'too_many_leases', 'forbidden']);

type Person = { actor: Actor; held: ClaimedTask[]; judged: { task: ClaimedTask; judgmentId: string }[] };
type Stage = { slug: string; id: string; people: Person[]; reviewers: Actor[]; walls: string[]; importId: string };

const pick = <T>(rng: Rng, list: readonly T[]): T => list[rng.int(list.length)] as T;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function stage(): Promise<Stage> {
	const rows = comparisonRows(36, 'mix').map((row, i) => ({ ...row, ...(i % 3 === 0 ? { matter: 'Acme' } : {}), ...(i % 5 === 0 ? { requires: ['tax'] } : {}) }));
	const { slug, id } = await world.project({ overlap: 3, leaseSeconds: 1, rows });
	const { id: importId } = valueOf(await world.importRows(slug, pairRows(8, 'known')));
	valueOf(await putGold(world.app, world.admin, { slug, importId }));
	valueOf(await putPolicy(world.app, world.admin, { slug, policy: completePolicy({ goldRate: 0.15, repeatRate: 0.15, repeatAfter: 2, dispute: 'opposed' }) }));
	const people: Person[] = [];
	for (let i = 0; i < 5; i += 1) {
		const actor = await world.person(`judge${i}`, { slug, role: 'annotator' });
		if (i < 3) valueOf(await putSkills(world.app, world.admin, { slug, userId: actor.userId, skills: ['tax'], languages: [] }));
		people.push({ actor, held: [], judged: [] });
	}
	const reviewers = [await world.person('risk', { slug, role: 'reviewer' }), await world.person('chief', { slug, role: 'reviewer' })];
	// One of the two judges as well.
	people.push({ actor: reviewers[0] as Actor, held: [], judged: [] });
	return { slug, id, people, reviewers, walls: [], importId };
}

async function judgeSomething(rng: Rng, person: Person, slug: string): Promise<string | null> {
	const { app } = world;
	const claimed = await claimTask(app, person.actor, { slug });
	if (!claimed.ok) return `claim: ${claimed.problem.code}`;
	if (claimed.value) person.held.push(claimed.value);
	if (person.held.length === 0) return null;
	// Late ones too: whatever was ever held may be delivered.
	const task = pick(rng, person.held);
	const body = { taskId: task.taskId, leaseToken: task.leaseToken };
	const dice = rng.next();
	if (dice < 0.12) {
		const skipped = await skipTask(app, person.actor, { ...body, reason: 'other' });
		return skipped.ok ? null : `skip: ${skipped.problem.code}`;
	}
	if (dice < 0.2) return null;
	const sent = await submitJudgment(app, person.actor, { ...body, verdict: pick(rng, VERDICTS) });
	if (sent.ok) person.judged.push({ task, judgmentId: sent.value.judgmentId });
	return sent.ok ? null : `submit: ${sent.problem.code}`;
}

async function somethingElse(rng: Rng, on: Stage): Promise<string | null> {
	const { app, admin } = world;
	const { slug } = on;
	const person = pick(rng, on.people);
	const dice = rng.next();
	const code = (what: string, result: { ok: boolean; problem?: { code: string } }) => (result.ok ? null : `${what}: ${result.problem?.code ?? ''}`);
	if (dice < 0.35) {
		const reviewer = pick(rng, on.reviewers);
		const claimed = await claimAdjudication(app, reviewer, { slug });
		if (!claimed.ok || claimed.value === null) return claimed.ok ? null : `claim adjudication: ${claimed.problem.code}`;
		const base = { id: claimed.value.adjudicationId, leaseToken: claimed.value.leaseToken };
		return code('decide', await decideAdjudication(app, reviewer, rng.next() < 0.3 ? { ...base, sendBack: 'Again.' } : { ...base, verdict: pick(rng, ['left', 'right', 'tie'] as const), rationale: 'Because.' }));
	}
	if (dice < 0.55 && person.judged.length > 0) {
		const { task, judgmentId } = pick(rng, person.judged);
		const again = await submitJudgment(app, person.actor, { taskId: task.taskId, leaseToken: task.leaseToken, verdict: pick(rng, VERDICTS), supersedes: judgmentId });
		if (again.ok) person.judged.push({ task, judgmentId: again.value.judgmentId });
		return code('undo', again);
	}
	if (dice < 0.7 && person.judged.length > 0) return code('void', await voidJudgment(app, admin, { judgmentId: pick(rng, person.judged).judgmentId, reason: 'mistake' }));
	if (dice < 0.78) {
		const raised = await raiseWall(app, admin, { slug, userId: person.actor.userId, matter: 'Acme' });
		if (raised.ok) on.walls.push(raised.value.id);
		return code('raise a wall', raised);
	}
	if (dice < 0.8 && on.walls.length > 0) return code('lift a wall', await liftWall(app, admin, { id: pick(rng, on.walls) }));
	if (dice < 0.88) {
		await sweep(app);
		return null;
	}
	if (dice < 0.94) {
		// Any pair may become gold, judged or not, while it is on people's desks.
		const all = await world.query<{ id: string }>(`select id from comparisons where project_id = '${on.id}' and status <> 'gold' order by id`);
		return code('gold', await putGold(app, admin, { slug, items: [{ comparisonId: pick(rng, all).id, verdict: 'a' }] }));
	}
	const policy = completePolicy({ goldRate: 0.15, repeatRate: 0.15, repeatAfter: 2, dispute: pick(rng, ['no_majority', 'opposed', 'any_difference'] as const) });
	return code('policy', await putPolicy(app, admin, { slug, policy }));
}

/** What must hold of the record after anything whatever; each line a sentence and the rows that break it. */
async function broken({ id }: Stage): Promise<Record<string, unknown[]>> {
	const rows = (text: string) => world.query(text);
	const found: Record<string, unknown[]> = {
		'filled is the number of pointers, at most the overlap': await rows(`select c.id from comparisons c where c.project_id = '${id}' and (c.filled > c.overlap or c.filled <> (select count(*) from slots s where s.comparison_id = c.id and s.judgment_id is not null))`),
		'complete means exactly N': await rows(`select c.id, c.status, c.filled from comparisons c where c.project_id = '${id}' and (c.status = 'complete') <> (c.filled = c.overlap) and c.status not in ('gold')`),
		'a place points to a standing judgment of purpose counting by the person it names': await rows(
			`select s.id from slots s join comparisons c on c.id = s.comparison_id join judgments j on j.id = s.judgment_id where c.project_id = '${id}'
				and (j.purpose <> 'counting' or j.verdict = 'cannot_judge' or j.judge_user_id <> s.annotator_id or exists (select 1 from judgment_voids v where v.judgment_id = j.id) or exists (select 1 from judgments l where l.supersedes_id = j.id))`
		),
		'nobody has two standing judgments of one purpose on one comparison': await rows(
			`select j.comparison_id from judgments j where j.project_id = '${id}' and j.origin = 'workspace' and not exists (select 1 from judgment_voids v where v.judgment_id = j.id) and not exists (select 1 from judgments l where l.supersedes_id = j.id)
				group by j.comparison_id, j.judge_user_id, j.purpose having count(*) > 1`
		),
		'nobody judged for counting what they met as gold': await rows(
			`select j.comparison_id from judgments j where j.project_id = '${id}' and j.origin = 'workspace' and j.purpose in ('counting', 'gold') and not exists (select 1 from judgment_voids v where v.judgment_id = j.id)
				group by j.comparison_id, j.judge_user_id having count(distinct j.purpose) > 1`
		),
		'no wall is crossed': await rows(
			`select j.id from judgments j join comparisons c on c.id = j.comparison_id join prompts p on p.id = c.prompt_id join walls w on w.user_id = j.judge_user_id and w.project_id = p.project_id and w.matter = p.matter
					-- The last second before a wall came down is left out: a judgment under way then may rightly have come after.
					and (w.lifted_at is null or (j.created_at >= w.created_at and j.created_at < w.lifted_at - interval '1 second'))
				where j.project_id = '${id}' and not exists (select 1 from judgment_voids v where v.judgment_id = j.id)`
		),
		'only what is complete is disputed': await rows(`select c.id from comparisons c where c.project_id = '${id}' and c.disputed and c.status <> 'complete'`),
		'who adjudicated did not judge': await rows(
			`select a.id from adjudications a join judgments j on j.comparison_id = a.comparison_id and j.judge_user_id = a.by_user_id and j.purpose = 'counting'
				where a.project_id = '${id}' and not exists (select 1 from judgment_voids v where v.judgment_id = j.id)`
		),
		'no surplus waits while a place is free': await rows(
			`select c.id from comparisons c where c.project_id = '${id}' and c.status in ('open', 'exhausted') and exists (select 1 from slots s where s.comparison_id = c.id and s.judgment_id is null and s.task_id is null)
				and exists (select 1 from judgments j where j.comparison_id = c.id and j.purpose = 'counting' and j.verdict <> 'cannot_judge' and not exists (select 1 from judgment_voids v where v.judgment_id = j.id)
					and not exists (select 1 from judgments l where l.supersedes_id = j.id) and not exists (select 1 from slots s where s.judgment_id = j.id))`
		),
		'tallies add up': await rows(
			`select 1 from rounds r where r.project_id = '${id}' and ((select coalesce(sum(counted), 0) from annotator_progress a where a.round_id = r.id) <> (select count(*) from slots s where s.round_id = r.id and s.judgment_id is not null)
				or (select coalesce(sum(completed), 0) from annotator_progress a where a.round_id = r.id) <> (select count(*) from comparisons c where c.round_id = r.id and c.status = 'complete'))`
		)
	};
	const states = await rowsOf<{ id: string; status: string; left: boolean }>(
		world.app.db,
		sql`select c.id, c.status, ${someoneIsLeft({ id: sql`c.id`, projectId: sql`c.project_id` })} as left from comparisons c where c.project_id = ${id} and c.status in ('open', 'exhausted')`
	);
	found['exhausted is what nobody is left to judge'] = states.filter(({ status, left }) => (status === 'open') !== left);
	const disputes = await world.query<{ id: string; disputed: boolean; dispute: 'opposed'; verdicts: Verdict[] | null; decided: boolean; sent_back: boolean }>(
		`select c.id, c.disputed, p.judging_policy->>'dispute' as dispute, (select array_agg(j.verdict) from slots s join judgments j on j.id = s.judgment_id where s.comparison_id = c.id) as verdicts,
			exists (select 1 from judgments j where j.comparison_id = c.id and j.purpose = 'adjudication' and not exists (select 1 from judgment_voids v where v.judgment_id = j.id)) as decided,
			exists (select 1 from adjudications a where a.comparison_id = c.id and a.outcome = 'sent_back') as sent_back
			from comparisons c join projects p on p.id = c.project_id where c.project_id = '${id}' and c.status = 'complete'`
	);
	// One that was sent back may lie with its judges; all others follow from their pointers alone.
	found['a dispute follows from the pointers'] = disputes.filter((one) => !one.sent_back && one.disputed !== (!one.decided && isDisputed(one.dispute, one.verdicts ?? [])));
	return Object.fromEntries(Object.entries(found).filter(([, wrong]) => wrong.length > 0));
}

/** What the storm's dice may have left out, as they fall otherwise with every step that is refused: a wall, an undo, a void and a lease that lapses. */
async function onceByHand(on: Stage): Promise<void> {
	const { app, admin } = world;
	if (on.walls.length === 0) {
		const raised = valueOf(await raiseWall(app, admin, { slug: on.slug, userId: on.people[4]?.actor.userId ?? '', matter: 'Acme' }));
		on.walls.push(raised.id);
	}
	const judged = on.people.flatMap(({ actor, judged }) => judged.map((one) => ({ actor, ...one })));
	for (const { actor, task, judgmentId } of judged) {
		const again = await submitJudgment(app, actor, { taskId: task.taskId, leaseToken: task.leaseToken, verdict: 'tie', supersedes: judgmentId });
		if (again.ok) break;
	}
	for (const { judgmentId } of judged) if ((await voidJudgment(app, admin, { judgmentId, reason: 'mistake' })).ok) break;
	for (const { actor } of on.people) {
		const held = await claimTask(app, actor, { slug: on.slug });
		if (held.ok && held.value) break;
	}
}

describe('gold, repeats, walls, skills, skips, lost leases, voids, undo and adjudication', () => {
	it.each(['one', 'two', 'three'])('leave the record whole, all at once (seed %s)', async (seed) => {
		const on = await stage();
		const rng = createRng(`mix ${seed}`);
		const met = new Set<string>();
		const work = async (person: Person, own: Rng) => {
			for (let i = 0; i < 45; i += 1) {
				met.add((await judgeSomething(own, person, on.slug)) ?? '');
				if (own.next() < 0.2) await pause(own.int(120));
			}
		};
		const meddle = async (own: Rng) => {
			for (let i = 0; i < 30; i += 1) met.add((await somethingElse(own, on)) ?? '');
		};
		await Promise.all([...on.people.map((person, i) => work(person, createRng(`${seed} ${i}`))), meddle(createRng(`${seed} a`)), meddle(createRng(`${seed} b`))]);
		expect([...met].filter((what) => what !== '' && !EXPECTED.has(what.split(': ').at(-1) ?? ''))).toEqual([]);
		// On a slow machine hardly a pair is complete before the storm is over: one decision at least.
		valueOf(await putPolicy(world.app, world.admin, { slug: on.slug, policy: completePolicy({ goldRate: 0.15, repeatRate: 0.15, repeatAfter: 2, dispute: 'any_difference' }) }));
		const last = valueOf(await claimAdjudication(world.app, on.reviewers[1] as Actor, { slug: on.slug }));
		if (last) valueOf(await decideAdjudication(world.app, on.reviewers[1] as Actor, { id: last.adjudicationId, leaseToken: last.leaseToken, verdict: 'tie', rationale: 'Because.' }));
		await onceByHand(on);
		await pause(1100);
		await sweep(world.app);
		// That all of it happened, or this test says nothing.
		const happened = await world.query<Record<string, number>>(
			`select (select count(*)::int from judgments where project_id = '${on.id}' and purpose = 'gold') as gold, (select count(*)::int from judgments where project_id = '${on.id}' and purpose = 'repeat') as repeats,
				(select count(*)::int from adjudications where project_id = '${on.id}' and outcome = 'decided') as decided, (select count(*)::int from walls where project_id = '${on.id}') as walls,
				(select count(*)::int from skips k join comparisons c on c.id = k.comparison_id where c.project_id = '${on.id}') as skips, (select count(*)::int from tasks where project_id = '${on.id}' and state = 'lost') as lost,
				(select count(*)::int from judgments where project_id = '${on.id}' and supersedes_id is not null) as undone, (select count(*)::int from judgment_voids v join judgments j on j.id = v.judgment_id where j.project_id = '${on.id}') as voids`
		);
		expect(Object.entries(happened[0] ?? {}).filter(([, n]) => n === 0)).toEqual([]);
		// What judges write is everyday, or the index of acts would grow with every answer.
		const judges = on.people.filter(({ actor }) => !on.reviewers.includes(actor)).map(({ actor }) => actor.userId);
		const written = await rowsOf<{ action: string; act: boolean }>(world.app.db, sql`select distinct action, ${notEveryday('action')} as act from audit_entries where project_id = ${on.id} and actor_id in ${uuids(judges)}`);
		expect(written.length).toBeGreaterThan(1);
		expect(written.filter(({ act }) => act)).toEqual([]);
		expect(await broken(on)).toEqual({});

		// Then everybody works on in peace: whatever can be judged gets its three, the rest waits for nobody.
		for (const { actor } of on.people) {
			for (let task = valueOf(await claimTask(world.app, actor, { slug: on.slug })); task; task = valueOf(await claimTask(world.app, actor, { slug: on.slug }))) {
				valueOf(await submitJudgment(world.app, actor, { taskId: task.taskId, leaseToken: task.leaseToken, verdict: pick(rng, ['left', 'right', 'tie'] as const) }));
			}
		}
		expect(await broken(on)).toEqual({});
	}, 120_000);
});
