import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { FIRST_SUITE } from '#lib/domain/suite/check.ts';
import * as checkpoints from '#lib/server/db/checkpoints.ts';
import { freezeSnapshot } from '#lib/server/usecases/freeze-snapshot.ts';
import { putSuite } from '#lib/server/usecases/put-suite.ts';
import { readRun } from '#lib/server/usecases/read-run.ts';
import { readSuiteRuns } from '#lib/server/usecases/read-suite-runs.ts';
import { startRun } from '#lib/server/usecases/start-run.ts';
import { startSuiteRun } from '#lib/server/usecases/start-suite-run.ts';
import { judgeAll, questions, seededProject } from '../support/judged-project.ts';
import { startWorker, until } from '../support/worker.ts';
import type { WorkerProcess } from '../support/worker.ts';
import { createWorld, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

const RECIPE = { maxSteps: 2, saveSteps: 2, batchSize: 4, maxLength: 256, loraRank: 4, learningRate: 1e-3 };

let world: World;
let worker: WorkerProcess;
let slug: string;
let frozen: Record<'dpo' | 'rm', string>;

beforeAll(async () => {
	const { model } = inject('engine');
	await writeFile(join(model.path, 'plumbline.json'), JSON.stringify({ modelType: model.modelType, template: model.template }));
	world = await createWorld({ PLUMBLINE_BASE_MODEL: model.path });
	const project = await seededProject(world, { overlap: 2, seed: 'reward-judge' });
	slug = project.slug;
	await world.app.db.execute(sql`update projects set split_shares = '{"train": 0.4, "dev": 0.4, "test": 0.2}' where id = ${project.id}`);
	valueOf(await world.importRows(slug, questions(90)));
	await judgeAll(world, slug, await world.person('ana', { slug, role: 'annotator' }), () => 'careful');
	await judgeAll(world, slug, await world.person('ben', { slug, role: 'annotator' }), (question) => (question % 7 === 0 ? 'tie' : 'careful'));
	// Frozen before a checkpoint’s answers open the next round, which has no judgment yet.
	const freeze = async (objective: 'dpo' | 'rm') => valueOf(await freezeSnapshot(world.app, world.admin, { slug, objective, rule: {} })).id;
	frozen = { dpo: await freeze('dpo'), rm: await freeze('rm') };
	worker = startWorker(world);
});
afterAll(async () => {
	await worker?.stop();
	await world?.close();
});

const seen = () => worker.output().slice(-3000);

/** A checkpoint of a run that went through, and its evaluation done. */
async function trained(objective: 'dpo' | 'rm', parentCheckpointId: string | undefined, recipe: Record<string, unknown> = {}): Promise<string> {
	const { id } = valueOf(await startRun(world.app, world.admin, { slug, snapshotId: frozen[objective], ...(parentCheckpointId ? { parentCheckpointId } : {}), recipe: { ...RECIPE, ...(objective === 'dpo' ? { rpoAlpha: null } : {}), ...recipe } }));
	const done = await until(`the end of the ${objective} run`, async () => {
		const now = valueOf(await readRun(world.app, world.admin, id));
		return ['succeeded', 'failed'].includes(now.status) && now;
	}, 300, seen);
	expect(done.problem).toBeNull();
	const checkpointId = done.checkpoint?.id ?? '';
	await until('its evaluation', async () => (await world.query(`select 1 from evaluations where checkpoint_id = '${checkpointId}' and status = 'succeeded'`)).length > 0, 200, seen);
	return checkpointId;
}

/** How far the scores of a checkpoint lie from its parent's at most, and from each other. */
const scores = async (checkpointId: string) =>
	(await world.query<{ moved: number; spread: number }>(`select max(abs(i.checkpoint_chosen - i.parent_chosen))::float8 as moved, (max(i.parent_chosen) - min(i.parent_rejected))::float8 as spread from evaluation_items i join evaluations e on e.id = i.evaluation_id where e.checkpoint_id = '${checkpointId}'`))[0];

it('a reward model starts from whatever writes text or gives scores, and compares answers in a suite once it agrees with the people', async () => {
	const base = (await world.query<{ id: string }>(`select id from checkpoints where kind = 'base'`))[0]?.id;
	const writes = await trained('dpo', base);
	const judge = await trained('rm', base, { maxSteps: 60, saveSteps: 60, learningRate: 5e-3 });

	// On an adapter that writes text it merges that by itself, and is a whole model with a head of its own.
	const onText = await trained('rm', writes);
	expect(await checkpoints.get(world.app.db, onText)).toMatchObject({ kind: 'full', parentId: writes });

	// On a reward model, merged: a rate at which nothing is learned gives the parent's scores, head and all.
	const onReward = await trained('rm', judge, { onParent: 'merge', learningRate: 1e-8, loraRank: 8, maxSteps: 1, saveSteps: 1 });
	expect(await checkpoints.get(world.app.db, onReward)).toMatchObject({ kind: 'full', parentId: judge });
	const { moved = NaN, spread = NaN } = (await scores(onReward)) ?? {};
	expect(spread).toBeGreaterThan(0.5);
	expect(moved).toBeLessThan(spread / 20);

	for (const checkpointId of [judge, onText]) {
		valueOf(await putSuite(world.app, world.admin, { slug, suite: { ...FIRST_SUITE, prompts: 4, samples: 1, maxTokens: 8, judge: { checkpointId } } }));
		valueOf(await startSuiteRun(world.app, world.admin, { checkpointId: writes }));
		const done = await until('the run through the suite', async () => {
			const [run] = valueOf(await readSuiteRuns(world.app, world.admin, { checkpointId: writes })).evaluations;
			if (run?.status === 'failed') throw new Error(run.problem?.message);
			return run?.status === 'succeeded' && run;
		}, 300, seen);
		const found = done.results?.judge;
		expect(done.results?.missed).toEqual([]);
		expect(found).toMatchObject({ template: 'reward-1', calibration: { people: 2, missed: 0 }, against: { parent: { disagreed: 0, missed: 0 } } });
		const kept = await world.query<{ reason: string; verdict: string; split: string }>(`select a.reason, a.verdict, g.split from judge_answers a join prompts p on p.id = a.prompt_id join prompt_groups g on g.id = p.group_id where a.checkpoint_id = '${checkpointId}'`);
		expect(kept.filter(({ split }) => split === 'dev').length).toBe(found?.calibration?.comparisons);
		for (const { reason, verdict } of kept) {
			const [a = NaN, b = NaN] = reason.split(' ').map(Number);
			expect([a > b ? 'a' : a < b ? 'b' : 'tie', Number.isFinite(a - b)]).toEqual([verdict, true]);
		}
		// What learned the preference agrees with people as they do with each other.
		if (checkpointId === judge) expect(found).toMatchObject({ counts: true, calibration: { verdict: 'level' } });
	}
}, 900_000);
