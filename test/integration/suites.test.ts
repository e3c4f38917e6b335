import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PromptChoice } from '#lib/domain/generation-plan.ts';
import { FIRST_SUITE } from '#lib/domain/suite/check.ts';
import type { SuiteDefinition } from '#lib/domain/suite/check.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import * as checkpoints from '#lib/server/db/checkpoints.ts';
import * as evaluations from '#lib/server/db/evaluations.ts';
import * as lineage from '#lib/server/db/lineage.ts';
import * as lostWork from '#lib/server/db/lost-work.ts';
import * as promptChoice from '#lib/server/db/prompt-choice.ts';
import * as suiteRuns from '#lib/server/db/suite-runs.ts';
import * as workers from '#lib/server/db/workers.ts';
import { decide } from '#lib/server/usecases/decide.ts';
import { dropExport } from '#lib/server/usecases/drop-export.ts';
import { beginEvaluation, finishEvaluation } from '#lib/server/usecases/evaluate-checkpoint.ts';
import { listExports } from '#lib/server/usecases/list-exports.ts';
import { beginGeneration, failGeneration, storeAnswer, takeOverAnswers, unansweredBy } from '#lib/server/usecases/make-answers.ts';
import type { GenerationAtHand } from '#lib/server/usecases/make-answers.ts';
import { putGate } from '#lib/server/usecases/put-gate.ts';
import { putSuite } from '#lib/server/usecases/put-suite.ts';
import { readCheckpointGate } from '#lib/server/usecases/read-gate.ts';
import { measuresOfCheckpoint, readSuiteRuns } from '#lib/server/usecases/read-suite-runs.ts';
import type { SuiteRunView } from '#lib/server/usecases/read-suite-runs.ts';
import { raiseWall } from '#lib/server/usecases/raise-wall.ts';
import { readCheckAnswers } from '#lib/server/usecases/read-check-answers.ts';
import { readSuite, readSuiteTable, trySuite } from '#lib/server/usecases/read-suite.ts';
import { unansweredOwn } from '#lib/server/usecases/ask-own-questions.ts';
import { storeScores, unscoredBy } from '#lib/server/usecases/score-benchmarks.ts';
import { cancelSuiteRun, startSuiteRun } from '#lib/server/usecases/start-suite-run.ts';
import { answerOwn } from '../../workers/handlers/answer-own.ts';
import { measureAnswers } from '../../workers/handlers/measure-answers.ts';
import type { InferenceClient } from '../../workers/inference/client.ts';
import { madeExport, ON_CPU } from '../support/exports.ts';
import { paperWorker, trainedCheckpoint } from '../support/loop.ts';
import { PASSWORD } from '../support/password.ts';
import { createWorld, pairRows, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
let workerId: string;
let engineer: Actor;
let owner: Actor;
let slug: string;
let id: string;

const suite: SuiteDefinition = { ...FIRST_SUITE, prompts: 25 };

beforeAll(async () => {
	world = await createWorld();
	workerId = await paperWorker(world);
	({ slug, id } = await world.project({ rows: pairRows(200) }));
	engineer = await world.person('engineer', { slug, role: 'engineer' });
	owner = await world.person('owner', { slug, role: 'owner' });
});
afterAll(() => world.close());

const context = () => ({ app: world.app, workerId, workDir: world.dataDir, shutdown: new AbortController().signal });
const ending = () => ({ signal: new AbortController().signal, lost: new AbortController() });

/** The generation that answers for a checkpoint's newest run, as it was trained or in a form, taken by a worker. */
async function taken(checkpointId: string, exportId: string | null = null): Promise<GenerationAtHand> {
	const [run] = await suiteRuns.ofCheckpoint(world.app.db, checkpointId, exportId);
	const at = await beginGeneration(world.app, { generationId: run?.generationId ?? '', workerId });
	if (!at) throw new Error('the run through the suite was not to be had');
	return at;
}

/** Answers as the models would give them; `most` of them. Gives how many were asked for. */
async function answer(at: GenerationAtHand, says: (checkpointId: string, promptId: string, sample: number, exportId: string | null) => string, most = Infinity): Promise<number> {
	let made = 0;
	for (const source of at.sources) {
		for (const { promptId, sample } of await unansweredBy(world.app, at, source)) {
			if (made >= most) return made;
			made += 1;
			await storeAnswer(world.app, at, source, { promptId, sample, text: says(source.checkpointId ?? '', promptId, sample, source.exportId), sampling: { temperature: 0.7, finish: 'stop' }, seed: 1, reproducible: false }, null);
		}
	}
	return made;
}

const careful = (promptId: string, sample: number) => `Send the landlord a written notice within 14 days and keep a copy, ${promptId} ${sample}.`;
const promising = (promptId: string, sample: number) => `You will win, guaranteed, ${promptId} ${sample}.`;

describe('a suite', () => {
	it('is offered before there is one, put by an engineer, and put again only when it differs', async () => {
		expect(valueOf(await readSuite(world.app, engineer, slug))).toMatchObject({ version: 0, hash: null });
		const reviewer = await world.person('reviewer', { slug, role: 'reviewer' });
		expect(problemOf(await putSuite(world.app, reviewer, { slug, suite }))).toBe('forbidden');
		expect(valueOf(await putSuite(world.app, engineer, { slug, suite })).version).toBe(1);
		expect(valueOf(await putSuite(world.app, engineer, { slug, suite })).version).toBe(1);
		expect(valueOf(await readSuite(world.app, reviewer, slug))).toMatchObject({ version: 1, suite, byName: 'engineer' });
		await expect(world.query(`update suite_versions set definition = '{}'`)).rejects.toThrow();
	});

	it('refuses by its field what cannot be compiled or asked', async () => {
		const put = (check: SuiteDefinition['checks'][number]) => putSuite(world.app, engineer, { slug, suite: { ...suite, checks: [check] } });
		expect(await put({ name: 'r', kind: 'regex', pattern: '(', ignoreCase: true, wanted: true })).toMatchObject({ ok: false, problem: { errors: [{ field: 'checks[0].pattern' }] } });
		expect(await put({ name: 'q', kind: 'rubric', endpointId: engineer.userId, question: 'Is it polite?', wanted: true })).toMatchObject({ ok: false, problem: { errors: [{ field: 'checks[0].endpointId' }] } });
		expect(valueOf(await trySuite(world.app, engineer, { slug, checks: suite.checks, answer: 'You will win.' })).map(({ passes }) => passes)).toEqual([false, false, true, true, null, null]);
		// A schema that would keep the server from everybody for years.
		const doubles = { $ref: '#/$defs/d40', $defs: Object.fromEntries([['d0', { type: 'object' }], ...Array.from({ length: 40 }, (_, i) => [`d${i + 1}`, { allOf: [{ $ref: `#/$defs/d${i}` }, { $ref: `#/$defs/d${i}` }] }])]) };
		expect(await trySuite(world.app, engineer, { slug, checks: [{ name: 'slow', kind: 'json_schema', schema: doubles }], answer: '{}' })).toMatchObject({ ok: false, problem: { code: 'invalid_input', errors: [{ field: 'checks[0].schema' }] } });
	});
});

describe('a new checkpoint', () => {
	let first: string;

	it('is run through the suite by itself beside parent, champion and base, and measured on test prompts alone', async () => {
		({ checkpointId: first } = await trainedCheckpoint(world, slug, workerId));
		const base = await checkpoints.baseOf(world.app.db, id);
		const at = await taken(first);
		expect(at.generation).toMatchObject({ checkpointId: null, createdBy: null, total: 25 * 2 * 2 });
		// Parent, champion and base are one model here: it is asked once.
		expect(at.sources.map(({ checkpointId }) => checkpointId)).toEqual([first, base.id]);
		expect(await world.query(`select distinct g.split from generations n join prompts p on p.id = any (n.prompt_ids) join prompt_groups g on g.id = p.group_id where n.id = '${at.generation.id}'`)).toEqual([{ split: 'test' }]);
		expect(problemOf(await startSuiteRun(world.app, engineer, { checkpointId: first }))).toBe('conflict');
		await answer(at, (model, prompt, sample) => (model === first ? careful(prompt, sample) : promising(prompt, sample)));
		await measureAnswers(context(), at, ending());

		const [run] = valueOf(await readSuiteRuns(world.app, engineer, { checkpointId: first })).evaluations;
		expect(run).toMatchObject({ status: 'succeeded', suiteVersion: 1, current: true, against: { parent: { id: base.id }, champion: { id: base.id }, base: { id: base.id } } });
		const measure = (name: string) => run?.results?.measures.find((one) => one.name === name);
		expect(measure('No promised outcome')).toMatchObject({ checkpoint: { value: 1, n: 50, groups: 25, method: 'wilson' }, others: { parent: { value: 0 } }, against: { parent: { difference: { value: 1, n: 50 }, p: 1 / 20_000, groups: 25 } }, unknown: 0 });
		expect(measure('Repeats no training answer')).toMatchObject({ checkpoint: { value: 1 } });
		expect(measure('length')?.against.base?.difference.value).toBeGreaterThan(3);
		expect((await measuresOfCheckpoint(world.app.db, { projectId: id, checkpointId: first }))?.measures.map(({ name }) => name)).toEqual([...suite.checks.map(({ name }) => name), 'refusals', 'toxic', 'length', 'list', 'heading', 'bold']);
		// The project's gate reads those of which one way is better.
		valueOf(await putGate(world.app, world.admin, { slug, gate: { level: 0.05, rules: [{ kind: 'check', name: null, margin: 0.05 }] } }));
		const verdicts = valueOf(await readCheckpointGate(world.app, engineer, first)).gate?.verdict.rules ?? [];
		expect(verdicts.map(({ name }) => name)).toEqual((run?.results?.measures ?? []).filter(({ better }) => better !== null).map(({ name }) => name));
		expect(verdicts.find(({ name }) => name === 'No promised outcome')).toMatchObject({ outcome: 'held', value: 1 });
		// Nobody is given these answers to judge, and their prompts are as unanswered as they were.
		const fresh = await world.query<{ id: string }>(`insert into prompts (project_id, group_id, content_hash) select project_id, group_id, 'fresh' from prompts where id = '${at.generation.promptIds[0] ?? ''}' returning id`);
		await world.query(`insert into prompt_texts (prompt_id, messages) values ('${fresh[0]?.id ?? ''}', '[{"role":"user","content":"Fresh?"}]')`);
		await world.query(`with said as (insert into responses (prompt_id, content_hash, source, source_ref) values ('${fresh[0]?.id ?? ''}', 'said', 'checkpoint', '${first}') returning id) insert into generation_answers (generation_id, prompt_id, source, sample, response_id) select '${at.generation.id}', '${fresh[0]?.id ?? ''}', 0, 9, id from said`);
		expect((await promptChoice.take(world.app.db, id, engineer.userId, v.parse(PromptChoice, { unanswered: true }))).ids).toEqual([fresh[0]?.id]);
		expect(await world.query(`select c.id from comparisons c join responses r on r.id in (c.response_a_id, c.response_b_id) where r.source = 'checkpoint' and c.project_id = '${id}'`)).toEqual([]);
	});

	it('shows the answers behind a check, failing ones first, and none of a question behind a wall', async () => {
		const reader = await world.person('reader', { slug, role: 'engineer' });
		const told = valueOf(await readCheckAnswers(world.app, reader, { checkpointId: first, check: 'Does not loop' }));
		expect(told).toMatchObject({ suiteVersion: 1, check: { name: 'Does not loop' }, of: 50, failing: 0, hidden: 0 });
		expect(told.answers[0]?.question).toMatch(/^Question q\d+\?$/);
		const [run] = await suiteRuns.ofCheckpoint(world.app.db, first);
		await world.query(`update prompts set matter = 'M-1' where id = (select prompt_ids[1] from generations where id = '${run?.generationId ?? ''}')`);
		valueOf(await raiseWall(world.app, owner, { slug, userId: reader.userId, matter: 'M-1' }));
		// The checkpoint's snapshot knows of the matter, so that they read nothing of it; the base learned from none.
		expect(problemOf(await readCheckAnswers(world.app, reader, { checkpointId: first }))).toBe('walled');
		const base = (await checkpoints.baseOf(world.app.db, id)).id;
		valueOf(await startSuiteRun(world.app, engineer, { checkpointId: base }));
		const at = await taken(base);
		expect(await answer(at, () => 'was asked beside the checkpoint')).toBe(0);
		await measureAnswers(context(), at, ending());
		expect(valueOf(await readCheckAnswers(world.app, reader, { checkpointId: base }))).toMatchObject({ check: { name: 'No promised outcome' }, of: 48, hidden: 2 });
	});

	it('has its answers taken over by content: only the new checkpoint is asked, and what it was trained on is recognised', async () => {
		const { checkpointId } = await trainedCheckpoint(world, slug, workerId);
		const at = await taken(checkpointId);
		const trainedOn = 'A careful answer to';
		const [row] = await world.query<{ text: string }>(`select t.messages -> -1 ->> 'content' as text from snapshot_comparisons s join comparisons c on c.id = s.comparison_id join response_texts t on t.response_id = c.response_a_id where s.split = 'train' and t.messages::text like '%${trainedOn}%' limit 1`);
		expect(await answer(at, (_, prompt, sample) => (sample === 0 ? (row?.text ?? '') : promising(prompt, sample)))).toBe(25 * 2);
		await measureAnswers(context(), at, ending());
		const measures = valueOf(await readSuiteRuns(world.app, engineer, { checkpointId })).evaluations[0]?.results?.measures;
		expect(measures?.find(({ name }) => name === 'Repeats no training answer')).toMatchObject({ checkpoint: { value: 0.5 }, others: { base: { value: 1 } } });
		expect(valueOf(await readSuiteTable(world.app, engineer, slug)).map(({ checkpoint }) => checkpoint.id)).toEqual([checkpointId, first, (await checkpoints.baseOf(world.app.db, id)).id]);
	});

	it('goes on by what is stored when its worker dies or the run fails', async () => {
		const { checkpointId } = await trainedCheckpoint(world, slug, workerId);
		const at = await taken(checkpointId);
		expect(await answer(at, (_, prompt, sample) => careful(prompt, sample), 20)).toBe(20);
		await world.app.db.transaction((tx) => lostWork.requeueOf(tx, 'generations', [workerId]));
		const second = await taken(checkpointId);
		// The dead worker's last answer comes too late.
		const [source] = at.sources;
		if (!source) throw new Error('nobody is asked');
		expect(await storeAnswer(world.app, at, source, { promptId: at.generation.promptIds[0] ?? '', sample: 0, text: 'late', sampling: {}, seed: 1, reproducible: false }, null)).toBe(false);
		await failGeneration(world.app, second, { code: 'out_of_memory', message: 'The memory was too small.' });
		expect(valueOf(await readSuiteRuns(world.app, engineer, { checkpointId })).evaluations[0]).toMatchObject({ status: 'failed', done: 70, total: 100, problem: { code: 'out_of_memory' }, results: null });
		expect(problemOf(await cancelSuiteRun(world.app, engineer, { checkpointId }))).toBe('conflict');
		valueOf(await startSuiteRun(world.app, engineer, { checkpointId }));
		valueOf(await cancelSuiteRun(world.app, engineer, { checkpointId }));
		valueOf(await startSuiteRun(world.app, engineer, { checkpointId }));
		const third = await taken(checkpointId);
		expect(await answer(third, (_, prompt, sample) => careful(prompt, sample))).toBe(30);
		await measureAnswers(context(), third, ending());
		expect(valueOf(await readSuiteRuns(world.app, engineer, { checkpointId })).evaluations).toMatchObject([{ status: 'succeeded', done: 100 }]);
	});

	it('is not mixed with what another version says', async () => {
		valueOf(await putSuite(world.app, engineer, { slug, suite: { ...suite, checks: [{ name: 'Cites', kind: 'citation', wanted: true }] } }));
		expect(valueOf(await readSuiteTable(world.app, engineer, slug))).toEqual([]);
		expect(await measuresOfCheckpoint(world.app.db, { projectId: id, checkpointId: first })).toBeNull();
		valueOf(await startSuiteRun(world.app, engineer, { checkpointId: first }));
		const at = await taken(first);
		// Same prompts, settings and seed: nothing is to be asked again.
		expect(await answer(at, () => 'nobody is asked')).toBe(0);
		await measureAnswers(context(), at, ending());
		const { evaluations } = valueOf(await readSuiteRuns(world.app, engineer, { checkpointId: first }));
		expect(evaluations.map(({ suiteVersion, current, results }) => [suiteVersion, current, results?.measures[0]?.name])).toEqual([[2, true, 'Cites'], [1, false, 'No promised outcome']]);
	});

	it('has benchmarks beside its checks: kept by content, paired by question, and told apart by the gate', async () => {
		const questions = (answer: string) => Array.from({ length: 40 }, (_, i) => ({ question: `How much is due on day ${i}?`, answer }));
		const scored = (score: (i: number) => number) => Array.from({ length: 40 }, (_, i) => [`question ${i}`, score(i)] as const);
		const benchmarks: SuiteDefinition['benchmarks'] = [
			{ name: 'Deposits', kind: 'qa', system: null, maxTokens: 32, questions: questions('Two months.') },
			{ name: 'Sums', kind: 'public', system: null, maxTokens: 32, dataset: 'gsm8k', limit: 5 }
		];
		valueOf(await putSuite(world.app, engineer, { slug, suite: { ...suite, benchmarks } }));
		valueOf(await startSuiteRun(world.app, engineer, { checkpointId: first }));
		const at = await taken(first);
		await answer(at, (_, prompt, sample) => careful(prompt, sample));
		const [own, base] = at.sources;
		const [deposits, sums] = benchmarks;
		if (!own || !base || !deposits || !sums) throw new Error('nobody is asked');
		expect((await unscoredBy(world.app, at, own)).map(({ name }) => name)).toEqual(['Deposits', 'Sums']);
		// The checkpoint lost what the base knew of every fourth question; the hub was out of reach.
		await storeScores(world.app, at, own, deposits, { scores: scored((i) => Number(i % 4 !== 0)), problem: null });
		await storeScores(world.app, at, base, deposits, { scores: scored(() => 1), problem: null });
		await storeScores(world.app, at, own, sums, { scores: null, problem: { code: 'benchmark_unreachable', message: 'No hub.' } });
		await measureAnswers(context(), at, ending());

		const results = valueOf(await readSuiteRuns(world.app, engineer, { checkpointId: first })).evaluations[0]?.results;
		expect(results?.measures.at(-2)).toMatchObject({ name: 'Deposits', kind: 'benchmark', checkpoint: { value: 0.75, n: 40 }, others: { parent: { value: 1 } }, against: { parent: { difference: { value: -0.25 } } } });
		expect(results?.measures.at(-1)).toMatchObject({ name: 'Sums', checkpoint: { value: null } });
		expect(results?.unscored).toEqual([{ name: 'Sums', problem: { code: 'benchmark_unreachable', message: 'No hub.' } }]);
		valueOf(await putGate(world.app, world.admin, { slug, gate: { level: 0.05, rules: [{ kind: 'benchmark', name: null, margin: 0.02 }] } }));
		const rules = valueOf(await readCheckpointGate(world.app, engineer, first)).gate?.verdict.rules;
		expect(rules?.map(({ name, outcome, unknown }) => [name, outcome, unknown])).toEqual([['Deposits', 'not_held', null], ['Sums', 'unknown', 'not_measured']]);

		// Under another name and in another version nobody is asked again; what failed is.
		valueOf(await putSuite(world.app, engineer, { slug, suite: { ...suite, benchmarks: [{ ...deposits, name: 'Rent' }, sums] } }));
		valueOf(await startSuiteRun(world.app, engineer, { checkpointId: first }));
		const again = await taken(first);
		expect((await unscoredBy(world.app, again, own)).map(({ name }) => name)).toEqual(['Sums']);
		await storeScores(world.app, again, own, deposits, { scores: scored(() => 0), problem: null });
		await measureAnswers(context(), again, ending());
		expect(valueOf(await readSuiteRuns(world.app, engineer, { checkpointId: first })).evaluations[0]?.results?.measures.find(({ name }) => name === 'Rent')).toMatchObject({ checkpoint: { value: 0.75 } });
	});

	it('answers a suite’s own questions too, which are measured apart and never trained on', async () => {
		const trainedOn = async (split: string) => (await world.query<{ text: string }>(`select t.messages -> -1 ->> 'content' as text from prompts p join prompt_groups g on g.id = p.group_id join prompt_texts t on t.prompt_id = p.id where p.project_id = '${id}' and g.split = '${split}' and p.import_id is not null order by p.content_hash limit 1`))[0]?.text ?? '';
		const own = { system: 'Be brief.', questions: ['Will I win my case?', await trainedOn('test')] };
		expect(await putSuite(world.app, engineer, { slug, suite: { ...suite, own: { ...own, questions: [...own.questions, await trainedOn('train')] } } })).toMatchObject({ ok: false, problem: { errors: [{ field: 'own.questions[2]' }] } });
		valueOf(await putSuite(world.app, engineer, { slug, suite: { ...suite, own } }));
		// Nobody can train on it from now on: what brings it is held out.
		valueOf(await world.importRows(slug, [{ prompt: 'Will I win my case?', chosen: 'Perhaps.', rejected: 'Certainly.' }]));
		expect(await world.query(`select g.split from prompts p join prompt_groups g on g.id = p.group_id join prompt_texts t on t.prompt_id = p.id where t.messages -> -1 ->> 'content' = 'Will I win my case?'`)).toEqual([{ split: 'test' }]);

		valueOf(await startSuiteRun(world.app, engineer, { checkpointId: first }));
		const at = await taken(first);
		await answer(at, (_, prompt, sample) => careful(prompt, sample));
		const client: InferenceClient = { complete: async (messages) => ({ ok: true, value: { text: messages[0]?.role === 'system' ? 'You will win, guaranteed.' : '', finish: 'stop', promptTokens: 1, completionTokens: 1, milliseconds: 1 } }) };
		for (const source of at.sources) {
			expect(await unansweredOwn(world.app, at, source)).toHaveLength(4);
			expect(await answerOwn(context(), at, source, { client, concurrency: 2 }, ending().signal)).toBeNull();
			expect(await unansweredOwn(world.app, at, source)).toEqual([]);
		}
		await measureAnswers(context(), at, ending());
		const measures = valueOf(await readSuiteRuns(world.app, engineer, { checkpointId: first })).evaluations[0]?.results?.measures ?? [];
		expect(measures.find(({ name }) => name === 'No promised outcome')).toMatchObject({ checkpoint: { value: 1, n: 50 } });
		expect(measures.find(({ name }) => name === 'No promised outcome · own questions')).toMatchObject({ kind: 'check', checkpoint: { value: 0, n: 4, groups: 2 }, others: { base: { value: 0 } }, unknown: 0 });
		const told = valueOf(await readCheckAnswers(world.app, engineer, { checkpointId: first, check: 'No promised outcome · own questions' }));
		expect(told).toMatchObject({ check: { name: 'No promised outcome · own questions', kind: 'over_commitment' }, of: 4, failing: 4, hidden: 0 });
		expect(told.answers).toContainEqual({ question: 'Will I win my case?', answer: 'You will win, guaranteed.', sample: 1, passes: false });
		expect(valueOf(await readCheckAnswers(world.app, engineer, { checkpointId: first, check: 'No promised outcome' }))).toMatchObject({ of: 50, failing: 0 });
	});

	it('that waited in line beside another asks what they share only once', async () => {
		const [one, two] = [await trainedCheckpoint(world, slug, workerId), await trainedCheckpoint(world, slug, workerId)];
		// What they are asked was asked of nobody before.
		valueOf(await putSuite(world.app, engineer, { slug, suite: { ...suite, seed: suite.seed + 1 } }));
		for (const { checkpointId } of [one, two]) {
			if ((await suiteRuns.ofCheckpoint(world.app.db, checkpointId)).some(({ status }) => status === 'queued')) valueOf(await cancelSuiteRun(world.app, engineer, { checkpointId }));
			valueOf(await startSuiteRun(world.app, engineer, { checkpointId }));
		}
		const [first, second] = [await taken(one.checkpointId), await taken(two.checkpointId)];
		expect(await takeOverAnswers(world.app, first)).toBe(true);
		expect(await answer(first, (_, prompt, sample) => careful(prompt, sample))).toBe(2 * 25 * 2);
		expect(await takeOverAnswers(world.app, second)).toBe(true);
		expect(await takeOverAnswers(world.app, second)).toBe(true);
		expect(await world.query(`select done from generations where id = '${second.generation.id}'`)).toEqual([{ done: 25 * 2 }]);
		expect(await answer(second, (_, prompt, sample) => careful(prompt, sample))).toBe(25 * 2);
		// Whoever lost its place takes nothing over.
		await world.app.db.transaction((tx) => lostWork.requeueOf(tx, 'generations', [workerId]));
		expect(await takeOverAnswers(world.app, second)).toBe(false);
	});
});

describe('a form of a checkpoint', () => {
	const own = { system: null, questions: ['Is a form asked too?'] };
	const asking: SuiteDefinition = { ...suite, seed: suite.seed + 2, own };
	const client: InferenceClient = { complete: async () => ({ ok: true, value: { text: 'Yes, in writing.', finish: 'stop', promptTokens: 1, completionTokens: 1, milliseconds: 1 } }) };
	const views = async (of: { checkpointId: string; exportId?: string }) => valueOf(await readSuiteRuns(world.app, engineer, of)).evaluations;
	const measureIn = (view: SuiteRunView | undefined, name = 'No promised outcome') => view?.results?.measures.find((one) => one.name === name);
	let checkpointId: string;
	let exportId: string;

	it('is run through the suite by itself once it is made, beside the checkpoint as it was trained, and it alone is asked', async () => {
		valueOf(await putSuite(world.app, engineer, { slug, suite: asking }));
		({ checkpointId } = await trainedCheckpoint(world, slug, workerId));
		const trained = await taken(checkpointId);
		await answer(trained, (model, prompt, sample) => (model === checkpointId ? careful(prompt, sample) : promising(prompt, sample)));
		for (const source of trained.sources) await answerOwn(context(), trained, source, { client, concurrency: 1 }, ending().signal);
		await measureAnswers(context(), trained, ending());

		exportId = await madeExport(world, { checkpointId, workerId, plan: { format: 'merged' }, words: 'merged weights' });
		const at = await taken(checkpointId, exportId);
		const base = await checkpoints.baseOf(world.app.db, id);
		expect(at.sources.map((source) => [source.checkpointId, source.exportId, source.checkpoint?.kind])).toEqual([[checkpointId, exportId, 'full'], [checkpointId, null, 'adapter'], [base.id, null, 'base']]);
		const [form, asTrained] = at.sources;
		if (!form || !asTrained) throw new Error('nobody is asked');
		expect([(await unansweredOwn(world.app, at, form)).length, await unansweredOwn(world.app, at, asTrained)]).toEqual([2, []]);
		// What its checkpoint and the base have said already counts, to the suite's own questions too.
		expect((await views({ checkpointId, exportId }))[0]).toMatchObject({ status: 'running', done: 2 * 50 + 2 * 2, total: 3 * 50 + 3 * 2, form: { id: exportId, plan: { format: 'merged' } } });
		// However one looks at it, it is as far.
		const table = async () => valueOf(await readSuiteTable(world.app, engineer, slug)).find(({ checkpoint, form }) => checkpoint.id === checkpointId && form !== null)?.run;
		expect(await table()).toMatchObject({ status: 'running', done: 2 * 50 + 2 * 2, total: 3 * 50 + 3 * 2 });
		expect(problemOf(await startSuiteRun(world.app, engineer, { checkpointId, exportId }))).toBe('conflict');
		expect(await dropExport(world.app, engineer, { checkpointId, exportId })).toMatchObject({ problem: { code: 'conflict', detail: expect.stringContaining('being measured') } });
		expect(await answer(at, (_, prompt, sample, inForm) => (inForm === exportId ? promising(prompt, sample) : 'nobody else is asked'))).toBe(25 * 2);
		await answerOwn(context(), at, form, { client, concurrency: 1 }, ending().signal);
		await measureAnswers(context(), at, ending());
	});

	it('has figures of its own, which are nobody else’s', async () => {
		const [inForm] = await views({ checkpointId, exportId });
		expect(inForm).toMatchObject({ status: 'succeeded', done: 156, total: 156, against: { trained: { id: checkpointId } } });
		expect(measureIn(inForm)).toMatchObject({ checkpoint: { value: 0, n: 50 }, others: { trained: { value: 1 }, parent: { value: 0 } }, against: { trained: { difference: { value: -1 } }, parent: { difference: { value: 0 } } } });
		expect(measureIn(inForm, 'No promised outcome · own questions')).toMatchObject({ checkpoint: { n: 2 }, others: { trained: { n: 2 } } });
		const mine = await views({ checkpointId });
		expect(mine).toHaveLength(1);
		expect(mine[0]).toMatchObject({ form: null, against: { trained: null } });
		expect(measureIn(mine[0])).toMatchObject({ checkpoint: { value: 1 }, others: { trained: null } });
		expect(valueOf(await readSuiteTable(world.app, engineer, slug)).map(({ checkpoint, form }) => [checkpoint.id, form?.format ?? null])).toEqual([[checkpointId, null], [checkpointId, 'merged']]);
		const inList = async () => valueOf(await listExports(world.app, engineer, checkpointId)).exports[0];
		expect(await inList()).toMatchObject({ suite: { id: inForm?.id, current: true }, checked: { id: inForm?.id } });
		// A newer run, stopped at that, takes none of the figures away.
		valueOf(await startSuiteRun(world.app, engineer, { checkpointId, exportId }));
		valueOf(await cancelSuiteRun(world.app, engineer, { checkpointId, exportId }));
		expect(await inList()).toMatchObject({ suite: { status: 'cancelled', results: null, done: 156, total: 156 }, checked: { id: inForm?.id, status: 'succeeded' } });

		// Its words are told apart from the checkpoint's, and lead to it all the same.
		expect(valueOf(await readCheckAnswers(world.app, engineer, { checkpointId, exportId }))).toMatchObject({ form: { id: exportId }, of: 50, failing: 50 });
		expect(valueOf(await readCheckAnswers(world.app, engineer, { checkpointId }))).toMatchObject({ form: null, of: 50, failing: 0 });
		expect(problemOf(await readCheckAnswers(world.app, engineer, { checkpointId: (await checkpoints.baseOf(world.app.db, id)).id, exportId }))).toBe('not_found');
		const said = await world.query<{ id: string }>(`select id from responses where source = 'export' and source_ref = '${exportId}' order by id`);
		expect(said).toHaveLength(50);
		expect(await lineage.placeOfResponse(world.app.db, said[0]?.id ?? '', engineer.userId)).toEqual({ projectId: id, checkpointId });
	});

	it('is promoted only where the gate’s rules on checks hold for it too', async () => {
		valueOf(await putGate(world.app, world.admin, { slug, gate: { level: 0.05, rules: [{ kind: 'check', name: 'No promised outcome', margin: 0.05 }] } }));
		const reviewer = await world.person('signer', { slug, role: 'reviewer' });
		const promote = { checkpointId, decision: 'promote' as const, reason: 'Careful.', password: PASSWORD };
		const gate = async () => valueOf(await readCheckpointGate(world.app, reviewer, checkpointId));
		expect(await gate()).toMatchObject({ gate: { verdict: { passed: true } }, forms: [] });
		const evaluation = await beginEvaluation(world.app, { evaluationId: (await evaluations.ofExports(world.app.db, [exportId])).get(exportId)?.id ?? '', workerId });
		const score = { baseChosen: -9, baseRejected: -9, parentChosen: -8, parentRejected: -10, checkpointChosen: -8.5, checkpointRejected: -10, tokensChosen: 10, tokensRejected: 10 };
		if (evaluation) await finishEvaluation(world.app, evaluation, evaluation.pairs.map(({ comparisonId }) => ({ comparisonId, ...score })));
		// As good as its parent is not shown by 25 questions: it promises as often as that does.
		const { forms } = await gate();
		expect(forms.map((form) => [form.exportId, form.verdict.passed, form.verdict.rules.map(({ inForm, outcome, value }) => [inForm ?? false, outcome, value])])).toEqual([[exportId, false, [[false, 'held', 1], [true, 'not_held', 0]]]]);
		expect(problemOf(await decide(world.app, reviewer, { ...promote, exportId }))).toBe('gate_not_passed');
		expect(valueOf(await decide(world.app, reviewer, { ...promote, exportId, override: true })).status).toBe('waiting');
		expect(valueOf(await decide(world.app, reviewer, promote)).status).toBe('signed');
	});

	it('of the same bytes is asked nothing again; one of the checkpoint’s own weights is not asked at all', async () => {
		valueOf(await dropExport(world.app, engineer, { checkpointId, exportId }));
		expect(problemOf(await startSuiteRun(world.app, engineer, { checkpointId, exportId }))).toBe('conflict');
		const anew = await madeExport(world, { checkpointId, workerId, plan: { format: 'merged' }, words: 'merged weights' });
		const at = await taken(checkpointId, anew);
		expect(await answer(at, () => 'nobody is asked')).toBe(0);
		for (const source of at.sources) expect(await unansweredOwn(world.app, at, source)).toEqual([]);
		const adapter = await madeExport(world, { checkpointId, workerId, plan: { format: 'adapter' } });
		expect(await suiteRuns.ofCheckpoint(world.app.db, checkpointId, adapter)).toEqual([]);
		expect(problemOf(await startSuiteRun(world.app, engineer, { checkpointId, exportId: adapter }))).toBe('conflict');
	});

	it('of rounded weights answers where there is a GPU', async () => {
		const rounded = await madeExport(world, { checkpointId, workerId, plan: { format: 'gptq' }, words: 'rounded weights' });
		const [run] = await suiteRuns.ofCheckpoint(world.app.db, checkpointId, rounded);
		const gpu = await workers.insert(world.app.db, { hostname: 'gpu', pid: 4, hostKey: 'gpu', capabilities: { ...ON_CPU, gpus: [{ name: 'A', memoryBytes: 1 }] } });
		const begin = (by: string) => beginGeneration(world.app, { generationId: run?.generationId ?? '', workerId: by });
		expect(await begin(workerId)).toBeNull();
		expect((await suiteRuns.ofCheckpoint(world.app.db, checkpointId, rounded))[0]?.status).toBe('queued');
		expect((await begin(gpu))?.generation.attempt).toBe(1);
		await workers.stop(world.app.db, gpu);
	});
});
