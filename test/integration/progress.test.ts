import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '#lib/server/auth/actor.ts';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import { compareDesk } from '#lib/server/usecases/compare-desk.ts';
import { readLoop } from '#lib/server/usecases/read-loop.ts';
import { skipTask } from '#lib/server/usecases/skip-task.ts';
import { submitJudgment } from '#lib/server/usecases/submit-judgment.ts';
import { comparisonRows, createWorld, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await createWorld();
});
afterAll(() => world.close());

async function judge(slug: string, actor: Actor, count: number): Promise<void> {
	for (let n = 0; n < count; n++) {
		const task = valueOf(await claimTask(world.app, actor, { slug }));
		if (task) valueOf(await submitJudgment(world.app, actor, { taskId: task.taskId, leaseToken: task.leaseToken, verdict: 'left', durationMs: 20_000 }));
	}
}

/** Lets every place that counts point to a judgment like its own, made so many hours ago. */
const longAgo = (projectId: string, hours: number) =>
	world.app.db.execute(sql`with old as (
			insert into judgments (id, project_id, comparison_id, mode, task_id, origin, purpose, judge_kind, judge_user_id, verdict, created_at)
			select overlay(j.id::text placing (substr(x.ms, 1, 8) || '-' || substr(x.ms, 9, 4)) from 1 for 13)::uuid, j.project_id, j.comparison_id, j.mode, j.task_id, j.origin, j.purpose, j.judge_kind, j.judge_user_id, j.verdict, now() - make_interval(hours => ${hours})
			from slots s join judgments j on j.id = s.judgment_id, lateral (select lpad(to_hex((extract(epoch from now() - make_interval(hours => ${hours})) * 1000)::bigint), 12, '0') as ms) x
			where j.project_id = ${projectId} returning id, comparison_id)
		update slots s set judgment_id = old.id from old where old.comparison_id = s.comparison_id and s.judgment_id is not null`);

describe('the round’s progress', () => {
	it('is the same for everybody, at the desk and at home, and promises nothing too early', async () => {
		const { slug, id } = await world.project({ overlap: 1, rows: comparisonRows(24) });
		const [ann, bob] = [await world.person('ann', { slug, role: 'annotator' }), await world.person('bob', { slug, role: 'annotator' })];
		await judge(slug, ann, 12);
		const desk = async () => valueOf(await compareDesk(world.app, bob, slug)).progress;
		expect(await desk()).toEqual({ done: 12, wanted: 24, left: 12, inTens: false, hoursLeft: null });
		expect(valueOf(await readLoop(world.app, ann, slug)).progress).toEqual(await desk());
		expect(valueOf(await compareDesk(world.app, ann, slug)).mine).toMatchObject({ judged: 12, secondsEach: 20 });

		await longAgo(id, 48);
		const { hoursLeft, ...rest } = await desk();
		expect(rest).toEqual({ done: 12, wanted: 24, left: 12, inTens: false });
		expect(hoursLeft).toBeCloseTo(48, 1);
		await longAgo(id, 24 * 8);
		expect((await desk()).hoursLeft, 'last week says nothing about this one').toBeNull();
		await judge(slug, bob, 12);
		expect(await desk()).toMatchObject({ done: 24, left: 0, hoursLeft: 0 });
	});

	it('does not wait for what nobody is left to judge', async () => {
		const { slug } = await world.project({ overlap: 1, rows: comparisonRows(2) });
		const ann = await world.person('ann', { slug, role: 'annotator' });
		const task = valueOf(await claimTask(world.app, ann, { slug }));
		valueOf(await skipTask(world.app, ann, { taskId: task?.taskId ?? '', leaseToken: task?.leaseToken ?? '', reason: 'not_my_field' }));
		expect(valueOf(await readLoop(world.app, ann, slug)).progress).toMatchObject({ done: 0, wanted: 2, left: 1 });
		const empty = await world.project();
		expect(valueOf(await readLoop(world.app, world.admin, empty.slug)).progress).toBeNull();
	});
});
