import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FIRST_SUITE } from '#lib/domain/suite/check.ts';
import type { SuiteDefinition } from '#lib/domain/suite/check.ts';
import { verdictOfScores } from '#lib/domain/suite/judge-question.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import * as checkpoints from '#lib/server/db/checkpoints.ts';
import { beginAttempt, recordProgress } from '#lib/server/usecases/attempt-run.ts';
import { keepSaid } from '#lib/server/usecases/judge-run.ts';
import { putSuite } from '#lib/server/usecases/put-suite.ts';
import { measuresOfCheckpoint } from '#lib/server/usecases/read-suite-runs.ts';
import { suiteRewardModels } from '#lib/server/usecases/read-suite.ts';
import { registerCheckpoint } from '#lib/server/usecases/register-checkpoint.ts';
import type { RewardAsking } from '#lib/server/usecases/reward-asking.ts';
import { startRun } from '#lib/server/usecases/start-run.ts';
import { startSweep } from '#lib/server/usecases/start-sweep.ts';
import type { AskReward } from '../../workers/handlers/measure-answers.ts';
import { importedSnapshot, trained } from '../support/loop.ts';
import { suiteProject } from '../support/suite-project.ts';
import { PATIENT, runThroughSuite } from '../support/suite-run.ts';
import { createWorld, pairRows, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
let workerId: string;
let owner: Actor;
let slug: string;
let id: string;
let checkpointId: string;

beforeAll(async () => {
	world = await createWorld();
	({ slug, id, workerId, owner, checkpointId } = await suiteProject(world));
}, 120_000);
afterAll(() => world.close());

describe('a reward model as the judge', () => {
	/** What it was given to score; the answer that `likes` says wins. */
	const scorer = (likes: (text: string) => boolean) => {
		const asked: RewardAsking[] = [];
		const score: AskReward = async (at, askings) => {
			asked.push(...askings);
			for (const asking of askings) {
				const [a, b] = [asking.pair.chosen, asking.pair.rejected].map((turns) => Number(likes(turns[0]?.content ?? ''))) as [number, number];
				await keepSaid(world.app, at.generation.projectId, asking, asking.notScored ? { missed: asking.notScored } : { verdict: verdictOfScores(a, b), reason: `${a} ${b}` });
			}
		};
		return { asked, score };
	};
	const isCareful = (text: string) => text.includes('careful');
	const rmSuite = (judge: string, more: Partial<SuiteDefinition> = {}): SuiteDefinition => ({ ...FIRST_SUITE, checks: [], prompts: 24, samples: 1, judge: { checkpointId: judge }, ...more });
	const run = (of: SuiteDefinition, score: AskReward) => runThroughSuite(world, { slug, owner, workerId, checkpointId }, of, PATIENT, score);
	let rm: string;
	let snapshotId: string;
	const rewardModel = async () => {
		const { id: runId } = valueOf(await startRun(world.app, world.admin, { slug, snapshotId, parentCheckpointId: (await checkpoints.baseOf(world.app.db, id)).id, recipe: { maxSteps: 10, saveSteps: 2 } }));
		const at = await beginAttempt(world.app, { runId, workerId });
		await recordProgress(world.app, { runId, attempt: at?.attempt ?? 0 }, { metrics: [], log: [], events: [], status: 'running' });
		return (await registerCheckpoint(world.app, trained(runId, at?.attempt ?? 0))) ?? '';
	};
	beforeAll(async () => {
		snapshotId = await importedSnapshot(world, slug, 'rm');
		rm = await rewardModel();
	});

	it('scores each pair once, is calibrated on dev prompts, and counts where it is level with the people', async () => {
		const { asked, score } = scorer(isCareful);
		const { judge: found, missed } = await run(rmSuite(rm), score);
		expect(found).toMatchObject({ endpoint: expect.stringContaining('-rm-'), template: 'reward-1', counts: true, calibration: { verdict: 'level', people: 2, missed: 0 }, against: { parent: { winRate: { value: (20 + 4 / 2) / 24, n: 24 }, identical: 4, disagreed: 0, missed: 0 } } });
		expect(missed).toEqual([]);
		expect(asked.length).toBe(20 + (found?.calibration?.comparisons ?? 0));
		expect((await measuresOfCheckpoint(world.app.db, { projectId: id, checkpointId }))?.measures.at(-1)).toMatchObject({ kind: 'judge', against: { parent: { groups: 24 } } });
		const kept = await world.query<{ n: number; held_out: boolean }>(`select count(*)::int as n, bool_and(g.split in ('dev', 'test')) as held_out from judge_answers a join prompts p on p.id = a.prompt_id join prompt_groups g on g.id = p.group_id where a.checkpoint_id = '${rm}' and a.endpoint_id is null and a.verdict is not null`);
		expect(kept).toEqual([{ n: asked.length, held_out: true }]);
		// Once more: everything is known by content.
		const again = scorer(isCareful);
		expect((await run(rmSuite(rm, { checks: [{ name: 'Cites', kind: 'citation', wanted: true }] }), again.score)).judge).toMatchObject({ counts: true, against: { parent: { winRate: { value: (20 + 4 / 2) / 24 } } } });
		expect(again.asked).toEqual([]);
	});

	it('that is below the people does not count, and one that gives no scores costs its pairs and nothing else', async () => {
		const contrary = await run(rmSuite(await rewardModel()), scorer((text) => text.includes('vague')).score);
		expect(contrary.judge).toMatchObject({ counts: false, calibration: { verdict: 'below' } });
		const away = await rewardModel();
		const failing: AskReward = async (at, askings) => {
			for (const asking of askings) await keepSaid(world.app, at.generation.projectId, asking, { missed: 'scoring_failed' });
		};
		const none = await run(rmSuite(away), failing);
		expect(none.judge).toMatchObject({ counts: false, against: { parent: { winRate: { n: 4 }, missed: 20 } } });
		expect(none.missed).toEqual([{ code: 'scoring_failed', n: 20 + (none.judge?.calibration?.comparisons ?? 0) }]);
		// The next run asks again.
		expect((await run(rmSuite(away, { checks: [{ name: 'Again', kind: 'citation', wanted: true }] }), scorer(isCareful).score)).missed).toEqual([]);
	});

	it('is one of the project, gives scores, and is no point of a sweep', async () => {
		const put = (judge: SuiteDefinition['judge']) => putSuite(world.app, owner, { slug, suite: rmSuite(rm, { judge }) });
		const refused = { ok: false, problem: { code: 'invalid_input', errors: [{ field: 'judge.checkpointId' }] } };
		expect(await put({ checkpointId })).toMatchObject(refused);
		const other = (await world.project({ rows: pairRows(60) })).slug;
		const theirs = await importedSnapshot(world, other, 'rm');
		const { id: runId } = valueOf(await startRun(world.app, world.admin, { slug: other, snapshotId: theirs, recipe: { maxSteps: 10, saveSteps: 2 } }));
		const at = await beginAttempt(world.app, { runId, workerId });
		await recordProgress(world.app, { runId, attempt: at?.attempt ?? 0 }, { metrics: [], log: [], events: [], status: 'running' });
		expect(await put({ checkpointId: (await registerCheckpoint(world.app, trained(runId, at?.attempt ?? 0))) ?? '' })).toMatchObject(refused);
		const sweep = valueOf(await startSweep(world.app, world.admin, { slug, snapshotId, parentCheckpointId: (await checkpoints.baseOf(world.app.db, id)).id, recipe: { maxSteps: 10, saveSteps: 2 }, plan: { method: 'grid', settings: { learningRate: [1e-4, 1e-3] } } }));
		const [point] = await world.query<{ id: string }>(`select id from runs where sweep_id = '${sweep.id}' order by sweep_point limit 1`);
		const begun = await beginAttempt(world.app, { runId: point?.id ?? '', workerId });
		await recordProgress(world.app, { runId: point?.id ?? '', attempt: begun?.attempt ?? 0 }, { metrics: [], log: [], events: [], status: 'running' });
		expect(await put({ checkpointId: (await registerCheckpoint(world.app, trained(point?.id ?? '', begun?.attempt ?? 0))) ?? '' })).toMatchObject(refused);
		expect((await put({ checkpointId: rm })).ok).toBe(true);
		expect(valueOf(await suiteRewardModels(world.app, owner, slug)).map((one) => one.id)).toContain(rm);
		expect(valueOf(await suiteRewardModels(world.app, owner, slug)).map((one) => one.id)).not.toContain(checkpointId);
	});

	it('judges no question that it learned from, however that came to be held out', async () => {
		const own = await rewardModel();
		const before = await run(rmSuite(own), scorer(isCareful).score);
		const [dev, test] = await Promise.all(['dev', 'test'].map((split) => world.query<{ id: string; group_id: string }>(`select p.id, p.group_id from judge_answers a join prompts p on p.id = a.prompt_id join prompt_groups g on g.id = p.group_id where a.checkpoint_id = '${own}' and g.split = '${split}' order by p.id limit 1`)));
		const learned = await world.query<{ id: string; group_id: string }>(`select distinct p.id, p.group_id from snapshot_comparisons s join comparisons c on c.id = s.comparison_id join prompts p on p.id = c.prompt_id where s.snapshot_id = '${snapshotId}' and s.split = 'train' and s.outcome = 'row' order by p.id limit 2`);
		// As people merge near-duplicates: the question that was trained on moves to the held-out group, and stays there.
		const move = (of: { id: string; group_id: string } | undefined, to: string | undefined) => world.query(`update prompts set group_id = '${to}', home_group_id = '${of?.group_id}' where id = '${of?.id}'`);
		await move(learned[0], dev?.[0]?.group_id);
		await move(learned[1], test?.[0]?.group_id);
		const after = await run(rmSuite(own, { checks: [{ name: 'Cites it', kind: 'citation', wanted: true }] }), scorer(isCareful).score);
		// The question that was held out always, and where the run asks it the one that has joined it.
		const notJudged = await world.query<{ id: string; group_id: string }>(`select p.id, p.group_id from judge_answers a join prompts p on p.id = a.prompt_id where a.checkpoint_id = '${own}' and a.missed = 'judge_learned'`);
		expect(notJudged.map((one) => one.id)).toContain(test?.[0]?.id);
		expect(new Set(notJudged.map((one) => one.group_id))).toEqual(new Set([test?.[0]?.group_id]));
		expect(after.missed).toEqual([{ code: 'judge_learned', n: notJudged.length }]);
		expect(after.judge?.against.parent).toMatchObject({ winRate: { n: 24 - notJudged.length }, missed: notJudged.length });
		expect(after.judge?.calibration?.comparisons).toBe((before.judge?.calibration?.comparisons ?? 0) - 1);
	});
});
