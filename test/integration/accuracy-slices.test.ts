import { sql } from 'drizzle-orm';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { JudgingFormSchema } from '#lib/domain/judging-form-schema.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import * as evaluations from '#lib/server/db/evaluations.ts';
import { beginAttempt, recordProgress } from '#lib/server/usecases/attempt-run.ts';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import { decide } from '#lib/server/usecases/decide.ts';
import { beginEvaluation, finishEvaluation } from '#lib/server/usecases/evaluate-checkpoint.ts';
import { freezeSnapshot } from '#lib/server/usecases/freeze-snapshot.ts';
import { putForm } from '#lib/server/usecases/put-form.ts';
import { raiseWall } from '#lib/server/usecases/raise-wall.ts';
import { readCheckpoint } from '#lib/server/usecases/read-checkpoint.ts';
import { registerCheckpoint } from '#lib/server/usecases/register-checkpoint.ts';
import { startRun } from '#lib/server/usecases/start-run.ts';
import { submitJudgment } from '#lib/server/usecases/submit-judgment.ts';
import { questions, seededProject } from '../support/judged-project.ts';
import { paperWorker, trained } from '../support/loop.ts';
import { PASSWORD } from '../support/password.ts';
import { createWorld, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

const QUESTIONS = 60;
let world: World;
let project: { slug: string; id: string };
let ann: Actor;

beforeAll(async () => {
	world = await createWorld();
	project = await seededProject(world, { overlap: 1, seed: 'slices' });
	ann = await world.person('ann', { slug: project.slug, role: 'annotator' });
	await world.app.db.execute(sql`update projects set split_shares = '{"train": 0.4, "dev": 0.1, "test": 0.5}' where id = ${project.id}`);
	valueOf(await putForm(world.app, world.admin, { slug: project.slug, form: v.parse(JudgingFormSchema, { criteria: [{ key: 'brief', name: 'Brevity' }] }) }));
	// Every third question is in Chinese by its letters alone, and every second one of the others says that it is English.
	valueOf(await world.importRows(project.slug, questions(QUESTIONS).map((row, i) => (i % 3 === 0 ? { ...row, prompt: `这是第几个问题？编号 ${i}?` } : { ...row, tags: ['lease'], ...(i % 2 ? { language: 'en-GB' } : {}) }))));
});
afterAll(() => world?.close());

it('scores the parts of what a snapshot holds out: by what people said on a criterion, by tag and by language', async () => {
	// On the whole the careful answer is better; the vague one is the briefer of the two.
	for (let judged = 0; judged < QUESTIONS; judged++) {
		const task = valueOf(await claimTask(world.app, ann, { slug: project.slug }));
		if (!task) throw new Error('nothing to judge');
		const careful = JSON.stringify(task.left).includes('careful');
		valueOf(await submitJudgment(world.app, ann, { taskId: task.taskId, leaseToken: task.leaseToken, verdict: careful ? 'left' : 'right', criteria: { brief: careful ? 'right' : 'left' } }));
	}
	const snapshot = valueOf(await freezeSnapshot(world.app, world.admin, { slug: project.slug, objective: 'dpo', rule: {} }));
	const run = valueOf(await startRun(world.app, world.admin, { slug: project.slug, snapshotId: snapshot.id, recipe: { maxSteps: 10, saveSteps: 5, beta: 0.5 } }));
	const workerId = await paperWorker(world);
	const attempt = (await beginAttempt(world.app, { runId: run.id, workerId }))?.attempt ?? 0;
	await recordProgress(world.app, { runId: run.id, attempt }, { metrics: [], log: [], events: [], status: 'running' });
	const checkpointId = (await registerCheckpoint(world.app, trained(run.id, attempt))) ?? '';
	const at = await beginEvaluation(world.app, { evaluationId: (await evaluations.newestOf(world.app.db, checkpointId))?.id ?? '', workerId });
	if (!at) throw new Error('the evaluation was not to be had');
	expect(at.pairs.length).toBeGreaterThanOrEqual(20);
	const still = { baseChosen: -9, baseRejected: -9, parentChosen: -9, parentRejected: -9, checkpointRejected: -9, tokensChosen: 40, tokensRejected: 30 };
	// It follows people on questions with a tag, and on them alone.
	await finishEvaluation(world.app, at, at.pairs.map(({ comparisonId, tags }) => ({ comparisonId, ...still, checkpointChosen: tags.length > 0 ? -8 : -10 })));

	const { evaluation, criteria } = valueOf(await readCheckpoint(world.app, world.admin, checkpointId));
	const tagged = at.pairs.filter(({ tags }) => tags.length > 0).length;
	const all = at.pairs.length;
	const share = tagged / all;
	const told = evaluation?.results?.slices?.map(({ by, name, accuracy, parent }) => [by, name, accuracy.value, accuracy.n, parent]) ?? [];
	expect(criteria).toEqual({ brief: 'Brevity' });
	expect(told).toContainEqual(['criterion', 'brief', expect.closeTo(1 - share, 10), all, null]);
	expect(told).toContainEqual(['tag', 'lease', 1, tagged, null]);
	expect(told).toContainEqual(['tag', '', 0, all - tagged, null]);
	expect(told).toContainEqual(['language', 'en', 1, tagged, null]);
	expect(told).toContainEqual(['language', 'zh', 0, all - tagged, null]);
	expect(told).toContainEqual(['longer', 'chosen', expect.closeTo(share, 10), all, null]);
	// Half a nat's odds were promised and a nat's margin given: the share that agrees is what the questions' tags make it.
	expect(evaluation?.results?.calibration).toMatchObject({ scale: 0.5, bins: [{ from: 1, to: 1, promised: expect.closeTo(0.6225, 4) as number, agreed: { value: expect.closeTo(share, 10) as number, n: all } }], observed: { value: expect.closeTo(Math.log(share / (1 - share)), 6) as number } });

	// Tags may name a matter: whoever is walled off from one of the questions has none of them.
	const walled = await world.person('walled', { slug: project.slug, role: 'reviewer' });
	const read = async () => valueOf(await readCheckpoint(world.app, walled, checkpointId));
	expect(await read()).toMatchObject({ tagsHidden: false, evaluation: { results: evaluation?.results } });
	await world.app.db.execute(sql`update prompts set matter = 'Acme v. Birch' where id = (select prompt_id from comparisons where id = ${at.pairs[0]?.comparisonId})`);
	valueOf(await raiseWall(world.app, world.admin, { slug: project.slug, userId: walled.userId, matter: 'Acme v. Birch' }));
	// What is decided keeps none either: its readers are not asked which walls they stand behind.
	const owner = await world.person('owner', { slug: project.slug, role: 'owner' });
	valueOf(await decide(world.app, owner, { checkpointId, decision: 'more_data', reason: 'Too few.', password: PASSWORD }));
	const behind = await read();
	expect(behind.decisions).toMatchObject([{ figures: { evaluation: { checkpoint: { pairs: all } } } }]);
	expect(behind.tagsHidden).toBe(true);
	expect(behind.evaluation?.results).toEqual({ ...evaluation?.results, slices: evaluation?.results?.slices?.filter(({ by }) => by !== 'tag') });
	expect(JSON.stringify(behind)).not.toContain('lease');
});
