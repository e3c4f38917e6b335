import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Actor } from '#lib/server/auth/actor.ts';
import * as evaluations from '#lib/server/db/evaluations.ts';
import { storeOwnAnswer, unansweredOwn } from '#lib/server/usecases/ask-own-questions.ts';
import { beginAttempt, recordProgress } from '#lib/server/usecases/attempt-run.ts';
import { beginEvaluation, endWithNothing, finishEvaluation } from '#lib/server/usecases/evaluate-checkpoint.ts';
import { beginGeneration, storeAnswer, unansweredBy } from '#lib/server/usecases/make-answers.ts';
import { openRound } from '#lib/server/usecases/open-round.ts';
import { registerCheckpoint } from '#lib/server/usecases/register-checkpoint.ts';
import { createApi } from '../../scripts/demo/api.ts';
import type { People, Person } from '../../scripts/demo/people.ts';
import { readBehaviour } from '../../scripts/demo/rounds/checks.ts';
import { readMaterial } from '../../scripts/demo/rounds/material.ts';
import type { Material } from '../../scripts/demo/rounds/material.ts';
import { play } from '../../scripts/demo/rounds/play.ts';
import type { Game } from '../../scripts/demo/rounds/play.ts';
import { settleProject } from '../../scripts/demo/rounds/project.ts';
import { fallsSignificantly, rankingTable } from '../../scripts/demo/rounds/tables.ts';
import type { Ranking } from '../../scripts/demo/rounds/tables.ts';
import { measureAnswers } from '../../workers/handlers/measure-answers.ts';
import { tokenOf } from '../support/api.ts';
import { paperWorker, trained } from '../support/loop.ts';
import { PASSWORD } from '../support/password.ts';
import { startServer } from '../support/server.ts';
import type { Server } from '../support/server.ts';
import { createWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';

// The demo looks every two seconds how far a training is; those on paper take no time.
vi.mock('node:timers/promises', async (original) => {
	const timers = await original<{ setTimeout: typeof sleep }>();
	return { ...timers, setTimeout: <T>(ms: number, value?: T) => timers.setTimeout(Math.min(ms, 25), value) };
});

const SLUG = 'three-rounds';
let world: World;
let server: Server;
let people: People;
const stopped = new AbortController();
let working: Promise<void>;

async function person(actor: Actor): Promise<Person> {
	// How they judge is drawn by their address: the same in every run.
	const [profile] = await world.query<{ name: string; email: string }>(`update user_profiles set email = name || '@example.test' where user_id = '${actor.userId}' returning name, email`);
	return { name: profile?.name ?? '', email: profile?.email ?? '', password: PASSWORD, api: createApi(server.origin, await tokenOf(world, actor)) };
}

/** What models say here: the legacy assistant promises, what was trained on people's judgments gives a step and its condition, the base says nothing. */
function says(name: string, promptId: string): string {
	if (name === 'r1-sft-1') return `You will certainly win, guaranteed, and nobody can refuse you: ${promptId}.`;
	if (name === 'base') return `Every case is different and it is worth considering various factors, ${promptId}.`;
	return `Usually yes, if the notice was given in writing. Send the landlord a letter within 14 days and keep a copy, ${name} ${promptId}.`;
}

/** Does what a worker does with a run, an engine aside. */
async function trainOnPaper(runId: string, workerId: string): Promise<void> {
	const { app } = world;
	const at = await beginAttempt(app, { runId, workerId });
	if (!at) return;
	await recordProgress(app, { runId, attempt: at.attempt }, { metrics: [], log: [], events: [], status: 'running' });
	const checkpointId = await registerCheckpoint(app, trained(runId, at.attempt));
	const evaluation = await beginEvaluation(app, { evaluationId: (await evaluations.newestOf(app.db, checkpointId ?? ''))?.id ?? '', workerId });
	if (!evaluation) throw new Error('the evaluation was not to be had');
	const score = { baseChosen: -9, baseRejected: -9, parentChosen: -9, parentRejected: -9, checkpointChosen: -8, checkpointRejected: -10, tokensChosen: 9, tokensRejected: 9 };
	if (evaluation.pairs.length === 0) await endWithNothing(app, evaluation, { code: 'no_held_out', message: 'Nothing is held out.' });
	else await finishEvaluation(app, evaluation, evaluation.pairs.map(({ comparisonId }) => ({ comparisonId, ...score })));
}

async function answerOnPaper(generationId: string, workerId: string): Promise<void> {
	const { app } = world;
	const at = await beginGeneration(app, { generationId, workerId });
	if (!at) return;
	for (const source of at.sources) {
		const name = source.checkpoint?.kind === 'base' ? 'base' : source.name;
		for (const { promptId, sample } of await unansweredBy(app, at, source)) await storeAnswer(app, at, source, { promptId, sample, text: says(name, promptId), sampling: { temperature: 0.7, finish: 'stop' }, seed: 1, reproducible: false }, null);
		for (const { key } of await unansweredOwn(app, at, source)) await storeOwnAnswer(app, at, source, key, { text: says(name, key), finish: 'stop' });
	}
	if (at.generation.suiteVersionId === null) await openRound(app, at);
	else await measureAnswers({ app, workerId, workDir: world.dataDir, shutdown: stopped.signal }, at, { signal: stopped.signal });
}

async function work(workerId: string): Promise<void> {
	while (!stopped.signal.aborted) {
		for (const { id } of await world.query<{ id: string }>(`select id from runs where status = 'queued' order by id`)) await trainOnPaper(id, workerId);
		for (const { id } of await world.query<{ id: string }>(`select id from generations where status = 'queued' order by id`)) await answerOnPaper(id, workerId);
		await sleep(25);
	}
}

beforeAll(async () => {
	vi.spyOn(console, 'log').mockImplementation(() => undefined);
	world = await createWorld();
	server = await startServer(world);
	const annotators = [await world.person('one'), await world.person('two'), await world.person('three')];
	people = { admin: await person(world.admin), engineer: await person(await world.person('engineer')), reviewer: await person(await world.person('reviewer')), annotators: await Promise.all(annotators.map(person)) };
	working = work(await paperWorker(world));
	// Heard where it is waited for.
	working.catch(() => undefined);
});
afterAll(async () => {
	vi.restoreAllMocks();
	stopped.abort();
	await working;
	await server?.stop();
	await world?.close();
});

/**
 * Of each written test question one pair, of the training questions two a round, and two further test questions: where
 * nothing differs the gate's check can't hold on so few, whatever chance says of the people.
 */
function fewer(material: Material): Material {
	const TEST_ROWS = 52;
	const written = (round: number) => material.written(round).filter((_, place) => (round === 1 && place < TEST_ROWS ? place % 2 === 0 : place < (round === 1 ? TEST_ROWS : 0) + 4));
	return { ...material, legacy: material.legacy.slice(0, 6), written, fresh: (round) => material.fresh(round).slice(0, 1), further: material.further.slice(0, 2), own: material.own.slice(0, 3) };
}

it('plays three rounds and a control over the API, decides by the gate, and does nothing twice', async () => {
	const material = fewer(await readMaterial());
	const checks = await settleProject(people, SLUG, material);
	const game: Game = { people, slug: SLUG, seed: 'test', rounds: 3, steps: 5, legacySteps: 5, withControl: true, material, times: [] };
	const played = await Promise.race([play(game), working.then(() => expect.fail('who does the work ended before it'))]);
	expect(played.legacy.name).toBe('r1-sft-1 (legacy)');
	expect(played.rounds.map(({ checkpoint }) => checkpoint.name)).toEqual(['r1-dpo-2', 'r2-dpo-3', 'r3-dpo-4']);
	// The first is plainly better than the legacy assistant; between the others nothing differs that people judge by.
	expect(played.rounds.map(({ decision }) => decision)).toEqual(['promote', expect.stringMatching(/more_data|reject/), expect.stringMatching(/more_data|reject/)]);
	const { api } = people.engineer;
	const [legacy, last] = [await readBehaviour(api, played.legacy, checks), await readBehaviour(api, played.rounds[2]?.checkpoint ?? played.legacy, checks)];
	expect([legacy.overCommitting.size, last.overCommitting.size]).toEqual([31, 31]);
	expect(fallsSignificantly(last, legacy, 'overCommitting', 'test')).toBe(true);
	const base = await readBehaviour(api, played.base, checks);
	expect([...base.vague.values()].every((vague) => vague === 1)).toBe(true);
	// Never preferred, the legacy assistant has no place on a scale.
	const ranking = rankingTable(await api.get<Ranking>(`/projects/${SLUG}/ranking`)).join('\n');
	expect(ranking).toMatch(/r3-dpo-4 +-?[\d.]+ \[/);
	expect(ranking).toMatch(/r1-sft-1: 0 points of \d+, all one way/);
	const rows = () => world.query(`select (select count(*) from runs) as runs, (select count(*) from judgments) as judgments, (select count(*) from decisions) as decisions, (select count(*) from snapshots) as snapshots, (select count(*) from suite_runs) as suites, (select count(*) from imports where accepted > 0) as imports`);
	const before = await rows();
	expect(await play({ ...game, times: [] })).toEqual(played);
	expect(await rows()).toEqual(before);
}, 360_000);
