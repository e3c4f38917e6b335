import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '#lib/server/auth/actor.ts';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import { freezeSnapshot } from '#lib/server/usecases/freeze-snapshot.ts';
import { listSnapshotJudgments } from '#lib/server/usecases/list-snapshot-judgments.ts';
import { raiseWall } from '#lib/server/usecases/raise-wall.ts';
import { readLineage } from '#lib/server/usecases/read-lineage.ts';
import type { LineageView } from '#lib/server/usecases/read-lineage.ts';
import { startRun } from '#lib/server/usecases/start-run.ts';
import { submitJudgment } from '#lib/server/usecases/submit-judgment.ts';
import { voidJudgment } from '#lib/server/usecases/void-judgment.ts';
import { paperWorker, playOnPaper } from '../support/loop.ts';
import { comparisonRows, createWorld, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
let slug: string;
let reviewer: Actor;
let judge: Actor;
let ids: { base: string; first: string; runs: string[]; snapshots: string[]; rounds: string[] };

const one = async <T extends Record<string, unknown>>(text: string): Promise<T> => {
	const rows = await world.query<T>(text);
	if (!rows[0]) throw new Error(`nothing: ${text}`);
	return rows[0];
};

async function judgeAll(): Promise<void> {
	for (;;) {
		const task = valueOf(await claimTask(world.app, judge, { slug }));
		if (!task) return;
		valueOf(await submitJudgment(world.app, judge, { taskId: task.taskId, leaseToken: task.leaseToken, verdict: 'left' }));
	}
}

/** Freezes what was judged and trains on it; parent and child answer, and the next round opens. */
async function turn(workerId: string): Promise<{ checkpoint: string; run: string; snapshot: string }> {
	const snapshot = valueOf(await freezeSnapshot(world.app, world.admin, { slug, objective: 'dpo' })).id;
	const run = valueOf(await startRun(world.app, world.admin, { slug, snapshotId: snapshot, recipe: { maxSteps: 10, saveSteps: 2 } })).id;
	return { checkpoint: await playOnPaper(world, run, workerId), run, snapshot };
}

beforeAll(async () => {
	world = await createWorld();
	const { slug: made, id } = await world.project({ rows: comparisonRows(16).map((row) => ({ ...row, matter: 'Acme v. Birch' })) });
	slug = made;
	judge = await world.person('Ann', { slug, role: 'annotator' });
	reviewer = await world.person('Rev', { slug, role: 'reviewer' });
	const workerId = await paperWorker(world);
	await judgeAll();
	const first = await turn(workerId);
	const { id: base } = await one<{ id: string }>(`select id from checkpoints where project_id = '${id}' and kind = 'base'`);
	const rounds = (await world.query<{ id: string }>(`select id from rounds where project_id = '${id}' order by number`)).map((row) => row.id);
	ids = { base, first: first.checkpoint, runs: [first.run], snapshots: [first.snapshot], rounds };
}, 60_000);
afterAll(() => world.close());

const names = (things: LineageView['before']) => things.map(({ key }) => key);

describe('lineage', () => {
	it('leads from a checkpoint back to its judgments and on to the round that judges its answers', async () => {
		const view = valueOf(await readLineage(world.app, reviewer, { kind: 'checkpoint', id: ids.first }));
		const [run, snapshot, [collected, judged]] = [ids.runs[0], ids.snapshots[0], ids.rounds];
		expect(view).toMatchObject({ project: slug, focus: { kind: 'checkpoint', id: ids.first, isBase: false }, left: [] });
		expect(names(view.before)).toEqual([`run:${run}`, `snapshot:${snapshot}`, `checkpoint:${ids.base}`, `judgments:${snapshot}`, `round:${collected}`]);
		expect(names(view.after)).toEqual([`round:${judged}`]);
		expect(view.arrows).toContainEqual({ from: `judgments:${snapshot}`, to: `snapshot:${snapshot}` });
		const { used } = await one<{ used: number }>(`select used from snapshots where id = '${snapshot}'`);
		expect(view.before.find(({ kind }) => kind === 'judgments')).toMatchObject({ used, hidden: 0, rounds: [1] });
		expect(used).toBeGreaterThan(0);
	});

	it('leads from one judgment to what it shaped, and says when it no longer counts', async () => {
		const { judgment_id: id } = await one<{ judgment_id: string }>(`select judgment_id from snapshot_judgments where snapshot_id = '${ids.snapshots[0]}' and disposition = 'used' order by judgment_id limit 1`);
		const view = valueOf(await readLineage(world.app, reviewer, { kind: 'judgment', id }));
		expect(view.focus).toMatchObject({ kind: 'judgment', round: 1, stands: true, leftOut: 0 });
		expect(names(view.before)).toEqual([`round:${ids.rounds[0]}`]);
		expect(names(view.after)).toEqual([`snapshot:${ids.snapshots[0]}`, `run:${ids.runs[0]}`, `checkpoint:${ids.first}`, `round:${ids.rounds[1]}`]);
		valueOf(await voidJudgment(world.app, reviewer, { judgmentId: id, reason: 'mistake' }));
		expect(valueOf(await readLineage(world.app, reviewer, { kind: 'judgment', id })).focus).toMatchObject({ stands: false });
	});

	it('of a judgment is kept from who may still be given its pair: it names the models that wrote it', async () => {
		const other = await world.project({ overlap: 2, rows: comparisonRows(1) });
		const [ann, rev, owner] = [await world.person('ann', { slug: other.slug, role: 'annotator' }), await world.person('rev', { slug: other.slug, role: 'reviewer' }), await world.person('owner', { slug: other.slug, role: 'owner' })];
		const judgeOne = async (actor: Actor) => {
			const task = valueOf(await claimTask(world.app, actor, { slug: other.slug }));
			return valueOf(await submitJudgment(world.app, actor, { taskId: task?.taskId ?? '', leaseToken: task?.leaseToken ?? '', verdict: 'left' })).judgmentId;
		};
		const id = await judgeOne(ann);
		expect(problemOf(await readLineage(world.app, rev, { kind: 'judgment', id }))).toBe('yet_to_judge');
		valueOf(await readLineage(world.app, owner, { kind: 'judgment', id }));
		await judgeOne(rev);
		valueOf(await readLineage(world.app, rev, { kind: 'judgment', id }));
	});

	it('leads from an answer to the labels that shaped who gave it', async () => {
		const { id } = await one<{ id: string }>(`select id from responses where source = 'checkpoint' and source_ref = '${ids.first}' order by id limit 1`);
		const view = valueOf(await readLineage(world.app, reviewer, { kind: 'response', id }));
		expect(names(view.before)).toContain(`judgments:${ids.snapshots[0]}`);
		expect(names(view.before)[0]).toBe(`checkpoint:${ids.first}`);
	});

	it('lists the judgments behind a snapshot', async () => {
		const listed = valueOf(await listSnapshotJudgments(world.app, reviewer, { id: ids.snapshots[0] ?? '' }));
		expect(listed.judgments.length).toBe(listed.snapshot.used);
		expect(listed.judgments[0]?.question).toMatch(/^Question c\d+\?$/);
	});

	it('counts what lies behind a wall, and shows no word and no thing of it', async () => {
		const { judgment_id: id } = await one<{ judgment_id: string }>(`select judgment_id from snapshot_judgments where snapshot_id = '${ids.snapshots[0]}' and disposition = 'used' order by judgment_id limit 1`);
		const { id: answer } = await one<{ id: string }>(`select r.id from responses r join prompts p on p.id = r.prompt_id where r.source = 'checkpoint' and p.matter is not null order by r.id limit 1`);
		valueOf(await raiseWall(world.app, world.admin, { slug, userId: reviewer.userId, matter: 'Acme v. Birch' }));
		const view = valueOf(await readLineage(world.app, reviewer, { kind: 'checkpoint', id: ids.first }));
		const behind = view.before.find((thing) => thing.kind === 'judgments');
		expect(behind?.kind === 'judgments' && [behind.hidden === behind.used, behind.hidden > 0]).toEqual([true, true]);
		expect(problemOf(await readLineage(world.app, reviewer, { kind: 'judgment', id }))).toBe('not_found');
		expect(problemOf(await readLineage(world.app, reviewer, { kind: 'response', id: answer }))).toBe('not_found');
		const listed = valueOf(await listSnapshotJudgments(world.app, reviewer, { id: ids.snapshots[0] ?? '' }));
		expect([listed.judgments, listed.hidden]).toEqual([[], listed.snapshot.used]);
	});

	it('is not told to who judges blind, nor to strangers', async () => {
		const stranger = await world.person('Eve');
		for (const kind of ['checkpoint', 'round', 'run', 'snapshot'] as const) {
			const id = { checkpoint: ids.first, round: ids.rounds[0] ?? '', run: ids.runs[0] ?? '', snapshot: ids.snapshots[0] ?? '' }[kind];
			expect([kind, problemOf(await readLineage(world.app, judge, { kind, id })), problemOf(await readLineage(world.app, stranger, { kind, id }))]).toEqual([kind, 'forbidden', 'not_found']);
		}
	});
});
