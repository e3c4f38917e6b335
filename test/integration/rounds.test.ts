import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { championOf } from '#lib/server/db/champions.ts';
import * as generations from '#lib/server/db/generations.ts';
import * as rounds from '#lib/server/db/rounds.ts';
import { rowsOf } from '#lib/server/db/rows.ts';
import * as workers from '#lib/server/db/workers.ts';
import { beginGeneration, storeAnswer, unansweredBy } from '#lib/server/usecases/make-answers.ts';
import type { GenerationAtHand } from '#lib/server/usecases/make-answers.ts';
import { openRound } from '#lib/server/usecases/open-round.ts';
import { registerCheckpoint } from '#lib/server/usecases/register-checkpoint.ts';
import { beginAttempt, recordProgress } from '#lib/server/usecases/attempt-run.ts';
import { freezeSnapshot } from '#lib/server/usecases/freeze-snapshot.ts';
import { startRun } from '#lib/server/usecases/start-run.ts';
import { sourceOf } from '../support/loop.ts';
import { createWorld, pairRows, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
let project: { slug: string; id: string };
let workerId: string;
beforeAll(async () => {
	world = await createWorld();
	project = await world.project({ overlap: 2, rows: [...pairRows(40), { messages: [{ role: 'user', content: 'A prompt for round 2?' }] }] });
	workerId = await workers.insert(world.app.db, { hostname: 'h', pid: 1, hostKey: 'k', capabilities: { cpus: 1, memoryBytes: 1, gpus: [], engine: { state: 'ready', versions: {} } } });
});
afterAll(() => world.close());

/** A checkpoint as a worker would register it; its files play no part here. */
async function trainedCheckpoint(): Promise<string> {
	const engineer = await world.person('eng', { slug: project.slug, role: 'engineer' });
	const snapshot = valueOf(await freezeSnapshot(world.app, engineer, { slug: project.slug, objective: 'dpo', rounds: [1], rule: { includeImports: true } }));
	const { id: runId } = valueOf(await startRun(world.app, engineer, { slug: project.slug, snapshotId: snapshot.id, recipe: { maxSteps: 4, saveSteps: 2 } }));
	const at = await beginAttempt(world.app, { runId, workerId });
	await recordProgress(world.app, { runId, attempt: at?.attempt ?? 0 }, { metrics: [], log: [], events: [], status: 'running' });
	const id = await registerCheckpoint(world.app, { runId, attempt: at?.attempt ?? 0, kind: 'adapter', chatTemplateSha256: null, step: 4, exitCode: 0, sha256: runId.replaceAll('-', '').repeat(2), files: [], bytes: 0, metrics: {} });
	return id ?? '';
}

async function generationOf(checkpointId: string): Promise<GenerationAtHand> {
	const [generation] = await generations.ofCheckpoint(world.app.db, checkpointId);
	const at = await beginGeneration(world.app, { generationId: generation?.id ?? '', workerId });
	if (!at) throw new Error('the generation was not to be had');
	return at;
}

const parentOf = (at: GenerationAtHand): string => at.generation.parentCheckpointId ?? '';

async function answer(at: GenerationAtHand, checkpointId: string, text: (promptId: string) => string, limit = Infinity): Promise<void> {
	const source = sourceOf(at, checkpointId);
	for (const { promptId, sample } of (await unansweredBy(world.app, at, source)).slice(0, limit)) {
		expect(await storeAnswer(world.app, at, source, { promptId, sample, text: text(promptId), sampling: { temperature: 0.7 }, seed: 1, reproducible: false }, null)).toBe(true);
	}
}

it('asks a new checkpoint the round’s test prompts and the prompts nobody compared', async () => {
	const checkpointId = await trainedCheckpoint();
	const at = await generationOf(checkpointId);
	const splits = await rowsOf<{ split: string; compared: boolean }>(
		world.app.db,
		sql`select g.split, exists (select 1 from comparisons c where c.prompt_id = p.id) as compared from prompts p join prompt_groups g on g.id = p.group_id where p.id in ${at.generation.promptIds}`
	);
	expect(splits.filter((row) => row.compared).every((row) => row.split === 'test')).toBe(true);
	expect(splits.filter((row) => !row.compared)).toHaveLength(1);

	// By the question and not by its id: which side an answer comes to lie on hangs on its text, and shall be the same in every run.
	const asked = await rowsOf<{ id: string; text: string }>(world.app.db, sql`select t.prompt_id as id, t.messages->-1->>'content' as text from prompt_texts t where t.prompt_id in ${at.generation.promptIds}`);
	const question = (id: string) => asked.find((one) => one.id === id)?.text ?? expect.fail(`no question ${id}`);
	// Interrupted after three answers: the next attempt asks only for the rest.
	await answer(at, parentOf(at), (id) => `parent ${question(id)}`, 3);
	expect(await unansweredBy(world.app, at, sourceOf(at, parentOf(at)))).toHaveLength(at.generation.promptIds.length - 3);
	await answer(at, parentOf(at), (id) => `parent ${question(id)}`);
	// One answer is the same to the letter.
	const [same] = asked.toSorted((a, b) => (a.text < b.text ? -1 : 1)).map(({ id }) => id);
	await answer(at, checkpointId, (id) => `${id === same ? 'parent' : 'checkpoint'} ${question(id)}`);

	const opened = await openRound(world.app, at);
	expect(opened).toEqual({ round: 2, comparisons: at.generation.promptIds.length - 1, identical: 1 });
	const [first, second] = await rounds.list(world.app.db, project.id);
	expect(first?.status).toBe('evaluating');
	expect(second).toMatchObject({ number: 2, status: 'collecting', candidateCheckpointId: checkpointId, comparisons: opened?.comparisons, identical: 1 });
	const slots = await rowsOf<{ n: number }>(world.app.db, sql`select count(*)::int as n from slots where round_id = ${second?.id ?? ''}`);
	expect(slots[0]?.n).toBe((opened?.comparisons ?? 0) * 2);
	// Which side is the checkpoint's cannot be told from the order.
	const sides = await rowsOf<{ a: string }>(world.app.db, sql`select distinct ra.source_ref as a from comparisons c join responses ra on ra.id = c.response_a_id where c.round_id = ${second?.id ?? ''}`);
	expect(new Set(sides.map((row) => row.a))).toEqual(new Set([checkpointId, parentOf(at)]));
});

it('adds a second candidate of the same round to the round that is open', async () => {
	const checkpointId = await trainedCheckpoint();
	const at = await generationOf(checkpointId);
	await answer(at, parentOf(at), (id) => `parent ${id}`);
	await answer(at, checkpointId, (id) => `another ${id}`);
	expect(await openRound(world.app, at)).toMatchObject({ round: 2 });
	expect(await rounds.list(world.app.db, project.id)).toHaveLength(2);
	expect((await championOf(world.app.db, project.id)).kind).toBe('base');
});
