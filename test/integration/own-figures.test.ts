import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '#lib/server/auth/actor.ts';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import { correctJudgment } from '#lib/server/usecases/correct-judgment.ts';
import { readAgreement } from '#lib/server/usecases/read-agreement.ts';
import { readOwnFigures } from '#lib/server/usecases/read-own-figures.ts';
import { submitJudgment } from '#lib/server/usecases/submit-judgment.ts';
import { judgedApart } from '../support/apart.ts';
import { comparisonRows, createWorld, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

const QUESTIONS = 24;

let world: World;
beforeAll(async () => {
	world = await createWorld();
});
afterAll(() => world.close());

/** Judges all there is: the first answer, or the second where `other` says so. */
async function judgeAll(slug: string, actor: Actor, other: (question: number) => boolean, durationMs = 30_000): Promise<string[]> {
	const ids: string[] = [];
	for (let task = valueOf(await claimTask(world.app, actor, { slug })); task; task = valueOf(await claimTask(world.app, actor, { slug }))) {
		const question = Number(/\d+/.exec(JSON.stringify(task.prompt.messages))?.[0]);
		const firstIsLeft = JSON.stringify(task.left.messages).includes('Answer one');
		const verdict = firstIsLeft !== other(question) ? 'left' : 'right';
		ids.push(valueOf(await submitJudgment(world.app, actor, { taskId: task.taskId, leaseToken: task.leaseToken, verdict, durationMs })).judgmentId);
	}
	return ids;
}
type Stored = { id: string; comparison_id: string; verdict: 'a' | 'b' };
const stored = (ids: string[]) => world.query<Stored>(`select id, comparison_id, verdict from judgments where id in (${ids.map((id) => `'${id}'`).join(',')}) order by id`);
const opposite = (verdict: string) => (verdict === 'a' ? 'b' : 'a');
const makeGold = (of: Stored, projectId: string, isWarmUp = false) =>
	world.app.db.execute(sql`insert into gold_items (project_id, comparison_id, verdict, order_key, is_warm_up, created_by) values (${projectId}, ${of.comparison_id}, ${of.verdict}, 1, ${isWarmUp}, ${world.admin.userId})`);

describe('one’s own figures', () => {
	it('are about oneself: pace, sides, the others pooled and unnamed', async () => {
		const { slug } = await world.project({ overlap: 3, rows: comparisonRows(QUESTIONS) });
		const [ann, bob, cem] = [await world.person('ann', { slug, role: 'annotator' }), await world.person('bob-by-name', { slug, role: 'annotator' }), await world.person('cem-by-name', { slug, role: 'annotator' })];
		await judgeAll(slug, ann, () => false);
		await judgeAll(slug, bob, (question) => question % 4 === 0);
		await judgeAll(slug, cem, () => false);

		const own = valueOf(await readOwnFigures(world.app, ann, slug));
		expect(own).toMatchObject({ judged: QUESTIONS, skipped: 0, perHour: 120, medianSeconds: { value: 30, n: QUESTIONS }, leftRate: { n: QUESTIONS } });
		// Six of Bob's 24 differ, none of Cem's.
		expect(own.others.equal).toMatchObject({ value: (2 * QUESTIONS - 6) / (2 * QUESTIONS), n: 2 * QUESTIONS, groups: QUESTIONS });
		expect(own.others.alpha.n).toBe(4 * QUESTIONS);
		expect(own.others.equal.low).toBeLessThan(own.others.equal.value ?? 0);
		expect(own.hours.reduce((sum, { judged }) => sum + judged, 0)).toBe(QUESTIONS);
		expect(own.selfConsistency).toMatchObject({ value: null, reason: 'no_observations' });
		expect(JSON.stringify(own)).not.toMatch(/by-name/);
		for (const other of [bob, cem]) expect(JSON.stringify(own)).not.toContain(other.userId);
		expect(problemOf(await readOwnFigures(world.app, await world.person('stranger'), slug))).toBe('not_found');
	});

	it('tell gold in tens from the twentieth on, and by what was said first', async () => {
		const { slug, id } = await world.project({ rows: comparisonRows(QUESTIONS + 8) });
		const ann = await world.person('ann', { slug, role: 'annotator' });
		const items = await stored(await judgeAll(slug, ann, () => false));
		for (const item of items) await makeGold(item, id);
		const answer = (item: Stored, right: boolean) => judgedApart(world, ann, { comparisonId: item.comparison_id, purpose: 'gold', verdict: right ? item.verdict : opposite(item.verdict) });
		const gold = async () => valueOf(await readOwnFigures(world.app, ann, slug)).goldAccuracy;

		const answers: string[] = [];
		for (const item of items.slice(0, 19)) answers.push(await answer(item, true));
		expect(await gold()).toMatchObject({ value: null, n: 0 });
		await answer(items[19] as Stored, false);
		expect(await gold()).toMatchObject({ value: 0.95, n: 20 });
		for (const item of items.slice(20, 29)) await answer(item, false);
		expect(await gold(), 'nine more wrong ones are not told yet').toMatchObject({ value: 0.95, n: 20 });
		await answer(items[29] as Stored, false);
		expect(await gold()).toMatchObject({ value: 19 / 30, n: 30 });
		// Who thinks it over afterwards did not know it.
		valueOf(await correctJudgment(world.app, ann, { judgmentId: answers[0] ?? '', verdict: 'tie' }));
		expect(await gold()).toMatchObject({ value: 19 / 30, n: 30 });
		await world.query(`update gold_items set retired_at = now() where comparison_id = '${items[25]?.comparison_id}'`);
		expect(await gold()).toMatchObject({ value: 0.95, n: 20 });
	});

	it('compare a repeat with what stood when it was given', async () => {
		const { slug } = await world.project({ rows: comparisonRows(3) });
		const [ann, risk] = [await world.person('ann', { slug, role: 'annotator' }), await world.person('risk', { slug, role: 'reviewer' })];
		const [same, changed, later] = (await stored(await judgeAll(slug, ann, () => false))) as [Stored, Stored, Stored];
		await judgedApart(world, ann, { comparisonId: same.comparison_id, purpose: 'repeat', verdict: same.verdict });
		await judgedApart(world, ann, { comparisonId: changed.comparison_id, purpose: 'repeat', verdict: opposite(changed.verdict) });
		const repeat = await judgedApart(world, ann, { comparisonId: later.comparison_id, purpose: 'repeat', verdict: later.verdict });
		const read = async () => valueOf(await readAgreement(world.app, risk, { slug })).selfConsistency;
		expect(await read()).toMatchObject({ value: 2 / 3, n: 3 });
		valueOf(await correctJudgment(world.app, ann, { judgmentId: later.id, verdict: 'tie' }));
		expect(await read(), 'a change of mind afterwards is no inconsistency').toMatchObject({ value: 2 / 3, n: 3 });
		valueOf(await correctJudgment(world.app, ann, { judgmentId: repeat, verdict: 'both_bad' }));
		expect(await read()).toMatchObject({ value: 1 / 3, n: 3 });
		expect(valueOf(await readOwnFigures(world.app, ann, slug)).selfConsistency).toMatchObject({ value: 1 / 3, n: 3 });
		expect(valueOf(await readOwnFigures(world.app, risk, slug)).selfConsistency.n).toBe(0);
	});
});

describe('agreement', () => {
	it('counts nothing behind a wall for who asks, gold and repeats included', async () => {
		const rows = comparisonRows(4).map((row, i) => ({ ...row, matter: i === 0 ? 'closed' : 'open' }));
		const { slug, id } = await world.project({ overlap: 2, rows });
		const [ann, bob, risk] = [await world.person('ann', { slug, role: 'annotator' }), await world.person('bob', { slug, role: 'annotator' }), await world.person('risk', { slug, role: 'reviewer' })];
		const anns = await stored(await judgeAll(slug, ann, () => false));
		await judgeAll(slug, bob, () => false);
		for (const item of anns) await judgedApart(world, ann, { comparisonId: item.comparison_id, purpose: 'repeat', verdict: item.verdict });
		for (const item of anns) await makeGold(item, id);
		for (const item of anns) await judgedApart(world, bob, { comparisonId: item.comparison_id, purpose: 'gold', verdict: item.verdict });
		const sizes = async () => {
			const read = valueOf(await readAgreement(world.app, risk, { slug, round: 1 }));
			return [read.judgments, read.pairs[0]?.equal.n, read.selfConsistency.n, read.goldAccuracy?.n];
		};
		expect(await sizes()).toEqual([8, 4, 4, 4]);
		await world.app.db.execute(sql`insert into walls (project_id, user_id, matter, raised_by) values (${id}, ${risk.userId}, 'closed', ${world.admin.userId})`);
		expect(await sizes()).toEqual([6, 3, 3, 3]);
	});
});
