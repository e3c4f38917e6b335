import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawSplit } from '#lib/domain/holdout.ts';
import type { Split } from '#lib/domain/holdout.ts';
import { FULL_BAND } from '#lib/domain/near-duplicates.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import * as members from '#lib/server/db/members.ts';
import { rowsOf } from '#lib/server/db/rows.ts';
import { beginAttempt, recordProgress } from '#lib/server/usecases/attempt-run.ts';
import type { StageRequest } from '#lib/server/usecases/check-stage.ts';
import { decideDuplicates } from '#lib/server/usecases/decide-duplicates.ts';
import type { Decided } from '#lib/server/usecases/decide-duplicates.ts';
import { findNextDuplicates } from '#lib/server/usecases/find-duplicates.ts';
import { listDuplicates, waitingDuplicates } from '#lib/server/usecases/list-duplicates.ts';
import { raiseWall } from '#lib/server/usecases/raise-wall.ts';
import { continueRun, pauseRun } from '#lib/server/usecases/pause-run.ts';
import { readCheckpoint } from '#lib/server/usecases/read-checkpoint.ts';
import { readRun } from '#lib/server/usecases/read-run.ts';
import { readSnapshot } from '#lib/server/usecases/read-snapshot.ts';
import { registerCheckpoint } from '#lib/server/usecases/register-checkpoint.ts';
import { requeueAttempt } from '#lib/server/usecases/requeue-run.ts';
import { startRun } from '#lib/server/usecases/start-run.ts';
import { undoImport } from '#lib/server/usecases/undo-import.ts';
import { uploadArtifact } from '#lib/server/usecases/upload-artifact.ts';
import { provisionSimilarity } from '../../workers/similarity/environment.ts';
import { startSketcher } from '../../workers/similarity/sketcher.ts';
import type { RunningSketcher } from '../../workers/similarity/sketcher.ts';
import { importedSnapshot, paperWorker, trained, trainedCheckpoint } from '../support/loop.ts';
import { CHINESE, ENGLISH } from '../support/near-pairs.ts';
import { startWorker, until } from '../support/worker.ts';
import { createWorld, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
let python: string;
let sketcher: RunningSketcher;
beforeAll(async () => {
	world = await createWorld();
	const place = await provisionSimilarity();
	if (!place.ok) throw new Error(place.problem.message);
	python = place.value.python;
	sketcher = await startSketcher(python);
	// Longer than one step of the installation may take: it is to say why it fails.
}, 400_000);
afterAll(async () => {
	sketcher?.stop();
	await world?.close();
});

type Row = { prompt: string; chosen: string; rejected: string; group?: string; matter?: string };
const row = (prompt: string, more: Partial<Row> = {}): Row => ({ prompt, chosen: `Yes: ${prompt}`, rejected: `No: ${prompt}`, ...more });
/** What this worker would do of itself. */
async function look(): Promise<void> {
	while (await findNextDuplicates(world.app, sketcher, new AbortController().signal));
}
/** Pairs that were found in a project, each as its two questions in order. */
async function found(projectId: string): Promise<string[]> {
	const rows = await rowsOf<{ one: string; other: string }>(
		world.app.db,
		sql`select a.messages->-1->>'content' as one, b.messages->-1->>'content' as other from near_duplicates n join prompt_texts a on a.prompt_id = n.prompt_id join prompt_texts b on b.prompt_id = n.like_id where n.project_id = ${projectId}`
	);
	return rows.map(({ one, other }) => [one, other].sort().join(' | ')).sort();
}
/** Names of groups that a project's salt draws into a split. */
async function groupsIn(projectId: string, split: Split, count: number): Promise<string[]> {
	const { splitSalt: salt, splitShares: shares } = await members.projectById(world.app.db, projectId);
	const names: string[] = [];
	for (let i = 0; names.length < count; i++) if (drawSplit({ salt, group: `${split} ${i}`, shares }) === split) names.push(`${split} ${i}`);
	return names;
}
const splitsOf = async (projectId: string): Promise<Record<string, string>> =>
	Object.fromEntries((await rowsOf<{ words: string; split: string }>(world.app.db, sql`select t.messages->-1->>'content' as words, g.split from prompts p join prompt_groups g on g.id = p.group_id join prompt_texts t on t.prompt_id = p.id where p.project_id = ${projectId}`)).map(({ words, split }) => [words, split]));
const listed = async (actor: Actor, slug: string, decided = false) => valueOf(await listDuplicates(world.app, actor, { slug, decided, limit: 50 })).clusters;
const idsOf = async (slug: string, decided = false) => (await listed(world.admin, slug, decided)).flatMap(({ like }) => like.map(({ id }) => id));
const decide = (slug: string, pairs: string[], decision: 'same' | 'different' | 'open', holdOut?: boolean, actor: Actor = world.admin) => decideDuplicates(world.app, actor, { slug, pairs, decision, holdOut });
/** Twelve questions of which none is like another. */
const OTHERS = [...new Set([...CHINESE.map(({ one }) => one), ENGLISH.at(-1)?.one ?? ''])].map((words) => row(words));
const LONG = 'My client signed a lease for 24 months and wants to leave after 10. What does she owe?';
const LIKE = LONG.replace('24', '36').replace('10', '12');
const ALSO = LONG.replace('24', '48').replace('10', '15');

describe('what is found', () => {
	it('rests on signatures whose name says when a band is full: older ones hold fuller bands', () => {
		expect(sketcher.algorithm).toContain(`${FULL_BAND} a band`);
	});

	it('is what people call nearly the same, in English and Chinese', async () => {
		const { id } = await world.project({ rows: [...new Set([...ENGLISH, ...CHINESE].flatMap(({ one, other }) => [one, other]))].map((words) => row(words)) });
		await look();
		const near = [...ENGLISH, ...CHINESE].filter((pair) => pair.near).map(({ one, other }) => [one, other].sort().join(' | '));
		const pairs = await found(id);
		// Recall 19 of 20, precision 19 of 22: of what is cast in one mould only a person can tell that it is different.
		expect(near.filter((pair) => !pairs.includes(pair))).toEqual(['客户签了三十六个月的租约，住了十二个月想退租，需要赔多少？ | 客户签了二十四个月的租约，住了十个月想退租，需要赔多少？']);
		expect(pairs.filter((pair) => !near.includes(pair))).toEqual([
			'为两家制造企业之间的供货合同起草一条保密条款 | 请为两家制造企业之间的供货合同起草一条不可抗力和通知条款。',
			'请为两家制造企业之间的供货合同起草一条不可抗力和通知条款。 | 请为两家制造企业之间的供货合同起草一条保密条款。',
			'请用通俗的语言说明担保和保证的区别，读者是小企业主。 | 请用通俗的语言说明租赁和承揽的区别，读者是小企业主。'
		]);
		expect(await world.query(`select state, looked, trouble from near_duplicate_scans where project_id = '${id}'`)).toEqual([{ state: 'done', looked: 62, trouble: null }]);
	});

	it('is compared with everything before, once, and never across groups that are one already, other documents or other projects', async () => {
		const { slug, id } = await world.project({ rows: [row(LONG), ...OTHERS] });
		const { slug: elsewhere, id: otherId } = await world.project({ rows: [row(LIKE)] });
		await look();
		expect([await found(id), await found(otherId)]).toEqual([[], []]);
		async function* document(words: string) {
			yield Buffer.from(words);
		}
		const [one, other] = await Promise.all(['A lease.', 'Another lease.'].map(async (words) => valueOf(await uploadArtifact(world.app, world.admin, { slug, declaredType: 'text/plain', source: document(words) })).sha256));
		valueOf(await world.importRows(slug, [row(LIKE), { ...row(`${LONG} It is attached.`), documents: [one] }, { ...row(`${LONG} It's attached.`), documents: [other] }, { ...row(LONG), system: 'Answer in one sentence.' }]));
		await look();
		const pairs = [`${LONG} | ${LIKE}`];
		// The question under another system message is in the group of its first: there is nothing to ask of these two.
		expect([...new Set(await found(id))]).toEqual(pairs);
		valueOf(await world.importRows(elsewhere, [row('Something else altogether, on customs duties?')]));
		await look();
		expect(await found(otherId)).toEqual([]);
	});

	it('is the same, each once, when the worker is killed in the middle', async () => {
		const rows = Array.from({ length: 150 }, (_, i) => i).flatMap((i) => [0, 1].map((n) => row(`In matter ${i * 13 + 1001} of ${(i * 7919) % 997} the party ${(i * 31) % 89} asks about clause ${i}${n === 0 ? '' : ', please'}: ${'abcdefghijklmnopqrstuvwxyz'.slice(i % 20)}?`)));
		const { id: calm } = await world.project({ rows });
		await look();
		const { id } = await world.project({ rows });
		const stored = async () => Number((await world.query<{ n: number }>(`select count(*)::int as n from prompt_signatures where project_id = '${id}'`))[0]?.n);
		// Each batch takes a while, so that there is a middle.
		await world.query(`create function dawdle() returns trigger language plpgsql as $$ begin perform pg_sleep(1.5); return null; end $$`);
		await world.query(`create trigger dawdle after insert on prompt_signatures for each statement execute function dawdle()`);
		const env = { PLUMBLINE_PYTHON: '/nonexistent', PLUMBLINE_SIMILARITY_PYTHON: python };
		const first = startWorker(world, env);
		await until('a batch is looked through', async () => (await stored()) > 0, 60, first.output);
		await first.kill9();
		const half = await stored();
		expect(half).toBeGreaterThan(0);
		expect(half).toBeLessThan(rows.length);
		await world.query('drop trigger dawdle on prompt_signatures');
		// Its time is over.
		await world.query(`update near_duplicate_scans set taken_at = taken_at - interval '1 hour' where project_id = '${id}'`);
		const second = startWorker(world, env);
		try {
			await until('all is looked through', async () => (await world.query(`select 1 from near_duplicate_scans where project_id = '${id}' and state = 'done'`)).length > 0, 60, second.output);
		} finally {
			await second.stop();
		}
		expect(await stored()).toBe(rows.length);
		expect(await found(id)).toEqual(await found(calm));
		expect((await found(id)).length).toBeGreaterThanOrEqual(150);
	}, 150_000);
});

describe('what a person says of it', () => {
	it('makes one group of two, parts them again, and is not asked a second time', async () => {
		const { slug, id } = await world.project();
		const [a, b] = await groupsIn(id, 'train', 2);
		valueOf(await world.importRows(slug, [row(LONG, { group: a ?? '' }), row(LIKE, { group: b ?? '' }), ...OTHERS]));
		await look();
		const [pair] = await idsOf(slug);
		const groups = async () => (await rowsOf<{ n: number }>(world.app.db, sql`select count(distinct p.group_id)::int as n from prompts p join prompt_texts t on t.prompt_id = p.id where p.project_id = ${id} and t.messages->-1->>'content' in (${LONG}, ${LIKE})`))[0]?.n;
		expect(valueOf(await decide(slug, [pair ?? ''], 'same'))).toEqual({ decided: 1, moved: 0, snapshots: [] } satisfies Decided);
		expect(await groups()).toBe(1);
		// A question that comes later with either group comes into the one.
		valueOf(await world.importRows(slug, [row('And what of the deposit that she paid?', { group: b ?? '' }), row('And who pays for the paint?', { group: a ?? '' })]));
		expect(await world.query(`select count(distinct p.group_id)::int as n from prompts p join prompt_groups g on g.id = coalesce(p.home_group_id, p.group_id) where p.project_id = '${id}' and g.key in ('${a ?? ''}', '${b ?? ''}')`)).toEqual([{ n: 1 }]);
		expect(valueOf(await decide(slug, [pair ?? ''], 'different'))).toEqual({ decided: 1, moved: 0, snapshots: [] });
		expect(await groups()).toBe(2);
		expect(await world.query(`select count(*)::int as n from prompts where project_id = '${id}' and home_group_id is not null`)).toEqual([{ n: 0 }]);
		// The rules have changed, and everything is looked through once more: what was said stays said.
		await world.query(`update prompt_signatures set algorithm = 'older' where project_id = '${id}'`);
		await world.query(`update near_duplicate_scans set state = 'waiting' where project_id = '${id}'`);
		await look();
		expect(await world.query(`select distinct algorithm from prompt_signatures where project_id = '${id}'`)).toEqual([{ algorithm: sketcher.algorithm }]);
		expect(await idsOf(slug)).toEqual([]);
		expect(await listed(world.admin, slug, true)).toMatchObject([{ like: [{ id: pair, decision: 'different', decidedBy: 'admin' }] }]);
		expect(await world.query(`select details->>'decision' as said from audit_entries where subject_id = '${pair ?? ''}' order by id`)).toEqual([{ said: 'same' }, { said: 'different' }]);
	});

	it('moves questions only towards what is held out, for good, and marks what was trained on them', async () => {
		const { slug, id } = await world.project();
		const [[train], [test], rest] = [await groupsIn(id, 'train', 1), await groupsIn(id, 'test', 1), (await groupsIn(id, 'train', 13)).slice(1)];
		valueOf(await world.importRows(slug, [row(LONG, { group: train ?? '' }), row(LIKE, { group: test ?? '' }), ...OTHERS.map((one, i) => ({ ...one, group: rest[i] ?? '' }))]));
		await look();
		const workerId = await paperWorker(world);
		const { snapshotId, checkpointId } = await trainedCheckpoint(world, slug, workerId);
		const [pair] = await idsOf(slug);
		expect(await listed(world.admin, slug)).toMatchObject([{ like: [{ id: pair }] }]);

		const asked = await decide(slug, [pair ?? ''], 'same');
		expect(asked.ok ? null : [asked.problem.code, asked.problem.facts]).toEqual(['conflict', { moved: 1, snapshots: 1 }]);
		expect((await splitsOf(id))[LONG]).toBe('train');
		expect(valueOf(await readSnapshot(world.app, world.admin, snapshotId)).overlaps).toBe(0);

		expect(valueOf(await decide(slug, [pair ?? ''], 'same', true))).toEqual({ decided: 1, moved: 1, snapshots: [snapshotId] });
		expect(await splitsOf(id)).toMatchObject({ [LONG]: 'test', [LIKE]: 'test' });
		expect(valueOf(await readSnapshot(world.app, world.admin, snapshotId)).overlaps).toBe(1);
		expect(valueOf(await readCheckpoint(world.app, world.admin, checkpointId)).overlaps).toBe(1);
		expect(problemOf(await startRun(world.app, world.admin, { slug, snapshotId, recipe: { maxSteps: 10, saveSteps: 2 } }))).toBe('conflict');
		// A new one leaves it out and can be trained on.
		const again = await importedSnapshot(world, slug);
		expect(valueOf(await readSnapshot(world.app, world.admin, again))).toMatchObject({ overlaps: 0, rows: { train: 12, test: 2 } });
		expect(problemOf(await startRun(world.app, world.admin, { slug, snapshotId: again, recipe: { maxSteps: 10, saveSteps: 2 } }))).toBe('no problem');

		// Nothing comes back: neither by a person's word nor by a statement.
		const back = await decide(slug, [pair ?? ''], 'different');
		expect(back.ok ? null : [back.problem.code, back.problem.facts]).toEqual(['conflict', { back: 1 }]);
		await expect(world.query(`update prompts set group_id = home_group_id where project_id = '${id}' and home_group_id is not null`)).rejects.toThrow();
		await expect(world.query(`update prompt_groups set merged_into_id = (select id from prompt_groups where project_id = '${id}' and key = '${train ?? ''}') where project_id = '${id}' and key = '${test ?? ''}'`)).rejects.toThrow();
		// What comes to the first group later is held out with it, and was never trained on.
		valueOf(await world.importRows(slug, [row('What else may she take along when she leaves?', { group: train ?? '' })]));
		expect((await splitsOf(id))['What else may she take along when she leaves?']).toBe('test');
		expect(valueOf(await readSnapshot(world.app, world.admin, snapshotId)).overlaps).toBe(1);
	});

	it('ends runs that wait and have not trained a step on questions that are held out since, and lets those go on that have', async () => {
		const { slug, id } = await world.project();
		const [[train], [test], rest] = [await groupsIn(id, 'train', 1), await groupsIn(id, 'test', 1), (await groupsIn(id, 'train', 13)).slice(1)];
		valueOf(await world.importRows(slug, [row(LONG, { group: train ?? '' }), row(LIKE, { group: test ?? '' }), ...OTHERS.map((one, i) => ({ ...one, group: rest[i] ?? '' }))]));
		await look();
		const workerId = await paperWorker(world);
		const [snapshotId, accepted] = [await importedSnapshot(world, slug), await importedSnapshot(world, slug, 'sft')];
		const start = async (stages: readonly StageRequest[] = []) => valueOf(await startRun(world.app, world.admin, { slug, snapshotId, recipe: { maxSteps: 10, saveSteps: 2, loraRank: 8 }, stages }));
		const begin = async (runId: string) => {
			const attempt = (await beginAttempt(world.app, { runId, workerId }))?.attempt ?? 0;
			await recordProgress(world.app, { runId, attempt }, { metrics: [{ step: 1, epoch: 0.1, values: { loss: 0.7 } }], log: [], events: [], status: 'running' });
			return attempt;
		};
		const [{ id: queued }, { id: paused }, { id: begun }, { id: after, stages: [stage = ''] }] = [await start(), await start(), await start(), await start([{ snapshotId: accepted, recipe: { maxSteps: 6 } }])];
		valueOf(await pauseRun(world.app, world.admin, paused));
		const attempt = await begin(begun);
		await requeueAttempt(world.app, { runId: begun, attempt, problem: { code: 'killed', message: 'It was killed.' }, exitCode: null });
		const stageAttempt = await begin(stage);
		valueOf(await decide(slug, await idsOf(slug), 'same', true));

		const stands = async (runId: string) => (({ status, problem }) => [status, problem?.code])(valueOf(await readRun(world.app, world.admin, runId)));
		expect(await beginAttempt(world.app, { runId: queued, workerId })).toBeNull();
		expect(await stands(queued)).toEqual(['failed', 'snapshot_overlaps']);
		expect(await world.query(`select details->>'code' as code from audit_entries where action = 'run.failed' and subject_id = '${queued}'`)).toEqual([{ code: 'snapshot_overlaps' }]);
		expect(problemOf(await continueRun(world.app, world.admin, paused))).toBe('conflict');
		expect((await stands(paused))[0]).toBe('waiting');
		expect((await beginAttempt(world.app, { runId: begun, workerId }))?.attempt).toBe(2);
		await registerCheckpoint(world.app, trained(stage, stageAttempt, 6));
		expect([await stands(stage), await stands(after)]).toEqual([['succeeded', undefined], ['failed', 'snapshot_overlaps']]);
	});

	it('holds what it brought together when one of them goes with its import', async () => {
		const { slug, id } = await world.project();
		const [a, b, c] = await groupsIn(id, 'train', 3);
		valueOf(await world.importRows(slug, [row(LONG, { group: a ?? '' })]));
		const { id: between } = valueOf(await world.importRows(slug, [row(LIKE, { group: b ?? '' })]));
		valueOf(await world.importRows(slug, [row(ALSO, { group: c ?? '' })]));
		await look();
		const pairs = await rowsOf<{ id: string }>(world.app.db, sql`select n.id from near_duplicates n where n.project_id = ${id} and exists (select 1 from prompt_texts t where t.prompt_id in (n.prompt_id, n.like_id) and t.messages->-1->>'content' = ${LIKE})`);
		valueOf(await decide(slug, pairs.map((pair) => pair.id), 'same'));
		// Of the two that were brought together over it there is nothing left to ask.
		expect(await idsOf(slug)).toEqual([]);
		valueOf(await undoImport(world.app, world.admin, between));
		expect(await world.query(`select count(*)::int as n from near_duplicates where project_id = '${id}' and decision is not null`)).toEqual([{ n: 0 }]);
		expect(await world.query(`select count(distinct group_id)::int as n from prompts where project_id = '${id}'`)).toEqual([{ n: 1 }]);
	});

	it('is asked of nobody who may not see one of the two, a page at a time', async () => {
		const { slug, id } = await world.project({ rows: [row(LONG, { matter: 'Acme' }), row(LIKE), row('Is a verbal agreement to sell a flat binding?'), row('Is a verbal agreement to sell the flat binding?'), ...OTHERS] });
		await look();
		const engineer = await world.person('engineer', { slug, role: 'engineer' });
		expect(await listed(engineer, slug)).toHaveLength(2);
		valueOf(await raiseWall(world.app, world.admin, { slug, userId: engineer.userId, matter: 'Acme' }));
		expect(JSON.stringify(await listed(engineer, slug))).not.toContain('lease for');
		expect([await waitingDuplicates(world.app, engineer, slug), await waitingDuplicates(world.app, world.admin, slug)]).toEqual([{ n: 1, over: false }, { n: 2, over: false }]);
		const hidden = (await listed(world.admin, slug)).find(({ prompt, like }) => JSON.stringify([prompt, like]).includes('lease for'))?.like[0]?.id ?? '';
		expect(problemOf(await decide(slug, [hidden], 'same', true, engineer))).toBe('not_found');
		expect(problemOf(await listDuplicates(world.app, await world.person('reviewer', { slug, role: 'reviewer' }), { slug, decided: false, limit: 5 }))).toBe('forbidden');

		const pages: string[] = [];
		for (let after: string | undefined; ; ) {
			const page = valueOf(await listDuplicates(world.app, world.admin, { slug, decided: false, after, limit: 1 }));
			pages.push(...page.clusters.map(({ prompt }) => prompt.id));
			if (!page.next) break;
			after = page.next;
		}
		expect(pages).toEqual((await world.query<{ id: string }>(`select distinct prompt_id as id from near_duplicates where project_id = '${id}' order by 1`)).map((one) => one.id));
	});
});
