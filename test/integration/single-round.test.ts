import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Actor } from '#lib/server/auth/actor.ts';
import * as checkpoints from '#lib/server/db/checkpoints.ts';
import * as evaluations from '#lib/server/db/evaluations.ts';
import type { EvaluationItem } from '#lib/server/db/evaluations.ts';
import * as generations from '#lib/server/db/generations.ts';
import { beginAttempt, recordProgress } from '#lib/server/usecases/attempt-run.ts';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import { decide } from '#lib/server/usecases/decide.ts';
import { beginEvaluation, finishEvaluation } from '#lib/server/usecases/evaluate-checkpoint.ts';
import type { EvaluationAtHand } from '#lib/server/usecases/evaluate-checkpoint.ts';
import { freezeSnapshot } from '#lib/server/usecases/freeze-snapshot.ts';
import { listCheckpoints } from '#lib/server/usecases/list-checkpoints.ts';
import { beginGeneration, storeAnswer, unansweredBy } from '#lib/server/usecases/make-answers.ts';
import { openRound } from '#lib/server/usecases/open-round.ts';
import { readCheckpoint } from '#lib/server/usecases/read-checkpoint.ts';
import { readLoop } from '#lib/server/usecases/read-loop.ts';
import { registerCheckpoint } from '#lib/server/usecases/register-checkpoint.ts';
import { skipTask } from '#lib/server/usecases/skip-task.ts';
import { startRun } from '#lib/server/usecases/start-run.ts';
import { submitJudgment } from '#lib/server/usecases/submit-judgment.ts';
import { seededProject } from '../support/judged-project.ts';
import { paperWorker, trained } from '../support/loop.ts';
import { PASSWORD } from '../support/password.ts';
import { comparisonRows, createWorld, pairRows, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

const ANSWERS = 150;
const FRESH = 16;

let world: World;
let slug: string;
let id: string;
let ann: Actor;
let engineer: Actor;
let reviewer: Actor;
let workerId: string;
beforeAll(async () => {
	world = await createWorld();
	({ slug, id } = await seededProject(world, { overlap: 1, seed: 'single-round' }));
	ann = await world.person('ann', { slug, role: 'annotator' });
	engineer = await world.person('engineer', { slug, role: 'engineer' });
	reviewer = await world.person('reviewer', { slug, role: 'reviewer' });
	workerId = await paperWorker(world);
});
afterAll(() => world?.close());

const rows = (count: number) => Array.from({ length: count }, (_, i) => ({ prompt: `Is loan ${i} within appetite?`, completion: i % 3 === 0 ? `Loan ${i} is surely fine.` : `Loan ${i}: subject to covenant review.` }));

/** The number a loan was asked about with. What is said of an answer follows from it, and not from the order in which people and engines come to it. */
const loanOf = (messages: readonly { content: unknown }[]) => Number(/loan (\d+)/.exec(String(messages.at(-1)?.content))?.[1]);

/** Judges everything there is for somebody; what they are given must be one answer alone, and say nothing of whose it is. */
async function judgeAll(actor: Actor, good: (text: string, loan: number) => boolean): Promise<number> {
	for (let judged = 0; ; judged += 1) {
		const task = valueOf(await claimTask(world.app, actor, { slug }));
		if (!task) return judged;
		expect(task).toMatchObject({ mode: 'single', right: null });
		// All but the lease's token, which is random and may spell any three letters.
		expect(JSON.stringify({ ...task, leaseToken: '' })).not.toMatch(/checkpoint|kto/i);
		valueOf(await submitJudgment(world.app, actor, { taskId: task.taskId, leaseToken: task.leaseToken, verdict: good(JSON.stringify(task.left), loanOf(task.prompt.messages)) ? 'good' : 'bad' }));
	}
}

/** A checkpoint trained on everything the newest round judged, as a worker registers it. */
async function trainedOn(project: string, objective: 'kto' | 'dpo', who: Actor): Promise<string> {
	const snapshot = valueOf(await freezeSnapshot(world.app, who, { slug: project, objective, rule: { includeImports: true } }));
	const { id: runId } = valueOf(await startRun(world.app, who, { slug: project, snapshotId: snapshot.id, recipe: { maxSteps: 10, saveSteps: 5 } }));
	const at = await beginAttempt(world.app, { runId, workerId });
	await recordProgress(world.app, { runId, attempt: at?.attempt ?? 0 }, { metrics: [], log: [], events: [], status: 'running' });
	return (await registerCheckpoint(world.app, trained(runId, at?.attempt ?? 0))) ?? '';
}

async function evaluationOf(checkpointId: string): Promise<EvaluationAtHand> {
	const at = await beginEvaluation(world.app, { evaluationId: (await evaluations.newestOf(world.app.db, checkpointId))?.id ?? '', workerId });
	if (!at) throw new Error('the evaluation was not to be had');
	return at;
}

/** Scores as an engine gives them: the base knows nothing, the checkpoint raises what people called good. */
function scores(at: EvaluationAtHand): EvaluationItem[] {
	const base = (i: number) => -30 - (i % 7);
	const alone = at.answers.map(({ comparisonId, messages, good }): EvaluationItem => {
		const i = loanOf(messages);
		const moved = (good ? 1.5 : 0) + ((i * 29) % 20) / 10;
		return { comparisonId, baseChosen: base(i), parentChosen: base(i), checkpointChosen: base(i) + moved, baseRejected: null, parentRejected: null, checkpointRejected: null, tokensChosen: 12, tokensRejected: null };
	});
	const pairs = at.pairs.map(({ comparisonId }, i): EvaluationItem => ({ comparisonId, baseChosen: base(i), parentChosen: base(i), checkpointChosen: base(i) + 1, baseRejected: base(i), parentRejected: base(i), checkpointRejected: base(i) + 2 * (i % 2), tokensChosen: 9, tokensRejected: 9 }));
	return [...alone, ...pairs];
}

/** Lets parent and checkpoint answer as a worker does, and opens the round. */
async function answered(checkpointId: string, text: (promptId: string, checkpoint: string) => string) {
	const [generation] = await generations.ofCheckpoint(world.app.db, checkpointId);
	const at = await beginGeneration(world.app, { generationId: generation?.id ?? '', workerId });
	if (!at) throw new Error('the generation was not to be had');
	const asked: Record<string, string[]> = {};
	for (const source of at.sources) {
		const prompts = await unansweredBy(world.app, at, source);
		const by = source.checkpointId ?? '';
		asked[by === checkpointId ? 'checkpoint' : 'parent'] = prompts.map(({ promptId }) => promptId);
		for (const { promptId, sample } of prompts) expect(await storeAnswer(world.app, at, source, { promptId, sample, text: text(promptId, by), sampling: { temperature: 0.7 }, seed: 1, reproducible: false }, null)).toBe(true);
	}
	return { at, asked, opened: await openRound(world.app, at) };
}

let checkpointId: string;
let testAnswers: number;
/** Answers of round 2 on test prompts: some of the new prompts are test prompts too. */
const measuring = async () => (await world.query<{ n: number }>(`select count(*)::int as n from comparisons c join prompts p on p.id = c.prompt_id join prompt_groups g on g.id = p.group_id join rounds o on o.id = c.round_id where c.project_id = '${id}' and o.number = 2 and g.split = 'test'`))[0]?.n;

it('answers judged alone are a KTO snapshot, and what it holds out is scored: AUC of good against bad', async () => {
	valueOf(await world.importRows(slug, [...rows(ANSWERS), ...Array.from({ length: FRESH }, (_, i) => ({ prompt: `A new loan ${i}?` }))]));
	expect(await judgeAll(ann, (text) => text.includes('covenant'))).toBe(ANSWERS);
	checkpointId = await trainedOn(slug, 'kto', engineer);

	const at = await evaluationOf(checkpointId);
	expect(at.pairs).toEqual([]);
	testAnswers = at.answers.length;
	expect(testAnswers).toBeGreaterThanOrEqual(20);
	for (const { answer, good } of at.answers) expect(JSON.stringify(answer).includes('covenant')).toBe(good);
	expect(await finishEvaluation(world.app, at, scores(at))).toBe(true);

	const { evaluation } = valueOf(await readCheckpoint(world.app, reviewer, checkpointId));
	const single = evaluation?.results?.single;
	expect(evaluation?.results?.checkpoint.pairs).toBe(0);
	expect(single?.parent.auc).toBeNull();
	expect(single?.checkpoint).toMatchObject({ auc: { n: testAnswers, groups: testAnswers, tooFew: false, method: 'cluster_bootstrap' }, good: at.answers.filter(({ good }) => good).length, notFinite: 0 });
	const { value = null, low = null, high = null } = single?.checkpoint.auc ?? {};
	expect(value).toBeGreaterThan(0.7);
	expect(low).toBeLessThan(value ?? 0);
	expect(high).toBeGreaterThan(value ?? 1);
	// The base is the parent: against either it is the same.
	expect(single?.checkpoint.versusParent?.value).toBe(value);
	const line = valueOf(await listCheckpoints(world.app, engineer, { slug })).checkpoints.find((one) => one.id === checkpointId);
	expect(line).toMatchObject({ accuracy: null, auc: { value } });
	expect(valueOf(await readLoop(world.app, engineer, slug)).inside?.stages.evaluation).toMatchObject({ accuracy: null, auc: { value } });
	const kept = await world.query<{ n: number; alone: number }>(`select count(*)::int as n, count(*) filter (where base_rejected is null and tokens_rejected is null)::int as alone from evaluation_items where evaluation_id = '${evaluation?.id}'`);
	expect(kept).toEqual([{ n: testAnswers, alone: testAnswers }]);
});

it('the new checkpoint alone answers the test prompts and the new ones, and each answer is given out once, by itself', async () => {
	const { asked, opened } = await answered(checkpointId, (promptId) => `Answer to ${promptId}.`);
	expect(asked).toEqual({ parent: [], checkpoint: expect.any(Array) as string[] });
	expect(asked['checkpoint']).toHaveLength(testAnswers + FRESH);
	expect(opened).toEqual({ round: 2, comparisons: testAnswers + FRESH, identical: 0 });
	const made = await world.query<{ mode: string; policy: string; propensity: number; source_ref: string; n: number; slots: number }>(
		`select c.mode, c.policy, c.propensity, r.source_ref, count(distinct c.id)::int as n, count(s.id)::int as slots from comparisons c join rounds o on o.id = c.round_id join responses r on r.id = c.response_a_id join slots s on s.comparison_id = c.id
			where c.project_id = '${id}' and o.number = 2 group by 1, 2, 3, 4`
	);
	expect(made).toEqual([{ mode: 'single', policy: 'each_answer', propensity: 1, source_ref: checkpointId, n: testAnswers + FRESH, slots: testAnswers + FRESH }]);
	expect((await checkpoints.get(world.app.db, checkpointId))?.name).toBe('r1-kto-1');
});

it('people’s share of good answers stands beside that of the round before, and is kept with the decision', async () => {
	const before = valueOf(await readCheckpoint(world.app, reviewer, checkpointId)).peopleSingle;
	expect(before).toMatchObject({ own: { good: { value: null, n: 0 }, waiting: await measuring() }, earlier: { round: 1, writers: [null], waiting: 0, good: { n: testAnswers, tooFew: false, method: 'wilson' } } });

	const first = valueOf(await claimTask(world.app, ann, { slug }));
	if (!first) throw new Error('round 2 has nothing to judge');
	expect(first).toMatchObject({ mode: 'single', right: null });
	const isGood = (loan: number) => loan % 4 !== 1;
	valueOf(await submitJudgment(world.app, ann, { taskId: first.taskId, leaseToken: first.leaseToken, verdict: isGood(loanOf(first.prompt.messages)) ? 'good' : 'bad' }));
	expect(await judgeAll(ann, (_, loan) => isGood(loan))).toBe(testAnswers + FRESH - 1);

	const view = valueOf(await readCheckpoint(world.app, reviewer, checkpointId));
	const own = view.peopleSingle?.own;
	const counted = await world.query<{ n: number; good: number }>(
		`select count(*)::int as n, count(*) filter (where j.verdict = 'good')::int as good from slots s join judgments j on j.id = s.judgment_id join comparisons c on c.id = s.comparison_id join prompts p on p.id = c.prompt_id
			join prompt_groups g on g.id = p.group_id join rounds o on o.id = c.round_id where c.project_id = '${id}' and o.number = 2 and g.split = 'test'`
	);
	const [{ n = 0, good = 0 } = {}] = counted;
	expect(own?.waiting).toBe(0);
	expect(own?.good).toMatchObject({ n, value: good / n, tooFew: false });
	// Nothing was compared with anything: there is no win rate.
	expect(view.people).toMatchObject({ comparisons: 0, waiting: 0, winRate: { value: null } });

	valueOf(await decide(world.app, reviewer, { checkpointId, decision: 'promote', reason: 'More of its answers are good.', password: PASSWORD }));
	const [decision] = valueOf(await readCheckpoint(world.app, reviewer, checkpointId)).decisions;
	expect(decision?.figures).toMatchObject({ peopleSingle: view.peopleSingle, evaluation: { single: { checkpoint: { auc: { n: testAnswers } } } } });
});

it('the next round compares with the answers of this one, and knows whose they were', async () => {
	const second = await trainedOn(slug, 'kto', engineer);
	const at = await evaluationOf(second);
	expect(at.parent.id).toBe(checkpointId);
	// The base's log-ratio is no longer the parent's.
	const items = scores(at).map((item, i) => ({ ...item, parentChosen: item.baseChosen + ((i * 7) % 5) / 5 }));
	// What the worker could not score because of its images is counted, not silently missing.
	const [pictured] = at.answers.map((answer) => ({ ...answer, comparisonId: '00000000-0000-7000-8000-000000000000', messages: [{ role: 'user', content: [{ type: 'image', artifact: 'a'.repeat(64) }] }] }));
	if (!pictured) throw new Error('nothing is held out');
	expect(await finishEvaluation(world.app, { ...at, answers: [...at.answers, pictured] as typeof at.answers }, items)).toBe(true);
	const view = valueOf(await readCheckpoint(world.app, reviewer, second));
	expect(view.evaluation?.results?.withImages).toBe(1);
	expect(view.evaluation?.results?.single?.parent.auc?.n).toBe(at.answers.length);
	expect(view.peopleSingle).toMatchObject({ own: { waiting: 0, good: { n: 0 } }, earlier: { round: 2, writers: ['r1-kto-1'] } });
});

it('a project that judges both ways gets both figures, and its new prompts a pair', async () => {
	const both = await seededProject(world, { overlap: 1, seed: 'both-ways' });
	const labelled = rows(60).map((row, i) => ({ ...row, label: i % 3 !== 0 }));
	valueOf(await world.importRows(both.slug, [...pairRows(60), ...labelled, ...comparisonRows(1), { prompt: 'A new loan?' }]));
	const made = await trainedOn(both.slug, 'dpo', world.admin);
	const at = await evaluationOf(made);
	expect(at.pairs.length).toBeGreaterThan(0);
	expect(at.answers.length).toBeGreaterThan(0);
	expect(await finishEvaluation(world.app, at, scores(at))).toBe(true);
	const results = valueOf(await readCheckpoint(world.app, world.admin, made)).evaluation?.results;
	expect(results?.checkpoint.accuracy?.n).toBe(at.pairs.length);
	expect(results?.single?.checkpoint.auc?.n).toBe(at.answers.length);
	const scored = await world.query<{ n: number; alone: number }>(`select count(*)::int as n, count(*) filter (where base_rejected is null)::int as alone from evaluation_items i join evaluations e on e.id = i.evaluation_id where e.project_id = '${both.id}'`);
	expect(scored).toEqual([{ n: at.pairs.length + at.answers.length, alone: at.answers.length }]);

	const { at: generation, asked, opened } = await answered(made, (promptId, by) => `${by} to ${promptId}`);
	const [fresh] = await world.query<{ id: string }>(`select p.id from prompts p where p.project_id = '${both.id}' and not exists (select 1 from comparisons c join rounds r on r.id = c.round_id where c.prompt_id = p.id and r.number = 1)`);
	const { promptIds, singlePromptIds } = generation.generation;
	expect(promptIds).toContain(fresh?.id);
	expect(singlePromptIds).not.toContain(fresh?.id);
	expect(singlePromptIds).toHaveLength(at.answers.length);
	expect(asked['parent']?.toSorted()).toEqual(promptIds.toSorted());
	expect(asked['checkpoint']?.toSorted()).toEqual([...promptIds, ...singlePromptIds].toSorted());
	expect(opened).toMatchObject({ comparisons: promptIds.length + singlePromptIds.length });
	const view = valueOf(await readCheckpoint(world.app, world.admin, made));
	expect(view.peopleSingle?.own.waiting).toBe(at.answers.length);
	const pairs = view.people?.waiting ?? 0;
	expect(pairs).toBeGreaterThan(0);
	expect(view.generation).toMatchObject({ done: promptIds.length * 2 + singlePromptIds.length, total: promptIds.length * 2 + singlePromptIds.length });

	// What nobody is left to judge is waited for by no figure.
	const passer = await world.person('passer', { slug: both.slug, role: 'annotator' });
	for (let task = valueOf(await claimTask(world.app, passer, { slug: both.slug })); task; task = valueOf(await claimTask(world.app, passer, { slug: both.slug }))) valueOf(await skipTask(world.app, passer, { taskId: task.taskId, leaseToken: task.leaseToken, reason: 'too_long' }));
	expect(valueOf(await readCheckpoint(world.app, world.admin, made))).toMatchObject({ peopleSingle: { own: { waiting: 0, out: at.answers.length } }, people: { waiting: 0, out: pairs } });
});
