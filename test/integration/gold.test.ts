import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { completePolicy } from '#lib/domain/judging-policy.ts';
import type { JudgingPolicy } from '#lib/domain/judging-policy.ts';
import { opposite } from '#lib/domain/presentation.ts';
import type { SideOrder } from '#lib/domain/presentation.ts';
import { drawPurpose } from '#lib/domain/work-mix.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import * as gold from '#lib/server/db/gold.ts';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import type { ClaimedTask } from '#lib/server/usecases/claim-task.ts';
import { compareDesk } from '#lib/server/usecases/compare-desk.ts';
import { freezeSnapshot } from '#lib/server/usecases/freeze-snapshot.ts';
import { heartbeatTask } from '#lib/server/usecases/heartbeat-task.ts';
import { putGold } from '#lib/server/usecases/put-gold.ts';
import { putPolicy } from '#lib/server/usecases/put-policy.ts';
import { raiseWall } from '#lib/server/usecases/raise-wall.ts';
import { readChecks } from '#lib/server/usecases/read-checks.ts';
import { readLoop } from '#lib/server/usecases/read-loop.ts';
import { readOwnFigures } from '#lib/server/usecases/read-own-figures.ts';
import { retireGold } from '#lib/server/usecases/retire-gold.ts';
import { skipTask } from '#lib/server/usecases/skip-task.ts';
import { submitJudgment } from '#lib/server/usecases/submit-judgment.ts';
import { voidJudgment } from '#lib/server/usecases/void-judgment.ts';
import { leaseApart } from '../support/apart.ts';
import { comparisonRows, createWorld, pairRows, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await createWorld();
});
afterAll(() => world.close());

type Told = { task: ClaimedTask; judgmentId: string; counted: boolean };

const claim = async (slug: string, actor: Actor) => valueOf(await claimTask(world.app, actor, { slug }));
const purposeOf = async ({ taskId }: ClaimedTask) => (await world.query<{ purpose: string }>(`select purpose from tasks where id = '${taskId}'`))[0]?.purpose;

async function judgeAll(slug: string, actor: Actor): Promise<Told[]> {
	const told: Told[] = [];
	for (let task = await claim(slug, actor); task; task = await claim(slug, actor)) {
		told.push({ task, ...valueOf(await submitJudgment(world.app, actor, { taskId: task.taskId, leaseToken: task.leaseToken, verdict: 'left' })) });
	}
	return told;
}

/** A project with plain pairs to judge, and imported ones that became gold. */
async function withGold(policy: Partial<JudgingPolicy>, options: { plain?: number; gold?: number; overlap?: number; warmUp?: boolean } = {}) {
	const { slug, id } = await world.project({ overlap: options.overlap ?? 1, rows: comparisonRows(options.plain ?? 40) });
	const { id: importId } = valueOf(await world.importRows(slug, pairRows(options.gold ?? 12, 'gold')));
	const made = valueOf(await putGold(world.app, world.admin, { slug, importId, warmUp: options.warmUp ?? false }));
	valueOf(await putPolicy(world.app, world.admin, { slug, policy: completePolicy(policy) }));
	return { slug, id, importId, made, ann: await world.person('ann', { slug, role: 'annotator' }) };
}

describe('gold', () => {
	it('leaves the queue and is mixed in at the set rate, without a word that tells', async () => {
		const { slug, id, made, ann } = await withGold({ goldRate: 0.25 }, { plain: 40, gold: 40 });
		expect(made).toEqual({ added: 40, already: 0, setAside: 40 });
		const told = await judgeAll(slug, ann);
		const purposes = await Promise.all(told.map(({ task }) => purposeOf(task)));
		expect(purposes.filter((one) => one === 'counting')).toHaveLength(40);
		// How many it is, chance decides; which they are, anybody can draw again from the project's seed.
		const [project] = await world.query<{ seed: string }>(`select seed from projects where id = '${id}'`);
		const policy = completePolicy({ goldRate: 0.25 });
		const drawn = purposes.map((_, had) => drawPurpose({ seed: project?.seed ?? '', userId: ann.userId, had, gold: purposes.slice(0, had).filter((one) => one === 'gold').length, policy }));
		expect(purposes).toEqual(drawn);
		expect(purposes).toContain('gold');
		// What a client gets is of one shape, and every answer to it the same.
		expect(new Set(told.map(({ task }) => Object.keys(task).toSorted().join())).size).toBe(1);
		expect(told.every(({ counted }) => counted)).toBe(true);
		expect(JSON.stringify(told)).not.toMatch(/gold(?!\d)|purpose|repeat/i);
		expect(await world.query(`select r.comparisons, (select count(*)::int from comparisons where status = 'complete' and project_id = '${id}') as complete, (select sum(counted)::int from annotator_progress p where p.round_id = r.id) as counted from rounds r where r.project_id = '${id}'`)).toEqual([{ comparisons: 40, complete: 40, counted: 40 }]);
		// Nothing of it gets into training data, and it is said.
		const frozen = valueOf(await freezeSnapshot(world.app, world.admin, { slug, objective: 'dpo', rule: { includeImports: true } }));
		expect(await world.query(`select distinct j.disposition from snapshot_judgments j join gold_items g on g.comparison_id = j.comparison_id where j.snapshot_id = '${frozen.id}'`)).toEqual([{ disposition: 'filtered' }]);
		expect(await world.query(`select count(*)::int as n from snapshot_comparisons s join gold_items g on g.comparison_id = s.comparison_id where s.snapshot_id = '${frozen.id}' and s.verdict is not null`)).toEqual([{ n: 0 }]);
	});

	it('comes first as a warm-up, each item once a person', async () => {
		const { slug, ann } = await withGold({ warmUp: 5 }, { plain: 6, gold: 8, warmUp: true });
		const told = await judgeAll(slug, ann);
		expect(await Promise.all(told.map(({ task }) => purposeOf(task)))).toEqual([...Array<string>(5).fill('gold'), ...Array<string>(6).fill('counting')]);
		expect(new Set(told.map(({ task }) => JSON.stringify(task.prompt))).size).toBe(11);
	});

	it('says what was right after a warm-up item, where the project wants that, and after no other', async () => {
		const { slug, ann } = await withGold({ warmUp: 2, warmUpFeedback: true, goldRate: 0.5 }, { plain: 20, gold: 2, warmUp: true });
		valueOf(await putGold(world.app, world.admin, { slug, importId: valueOf(await world.importRows(slug, pairRows(6, 'silent'))).id }));
		const told: { gold: boolean; warmUp: boolean; feedback: unknown; met: boolean }[] = [];
		for (let task = await claim(slug, ann); task; task = await claim(slug, ann)) {
			const careful = JSON.stringify(task.left.messages).includes('careful');
			const { feedback } = valueOf(await submitJudgment(world.app, ann, { taskId: task.taskId, leaseToken: task.leaseToken, verdict: 'left' }));
			told.push({ gold: (await purposeOf(task)) === 'gold', warmUp: JSON.stringify(task.prompt).includes('gold'), feedback, met: careful });
			if (feedback) expect(feedback).toEqual({ right: careful ? 'left' : 'right', tieIsRight: false, met: careful, explanation: null });
		}
		expect(told.filter(({ gold }) => gold).length).toBeGreaterThan(2);
		expect(told.map(({ feedback }) => feedback !== undefined)).toEqual(told.map(({ warmUp }) => warmUp));
		expect(told.filter(({ feedback }) => feedback)).toHaveLength(2);
	});

	it('stays in the queue where somebody has begun to judge it, and is nobody’s gold who judged it', async () => {
		const { slug, id } = await world.project({ overlap: 2, rows: comparisonRows(2) });
		const ann = await world.person('ann', { slug, role: 'annotator' });
		const bob = await world.person('bob', { slug, role: 'annotator' });
		const task = await claim(slug, ann);
		if (!task) throw new Error('nothing to judge');
		valueOf(await submitJudgment(world.app, ann, { taskId: task.taskId, leaseToken: task.leaseToken, verdict: 'tie' }));
		const comparison = (await world.query<{ comparison_id: string }>(`select comparison_id from tasks where id = '${task.taskId}'`))[0]?.comparison_id ?? '';
		const item = { comparisonId: comparison, verdict: 'a' as const };
		expect(valueOf(await putGold(world.app, world.admin, { slug, items: [item] }))).toEqual({ added: 1, already: 0, setAside: 0 });
		expect(valueOf(await putGold(world.app, world.admin, { slug, items: [{ ...item, verdict: 'b' }] }))).toEqual({ added: 0, already: 1, setAside: 0 });
		valueOf(await putPolicy(world.app, world.admin, { slug, policy: completePolicy({ goldRate: 0.5, warmUp: 1 }) }));
		await judgeAll(slug, ann);
		await judgeAll(slug, bob);
		expect(await world.query(`select purpose, count(*)::int as n from judgments where comparison_id = '${comparison}' group by 1`)).toEqual([{ purpose: 'counting', n: 2 }]);
		expect(await world.query(`select status, filled from comparisons where project_id = '${id}'`)).toEqual(Array(2).fill({ status: 'complete', filled: 2 }));
	});

	it('refuses what is no comparison of the project or no verdict of its mode, each by its place, and takes nothing then', async () => {
		const { slug } = await world.project({ rows: comparisonRows(1) });
		const other = await world.project({ rows: comparisonRows(1) });
		const of = async (which: string) => (await world.query<{ id: string }>(`select c.id from comparisons c join projects p on p.id = c.project_id where p.slug = '${which}'`))[0]?.id ?? '';
		const refused = await putGold(world.app, world.admin, { slug, items: [{ comparisonId: await of(slug), verdict: 'a' }, { comparisonId: await of(slug), verdict: 'good' }, { comparisonId: await of(other.slug), verdict: 'a' }] });
		expect(refused.ok ? [] : refused.problem.errors?.map(({ field }) => field)).toEqual(['items[1]', 'items[2]']);
		expect(await world.query(`select count(*)::int as n from gold_items g join projects p on p.id = g.project_id where p.slug = '${slug}'`)).toEqual([{ n: 0 }]);
	});

	it('keeps its verdict for good; retired, it is given to nobody', async () => {
		const { slug, id, ann } = await withGold({ warmUp: 3 }, { plain: 2, gold: 3, warmUp: true });
		await expect(world.query(`update gold_items set verdict = 'tie' where project_id = '${id}'`)).rejects.toThrow();
		for (const { id: item } of await world.query<{ id: string }>(`select id from gold_items where project_id = '${id}'`)) valueOf(await retireGold(world.app, world.admin, { slug, id: item }));
		expect(await Promise.all((await judgeAll(slug, ann)).map(({ task }) => purposeOf(task)))).toEqual(['counting', 'counting']);
	});

	it('can be renewed, skipped, taken back and delivered late like any other', async () => {
		const { slug, ann } = await withGold({ warmUp: 4 }, { plain: 3, gold: 4, warmUp: true });
		const task = await claim(slug, ann);
		if (!task) throw new Error('nothing');
		const body = { taskId: task.taskId, leaseToken: task.leaseToken };
		valueOf(await heartbeatTask(world.app, ann, body));
		const { judgmentId } = valueOf(await submitJudgment(world.app, ann, { ...body, verdict: 'left', idempotencyKey: 'k' }));
		expect(valueOf(await submitJudgment(world.app, ann, { ...body, verdict: 'left', idempotencyKey: 'k' }))).toEqual({ judgmentId, counted: true });
		expect(problemOf(await submitJudgment(world.app, ann, { ...body, verdict: 'right' }))).toBe('already_judged');
		expect(valueOf(await submitJudgment(world.app, ann, { ...body, verdict: 'right', supersedes: judgmentId })).counted).toBe(true);
		const late = await claim(slug, ann);
		await world.query(`update tasks set expires_at = now() - interval '1 minute' where id = '${late?.taskId}'`);
		valueOf(await submitJudgment(world.app, ann, { taskId: late?.taskId ?? '', leaseToken: late?.leaseToken ?? '', verdict: 'tie' }));
		const passed = await claim(slug, ann);
		valueOf(await skipTask(world.app, ann, { taskId: passed?.taskId ?? '', leaseToken: passed?.leaseToken ?? '', reason: 'other' }));
		const rest = await judgeAll(slug, ann);
		expect(rest.map(({ task: one }) => JSON.stringify(one.prompt))).not.toContain(JSON.stringify(passed?.prompt));
	});

	it('gives a page that was reloaded its gold again among the three it holds', async () => {
		const { slug, ann } = await withGold({ warmUp: 3 }, { plain: 5, gold: 3, warmUp: true });
		const three = [await claim(slug, ann), await claim(slug, ann), await claim(slug, ann)];
		expect(new Set(three.map((task) => JSON.stringify(task?.prompt))).size).toBe(3);
		const again = await claim(slug, ann);
		expect(again?.prompt).toEqual(three[0]?.prompt);
		expect(again?.left).toEqual(three[0]?.left);
		// The window that was left open still delivers, once.
		valueOf(await submitJudgment(world.app, ann, { taskId: three[0]?.taskId ?? '', leaseToken: three[0]?.leaseToken ?? '', verdict: 'left' }));
		expect(problemOf(await submitJudgment(world.app, ann, { taskId: again?.taskId ?? '', leaseToken: again?.leaseToken ?? '', verdict: 'left' }))).toBe('already_judged');
	});

	it('goes on being mixed in, and repeats with it, where there are fewer warm-up items than the warm-up asks for', async () => {
		const { slug, ann } = await withGold({ warmUp: 5, goldRate: 0.3, repeatRate: 0.3, repeatAfter: 2 }, { plain: 40, gold: 2, warmUp: true });
		valueOf(await putGold(world.app, world.admin, { slug, importId: valueOf(await world.importRows(slug, pairRows(20, 'later'))).id }));
		const purposes = await Promise.all((await judgeAll(slug, ann)).map(({ task }) => purposeOf(task)));
		expect(purposes.slice(0, 2)).toEqual(['gold', 'gold']);
		expect(purposes.filter((one) => one === 'gold').length).toBeGreaterThan(4);
		expect(purposes.filter((one) => one === 'repeat').length).toBeGreaterThan(2);
	});

	it('warms up with so many items and no more, though pairs are leased ahead', async () => {
		const { slug, ann } = await withGold({ warmUp: 2 }, { plain: 6, gold: 6, warmUp: true });
		const three = [await claim(slug, ann), await claim(slug, ann), await claim(slug, ann)];
		expect(await Promise.all(three.map((task) => task && purposeOf(task)))).toEqual(['gold', 'gold', 'counting']);
	});

	it('is never in one hand with its own place in the queue, and takes nobody whom that place waits for', async () => {
		const { slug, id } = await world.project({ overlap: 2, rows: comparisonRows(2) });
		const [ann, bob, cem] = [await world.person('ann', { slug, role: 'annotator' }), await world.person('bob', { slug, role: 'annotator' }), await world.person('cem', { slug, role: 'annotator' })];
		await judgeAll(slug, ann);
		const items = (await world.query<{ id: string }>(`select id from comparisons where project_id = '${id}'`)).map((one) => ({ comparisonId: one.id, verdict: 'a' as const }));
		expect(valueOf(await putGold(world.app, world.admin, { slug, items })).setAside).toBe(0);
		valueOf(await putPolicy(world.app, world.admin, { slug, policy: completePolicy({ goldRate: 0.5 }) }));
		const held = [await claim(slug, bob), await claim(slug, bob), await claim(slug, bob)].filter((task) => task !== null);
		expect(await Promise.all(held.map(purposeOf))).toEqual(['counting', 'counting']);
		for (const task of held) valueOf(await submitJudgment(world.app, bob, { taskId: task.taskId, leaseToken: task.leaseToken, verdict: 'left' }));
		// Complete, they are gold for whom they waited for no longer, one at a time and never beside a place that opens again.
		// So many that one of them is gold, whatever is drawn.
		valueOf(await world.importRows(slug, comparisonRows(30, 'more')));
		const golden: ClaimedTask[] = [];
		for (let task = await claim(slug, cem); task && golden.length === 0; task = await claim(slug, cem)) {
			if ((await purposeOf(task)) === 'gold') golden.push(task);
			else valueOf(await submitJudgment(world.app, cem, { taskId: task.taskId, leaseToken: task.leaseToken, verdict: 'tie' }));
		}
		const gold = golden[0] as ClaimedTask;
		const comparison = (await world.query<{ comparison_id: string }>(`select comparison_id from tasks where id = '${gold.taskId}'`))[0]?.comparison_id ?? '';
		const [counted] = await world.query<{ judgment_id: string; annotator_id: string }>(`select judgment_id, annotator_id from slots where comparison_id = '${comparison}' order by position limit 1`);
		valueOf(await voidJudgment(world.app, world.admin, { judgmentId: counted?.judgment_id ?? '', reason: 'mistake' }));
		await world.query(`insert into skips (comparison_id, user_id, task_id, reason) select comparison_id, annotator_id, id, 'other' from tasks where comparison_id = '${comparison}' and annotator_id = '${counted?.annotator_id}'`);
		const again = async () => world.query(`select purpose, annotator_id from tasks where comparison_id = '${comparison}' and annotator_id = '${cem.userId}' order by id`);
		await judgeAll(slug, cem);
		expect(await again()).toEqual([{ purpose: 'gold', annotator_id: cem.userId }]);
		// Of the two others one has judged it, one passed: once Cem has met it as gold, nobody is left for the place.
		valueOf(await submitJudgment(world.app, cem, { taskId: gold.taskId, leaseToken: gold.leaseToken, verdict: 'left' }));
		expect(await world.query(`select status, filled from comparisons where id = '${comparison}'`)).toEqual([{ status: 'exhausted', filled: 1 }]);
	});

	it('once lapsed and judged for counting, is not judged a second time', async () => {
		const { slug, id } = await world.project({ overlap: 1, rows: comparisonRows(1) });
		const [ann, bob] = [await world.person('ann', { slug, role: 'annotator' }), await world.person('bob', { slug, role: 'annotator' })];
		await judgeAll(slug, ann);
		const [item] = await world.query<{ id: string }>(`select id from comparisons where project_id = '${id}'`);
		valueOf(await putGold(world.app, world.admin, { slug, items: [{ comparisonId: item?.id ?? '', verdict: 'a' }] }));
		const gold = await leaseApart(world, bob, { comparisonId: item?.id ?? '', purpose: 'gold' });
		await world.query(`update tasks set expires_at = now() - interval '1 minute' where id = '${gold.taskId}'`);
		const [standing] = await world.query<{ judgment_id: string }>(`select judgment_id from slots where comparison_id = '${item?.id}'`);
		valueOf(await voidJudgment(world.app, world.admin, { judgmentId: standing?.judgment_id ?? '', reason: 'mistake' }));
		const counting = (await judgeAll(slug, bob)).at(-1);
		expect(counting?.counted).toBe(true);
		const late = { taskId: gold.taskId, leaseToken: gold.leaseToken, verdict: 'left' as const };
		expect(problemOf(await submitJudgment(world.app, bob, late))).toBe('already_judged');
		expect(problemOf(await submitJudgment(world.app, bob, { ...late, supersedes: counting?.judgmentId }))).toBe('conflict');
		expect(await world.query(`select purpose from judgments where judge_user_id = '${bob.userId}'`)).toEqual([{ purpose: 'counting' }]);
	});

	it('is told by no figure of one’s own, and by no answer that is asked for again', async () => {
		const { slug, ann } = await withGold({ goldRate: 0.3, repeatRate: 0.2, repeatAfter: 2 }, { plain: 60, gold: 30 });
		type Seen = { purpose: string | undefined; judged: number; cannotJudge: number; sides: number; timed: number };
		const seen: Seen[] = [];
		const figures = async () => valueOf(await readOwnFigures(world.app, ann, slug));
		let before = await figures();
		const told: { purpose: string | undefined; again: boolean }[] = [];
		for (let task = await claim(slug, ann); task; task = await claim(slug, ann)) {
			const body = { taskId: task.taskId, leaseToken: task.leaseToken, verdict: seen.length % 4 === 3 ? ('cannot_judge' as const) : ('left' as const), durationMs: 1000 };
			const { judgmentId } = valueOf(await submitJudgment(world.app, ann, { ...body, idempotencyKey: task.taskId }));
			const now = await figures();
			const purpose = await purposeOf(task);
			seen.push({ purpose, judged: now.judged - before.judged, cannotJudge: now.cannotJudge - before.cannotJudge, sides: now.leftRate.n - before.leftRate.n, timed: now.medianSeconds.n - before.medianSeconds.n });
			before = now;
			if (seen.length % 4 === 1) {
				valueOf(await submitJudgment(world.app, ann, { ...body, verdict: 'right', supersedes: judgmentId }));
				told.push({ purpose, again: valueOf(await submitJudgment(world.app, ann, { ...body, idempotencyKey: task.taskId })).counted });
				before = await figures();
			}
		}
		expect(new Set(seen.map(({ purpose }) => purpose))).toEqual(new Set(['counting', 'gold', 'repeat']));
		const shapes = (of: Seen[]) => [...new Set(of.map(({ purpose: _, ...rest }) => JSON.stringify(rest)))].toSorted();
		expect(shapes(seen)).toEqual([JSON.stringify({ judged: 1, cannotJudge: 0, sides: 1, timed: 1 }), JSON.stringify({ judged: 1, cannotJudge: 1, sides: 0, timed: 1 })]);
		expect(new Set(told.map(({ purpose }) => purpose)).size).toBeGreaterThan(1);
		expect(new Set(told.map(({ again }) => again)).size).toBe(1);
	});

	it('is told by no count of what is left: who is given it is told in tens, who looks after it exactly', async () => {
		const { slug, ann } = await withGold({ goldRate: 0.4 }, { plain: 23, gold: 20 });
		const rex = await world.person('rex', { slug, role: 'reviewer' });
		const told: { purpose: string | undefined; left: number | null; done: number }[] = [];
		for (let task = await claim(slug, ann); task; task = await claim(slug, ann)) {
			valueOf(await submitJudgment(world.app, ann, { taskId: task.taskId, leaseToken: task.leaseToken, verdict: 'left' }));
			const { mine, progress } = valueOf(await compareDesk(world.app, ann, slug));
			expect(valueOf(await readLoop(world.app, ann, slug))).toMatchObject({ mine: { left: mine.left }, progress });
			told.push({ purpose: await purposeOf(task), left: mine.left, done: progress.done });
			if (told.length === 5) expect(valueOf(await compareDesk(world.app, rex, slug)).progress).toMatchObject({ inTens: false, done: told.filter(({ purpose }) => purpose === 'counting').length });
		}
		expect(told.some(({ purpose }) => purpose === 'gold')).toBe(true);
		expect(told.map(({ left, done }) => `${left} ${done}`).filter((one, i, all) => one !== all[i - 1])).toEqual(['23 0', '20 0', '20 10', '10 10', '10 20', '0 23']);
	});

	it('answered after somebody was told what is right does not better the item’s share of right answers', async () => {
		const { slug, ann } = await withGold({ warmUp: 1, warmUpFeedback: true }, { plain: 1, gold: 1, warmUp: true });
		const task = await claim(slug, ann);
		const wrong = JSON.stringify(task?.left.messages).includes('careful') ? 'right' : 'left';
		const body = { taskId: task?.taskId ?? '', leaseToken: task?.leaseToken ?? '' };
		const { judgmentId } = valueOf(await submitJudgment(world.app, ann, { ...body, verdict: wrong }));
		valueOf(await submitJudgment(world.app, ann, { ...body, verdict: wrong === 'left' ? 'right' : 'left', supersedes: judgmentId }));
		expect(valueOf(await readChecks(world.app, world.admin, { slug })).gold.map(({ answers, right }) => ({ answers, right }))).toEqual([{ answers: 1, right: 0 }]);
	});

	it('is given to nobody who may read which it is, though they judge', async () => {
		const { slug, id } = await world.project({ overlap: 2, rows: comparisonRows(30) });
		const { id: importId } = valueOf(await world.importRows(slug, pairRows(6)));
		valueOf(await putGold(world.app, world.admin, { slug, importId }));
		valueOf(await putPolicy(world.app, world.admin, { slug, policy: completePolicy({ goldRate: 0.5 }) }));
		const gold = [];
		for (const role of ['annotator', 'reviewer'] as const) {
			const judge = await world.person(role, { slug, role });
			await judgeAll(slug, judge);
			const rows = await world.query<{ n: number; gold: number }>(`select count(*)::int as n, (count(*) filter (where purpose = 'gold'))::int as gold from tasks where project_id = '${id}' and annotator_id = '${judge.userId}'`);
			expect(rows[0]?.n).toBeGreaterThanOrEqual(30);
			gold.push(rows[0]?.gold);
		}
		expect(gold[0]).toBeGreaterThan(0);
		expect(gold[1]).toBe(0);
	});

	it('is not told as what is right to a reviewer who may still be given the pair, unless they stated it', async () => {
		const { slug, id } = await world.project({ overlap: 2, rows: comparisonRows(1) });
		const [first, risk, author] = [await world.person('first', { slug, role: 'annotator' }), await world.person('risk', { slug, role: 'reviewer' }), await world.person('author', { slug, role: 'reviewer' })];
		await judgeAll(slug, first);
		const [pair] = await world.query<{ id: string }>(`select id from comparisons where project_id = '${id}'`);
		valueOf(await putGold(world.app, author, { slug, items: [{ comparisonId: pair?.id ?? '', verdict: 'a', tieIsRight: true }] }));
		const read = async (actor: Actor) => valueOf(await readChecks(world.app, actor, { slug })).gold[0];
		expect(await read(risk)).toMatchObject({ verdict: null, rightText: null, acceptsTie: false, right: null });
		for (const actor of [author, world.admin]) expect(await read(actor)).toMatchObject({ verdict: 'a', rightText: expect.stringMatching(/nswer .*to c0/u) as string, acceptsTie: true, right: 0 });
		await judgeAll(slug, risk);
		expect(await read(risk)).toMatchObject({ verdict: 'a', rightText: expect.stringMatching(/nswer .*to c0/u) as string });
	});

	it('is counted, retired and named to nobody behind a wall', async () => {
		const { slug, id } = await world.project({ rows: comparisonRows(1) });
		const { id: importId } = valueOf(await world.importRows(slug, pairRows(3).map((row, i) => (i === 0 ? { ...row, matter: 'Acme' } : row))));
		const risk = await world.person('risk', { slug, role: 'reviewer' });
		valueOf(await raiseWall(world.app, world.admin, { slug, userId: risk.userId, matter: 'Acme' }));
		const read = async () => valueOf(await readChecks(world.app, risk, { slug }));
		expect((await read()).imports.map(({ preferences }) => preferences)).toEqual([2]);
		expect(await gold.importsWithPreferences(world.app.db, { projectId: id, userId: risk.userId, most: 1 })).toMatchObject([{ id: importId, preferences: 1 }]);
		valueOf(await putGold(world.app, world.admin, { slug, importId }));
		expect(await read()).toMatchObject({ goldInUse: 2, gold: [{}, {}], imports: [] });
		const [hidden] = await world.query<{ id: string }>(`select g.id from gold_items g join comparisons c on c.id = g.comparison_id join prompts p on p.id = c.prompt_id where g.project_id = '${id}' and p.matter = 'Acme'`);
		expect(problemOf(await retireGold(world.app, risk, { slug, id: hidden?.id ?? '' }))).toBe('not_found');
	});
});

describe('repeats', () => {
	it('show an own pair again with sides swapped, late enough, once, and count for nothing', async () => {
		const { slug, id } = await world.project({ overlap: 1, rows: comparisonRows(80) });
		valueOf(await putPolicy(world.app, world.admin, { slug, policy: completePolicy({ repeatRate: 0.3, repeatAfter: 5 }) }));
		const ann = await world.person('ann', { slug, role: 'annotator' });
		const told = await judgeAll(slug, ann);
		const rows = await world.query<{ comparison_id: string; purpose: string; side_order: SideOrder }>(`select comparison_id, purpose, side_order from tasks where project_id = '${id}' order by id`);
		const repeats = rows.flatMap((row, at) => (row.purpose === 'repeat' ? [{ ...row, at }] : []));
		expect(repeats.length).toBeGreaterThan(8);
		expect(new Set(repeats.map((row) => row.comparison_id)).size).toBe(repeats.length);
		for (const repeat of repeats) {
			const firstAt = rows.findIndex((row) => row.comparison_id === repeat.comparison_id);
			expect(repeat.side_order).toBe(opposite(rows[firstAt]?.side_order as SideOrder));
			expect(repeat.at - firstAt).toBeGreaterThan(5);
		}
		expect(told.every(({ counted }) => counted)).toBe(true);
		expect(await world.query(`select status, filled, count(*)::int as n from comparisons where project_id = '${id}' group by 1, 2`)).toEqual([{ status: 'complete', filled: 1, n: 80 }]);
		// A repeat can be passed over and taken back without touching what counts.
		expect(await world.query(`select count(*)::int as n from slots s join judgments j on j.id = s.judgment_id where j.purpose <> 'counting'`)).toEqual([{ n: 0 }]);
	});
});
